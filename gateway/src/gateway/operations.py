"""Carrying out an operation: queries in one statement, mutations as commands and then a query."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
from graphql import GraphQLError, OperationType

from chassis.database import TRANSIENT, Database
from chassis.identity import Caller
from chassis.logs import logger
from gateway import commands, errors, metrics
from gateway.arrivals import Arrivals
from gateway.commands import Busy, Command, CommandFailed, Done, OutcomeUnknown, Refused, Services
from gateway.merging import Merger
from gateway.mutations import MUTATIONS
from gateway.mutations.declaring import Mutation
from gateway.mutations.encoding import BadId, Encoder, path_in_input
from gateway.mutations.schema import INPUT, KEY
from gateway.planner import Call, Outcome, Plan, RequestError, Viewer, with_errors
from gateway.planner.errors import beyond
from gateway.reading import read

MOST_CALLS = 10  # root fields of one mutation

log = logger("gateway.operations")


@dataclass(frozen=True, kw_only=True)
class Order:
    """A root field of a mutation as the command that it stands for."""

    call: Call
    mutation: Mutation
    body: dict[str, Any]
    key: str


class Operations:
    def __init__(self, database: Database, services: Services, arrivals: Arrivals) -> None:
        self._database = database
        self._merger = Merger(database)
        self._services = services
        self._arrivals = arrivals
        self._encoders = {name: Encoder(each.input) for name, each in MUTATIONS.items()}

    async def run(self, plan: Plan, caller: Caller, correlation_id: UUID) -> bytes:
        """The answer's bytes.

        Raises RequestError where nothing was carried out, and Problem.
        """
        if plan.kind is OperationType.MUTATION:
            return await self._mutate(plan, caller, correlation_id)
        return await self._merger.run(plan, _viewer(caller))

    def pace(self, plan: Plan, caller: Caller) -> float:
        """Seconds that the statement takes by itself, as far as is known."""
        return self._merger.pace(plan, _viewer(caller))

    async def _mutate(self, plan: Plan, caller: Caller, correlation_id: UUID) -> bytes:
        orders = self._orders(plan)  # all of them are read before any is carried out
        results = [await self._carry_out(order, caller, correlation_id) for order in orders]
        current = await asyncio.gather(*(self._is_current(result, caller) for result in results))
        told = zip(orders, results, current, strict=True)
        outcomes = {
            order.call.key: outcome(order, result, caller, current=seen)
            for order, result, seen in told
        }
        try:
            body = await read(
                self._database,
                lambda connection: plan.run(connection, _viewer(caller), outcomes),
            )
        except TRANSIENT:
            raise errors.unavailable(
                "The commands were sent, but what became of them could not be read. "
                "Ask again with the same keys.",
                idempotencyKeys={order.call.key: order.key for order in orders},
            ) from None
        failed = [
            GraphQLError(
                errors.UNEXPECTED,
                path=[order.call.key],
                extensions={"code": "INTERNAL", "traceId": errors.trace_id()},
            )
            for order, result in zip(orders, results, strict=True)
            if result is None
        ]
        return with_errors(body, failed) if failed else body

    def _orders(self, plan: Plan) -> list[Order]:
        if len(plan.calls) > MOST_CALLS:
            advice = "send them in several requests"
            raise beyond("fields of a mutation", len(plan.calls), MOST_CALLS, advice)
        return [self._order(call) for call in plan.calls]

    def _order(self, call: Call) -> Order:
        key = call.arguments.get(KEY)
        if key is not None and not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
            message = f"`{KEY}` is 1 to 200 printable ASCII characters."
            raise RequestError("BAD_USER_INPUT", [GraphQLError(message)])
        try:
            body = self._encoders[call.name].encode(call.arguments[INPUT], INPUT)
        except BadId as error:
            raise RequestError("BAD_ID", [GraphQLError(str(error))]) from None
        return Order(call=call, mutation=MUTATIONS[call.name], body=body, key=key or str(uuid4()))

    async def _carry_out(
        self, order: Order, caller: Caller, correlation_id: UUID
    ) -> commands.Outcome | None:
        """None where it failed in a way that is ours to explain."""
        command = Command(
            service=order.mutation.service,
            name=order.mutation.command,
            body=msgspec.json.encode(order.body),
            caller=caller,
            key=order.key,
            correlation_id=correlation_id,
        )
        try:
            return await self._services.send(command)
        except CommandFailed:
            log.exception("a command failed", command=command.name)
            return None

    async def _is_current(self, result: commands.Outcome | None, caller: Caller) -> bool:
        """Whether the read model has what was written, after waiting for it a while."""
        if not isinstance(result, Done):
            return True
        current = await self._arrivals.wait(caller.organisation_id, result.written)
        if not current:
            metrics.NOT_CURRENT.inc()
        return current


def _viewer(caller: Caller) -> Viewer:
    return Viewer(caller.organisation_id, caller.person_id, caller.roles)


def outcome(
    order: Order, result: commands.Outcome | None, caller: Caller, *, current: bool
) -> Outcome | None:
    """What the planner makes the answer's field of."""
    match result:
        case None:
            return None
        case Done():
            shown = order.mutation.payload.items()
            values = {name: each.value(result, order.body, caller) for name, each in shown}
            return Outcome(f"{order.mutation.type_name}Payload", {**values, "current": current})
        case Refused(code=code, message=message, path=path):
            told = {"code": code, "message": message, "path": path_in_input(path)}
            return Outcome("Refused", told)
        case Busy(retry_after=seconds):
            return Outcome(
                "Busy",
                {
                    "code": "busy",
                    "message": "It cannot be done right now; ask again in a moment.",
                    "retry_after": seconds,
                    "idempotency_key": order.key,
                },
            )
        case OutcomeUnknown():
            return Outcome(
                "OutcomeUnknown",
                {
                    "code": "outcome-unknown",
                    "message": "No answer came in time; ask again with the same key to learn what "
                    "became of it.",
                    "idempotency_key": order.key,
                },
            )

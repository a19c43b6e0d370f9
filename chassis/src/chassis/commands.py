"""Commands: how a service declares them, and how one is carried out."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, get_type_hints
from uuid import UUID

import msgspec

from chassis import answers, faults
from chassis.answers import Answer, Request
from chassis.database import Database, repeatedly
from chassis.identity import Caller
from chassis.ids import derived_id
from chassis.outbox import Lane
from chassis.refusals import NotAllowed, Refusal
from chassis.text import refuse_unstorable
from chassis.unit import Cause, Unit, Written

Handler = Callable[Concatenate[Any, Unit, ...], Awaitable[msgspec.Struct | None]]


class InvalidCommand(Refusal, code="invalid-command", status=400):
    """The body does not have the command's form; `path` says where."""

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command that a service carries out."""

    name: str
    body: type[msgspec.Struct]
    handler: Handler
    roles: frozenset[str]  # any one of them is required; none: the handler decides
    lane: Lane

    def read(self, data: bytes) -> msgspec.Struct:
        """Raises InvalidCommand."""
        try:
            body = msgspec.json.decode(data, type=self.body)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `")
            raise InvalidCommand(message, path.rstrip("`") or "$") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise InvalidCommand("The body is not JSON in UTF-8.") from None
        if problem := refuse_unstorable(body):
            raise InvalidCommand(problem)
        return body


class Commands:
    """The commands of one service, by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Command] = {}

    def handles(
        self, name: str, *, roles: Sequence[str] = (), bulk: bool = False
    ) -> Callable[[Handler], Handler]:
        """Declare a handler; the type of its first parameter is the command's body."""

        def declare(handler: Handler) -> Handler:
            hints = get_type_hints(handler)
            body = next(hint for parameter, hint in hints.items() if parameter != "return")
            self.by_name[name] = Command(
                name=name,
                body=body,
                handler=handler,
                roles=frozenset(roles),
                lane=Lane.BULK if bulk else Lane.INTERACTIVE,
            )
            return handler

        return declare


class _Answered(msgspec.Struct, frozen=True, kw_only=True):
    written: list[Written]
    result: Any
    repeated: bool = False


class _Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    message: str
    path: str | None = None


class _Refused(msgspec.Struct, frozen=True, kw_only=True):
    refusal: _Told


def refused(refusal: Refusal) -> Answer:
    """The answer that tells a refusal."""
    told = _Told(code=refusal.code, message=refusal.message, path=getattr(refusal, "path", None))
    return Answer(status=refusal.status, body=msgspec.json.encode(_Refused(refusal=told)))


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What carrying out a command came to."""

    answer: Answer
    announced: int  # events that wait in the outbox
    planned: bool  # deliveries wait for the sender
    repeated: bool = False


class _Undone(Exception):  # noqa: N818
    """A handler refused: whatever it did is rolled back, and only then the refusal is kept.

    That is rare, and costs a transaction; a savepoint would cost every command two round trips.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


async def carry_out(
    command: Command,
    body: bytes,
    *,
    database: Database,
    service: str,
    caller: Caller,
    key: str,
    correlation_id: UUID | None,
) -> Done:
    """Carry out a command once per (organisation, caller, command, key).

    Its changes, its events and its answer are one transaction. A refusal is kept as an answer too,
    in a transaction after what was undone.
    Raises Refusal where nothing was kept: a malformed body, a missing role, a key in use, or one
    that asking again may cure.
    """
    if command.roles and not command.roles & caller.roles:
        raise NotAllowed(f"{command.name} needs the role {' or '.join(sorted(command.roles))}.")
    parsed = command.read(body)
    request = Request(
        organisation_id=caller.organisation_id,
        caller=caller.subject,
        person_id=caller.person_id,
        command=command.name,
        key=key,
        body=body,
    )
    command_id = derived_id(caller.organisation_id, caller.subject, command.name, key)
    cause = Cause(
        causation_id=command_id,
        correlation_id=correlation_id or command_id,
        actor=str(caller.person_id) if caller.person_id else f"subject:{caller.subject}",
    )

    async def attempt() -> Done:
        faults.point("C1")
        try:
            async with database.transaction() as connection:
                if first := await answers.claim(connection, request):
                    return _repeated(first)
                unit = Unit(
                    connection,
                    service=service,
                    organisation_id=caller.organisation_id,
                    cause=cause,
                    caller=caller,
                    lane=command.lane,
                )
                done = await _handled(command, parsed, unit)
                await answers.keep(connection, request, done.answer)
                faults.point("C4")
        except _Undone as undone:
            done = Done(answer=refused(undone.refusal), announced=0, planned=False)
            async with database.transaction() as connection:
                if first := await answers.claim(connection, request):
                    return _repeated(first)
                await answers.keep(connection, request, done.answer)
        faults.point("C5")
        return done

    return await repeatedly(attempt)


async def _handled(command: Command, body: msgspec.Struct, unit: Unit) -> Done:
    """Raises _Undone for a refusal that is to be kept, and others as they are."""
    try:
        result = await command.handler(body, unit)
    except Refusal as refusal:
        if refusal.retry_after is not None:
            raise
        raise _Undone(refusal) from None
    await unit.flush()
    answered = msgspec.json.encode(_Answered(written=unit.written, result=result))
    return Done(
        answer=Answer(status=200, body=answered),
        announced=len(unit.written),
        planned=unit.plans_delivery,
    )


def _repeated(first: Answer) -> Done:
    return Done(answer=first, announced=0, planned=False, repeated=True)

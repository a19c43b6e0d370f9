"""The answers that commands got, by idempotency key: a repeated command gets the first again."""

import hashlib
from uuid import UUID

import msgspec

from chassis.database import Connection
from chassis.erasing import lock_of
from chassis.refusals import NotAllowed, Refusal


class KeyReused(Refusal, code="idempotency-key-reused", status=422):
    """The key has already been used for another request."""


class InFlight(Refusal, code="in-flight", status=409):
    """The same command, with the same key, is running."""

    retry_after = 1


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a command the same command, and the person who sent it."""

    organisation_id: UUID
    caller: str
    person_id: UUID | None = None
    command: str
    key: str
    body: bytes

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.body).digest()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP status and the JSON body that goes with it."""

    status: int
    body: bytes


async def claim(connection: Connection, request: Request) -> Answer | None:
    """The first answer, if there was one; else the key is this transaction's until it ends.

    From here on the transaction is within the request's tenant. Raises KeyReused, InFlight, and
    NotAllowed for a person who was erased here.
    """
    row = await connection.fetchrow(
        "select * from cairn.claim($1, $2, $3, $4, $5, $6, $7)",
        request.organisation_id,
        request.caller,
        request.command,
        request.key,
        request.person_id,
        f"{request.organisation_id}\x1f{request.caller}\x1f{request.command}\x1f{request.key}",
        request.person_id and lock_of(request.person_id),
    )
    assert row is not None
    if not row["is_mine"]:
        raise InFlight("The same command is running; ask again with the same key in a moment.")
    if row["is_erased"]:
        raise NotAllowed("Whoever this was has been erased, and can do nothing any more.")
    if row["status"] is None:
        return None
    if row["request_hash"] != request.hash:
        raise KeyReused(
            "This idempotency key belongs to another request; use a new key for a new request."
        )
    return Answer(status=row["status"], body=row["answer"])


async def keep(connection: Connection, request: Request, answer: Answer) -> None:
    await connection.execute(
        """
        insert into cairn.answers
            (organisation_id, caller, command, key, request_hash, status, answer, person_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        request.organisation_id,
        request.caller,
        request.command,
        request.key,
        request.hash,
        answer.status,
        answer.body,
        request.person_id,
    )

"""The answers that commands got, by idempotency key: a repeated command gets the first again."""

import hashlib
from uuid import UUID

import msgspec

from chassis.database import Connection
from chassis.refusals import Refusal


class KeyReused(Refusal, code="idempotency-key-reused", status=422):
    """The key has already been used for another request."""


class InFlight(Refusal, code="in-flight", status=409):
    """The same command, with the same key, is running."""

    retry_after = 1


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a command the same command."""

    organisation_id: UUID
    caller: str
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

    Raises KeyReused and InFlight.
    """
    mine = await connection.fetchval(
        "select pg_try_advisory_xact_lock(hashtextextended($1, 0))",
        f"{request.organisation_id}\x1f{request.caller}\x1f{request.command}\x1f{request.key}",
    )
    if not mine:
        raise InFlight("The same command is running; ask again with the same key in a moment.")
    row = await connection.fetchrow(
        """
        select request_hash, status, answer from cairn.answers
        where organisation_id = $1 and caller = $2 and command = $3 and key = $4
        """,
        request.organisation_id,
        request.caller,
        request.command,
        request.key,
    )
    if row is None:
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
            (organisation_id, caller, command, key, request_hash, status, answer)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        request.organisation_id,
        request.caller,
        request.command,
        request.key,
        request.hash,
        answer.status,
        answer.body,
    )

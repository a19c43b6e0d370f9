"""Connections to the service's own database, and transactions within one tenant."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

import asyncpg
from asyncpg.pool import Pool, PoolConnectionProxy

from chassis.telemetry import trace_statement

Connection = asyncpg.Connection | PoolConnectionProxy

# What passes by itself, or is no fault of the work that met it: the database is away, restarts,
# fails over, has no room, gave up on us after a pause, or asks to try again.
TRANSIENT = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

# What no further try cures: a value that the database cannot hold.
UNFIT = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)

# What a second try of the same transaction cures: a migration under a cached statement, a deadlock.
REPEATABLE = (asyncpg.InvalidCachedStatementError, asyncpg.TransactionRollbackError)
ATTEMPTS = 4

ACQUIRE_TIMEOUT = 5.0  # seconds
COMMAND_TIMEOUT = 10.0  # seconds
LARGEST_STATEMENT = 128 * 1024  # bytes of one that a connection keeps prepared: the gateway's grow
LONGEST_SILENCE = 15_000  # milliseconds within a transaction, after which the server ends it
DEAD_PEER = 5  # seconds after which a silent peer counts as gone

T = TypeVar("T")


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Set up a new connection: JSON passes through as bytes, and a dead peer is noticed."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda text: b"\x01" + text,
        decoder=lambda data: data[1:],
    )
    notice_dead_peer(connection)
    connection.add_query_logger(trace_statement)


def notice_dead_peer(connection: asyncpg.Connection) -> None:
    """Have the kernel give up on a peer that has been silent for DEAD_PEER seconds."""
    transport = connection._transport  # pyright: ignore  # asyncpg has no public way to its socket
    sock: socket.socket = transport.get_extra_info("socket")
    if sock.family == socket.AF_UNIX:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, DEAD_PEER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_PEER * 1000)


def server_settings(application_name: str) -> dict[str, str]:
    return {
        "application_name": application_name,
        "statement_timeout": "8000",
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": str(LONGEST_SILENCE),
        "tcp_keepalives_idle": str(DEAD_PEER),
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": str(DEAD_PEER * 1000),
    }


class Database:
    """A pool of connections under one role."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    @classmethod
    @asynccontextmanager
    async def open(
        cls, dsn: str, *, name: str, size: int = 8, reset: bool = True, **settings: str
    ) -> AsyncGenerator["Database"]:
        """`name` is what the server calls us; `settings` go to it besides the usual timeouts.

        Without `reset` a connection goes back as it is, which spares a round trip: for borrowers
        who leave nothing behind but what ends with a transaction.
        """
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            init=prepare_connection,
            reset=None if reset else _leave,
            command_timeout=COMMAND_TIMEOUT,
            max_cacheable_statement_size=LARGEST_STATEMENT,
            max_inactive_connection_lifetime=60,
            server_settings=server_settings(name) | settings,
        )
        try:
            yield cls(pool)
        finally:
            await _close(pool)

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        # The pool's own time-out makes a task for each acquisition: a tenth of a short request.
        async with asyncio.timeout(ACQUIRE_TIMEOUT):
            connection = await self.pool.acquire()
        try:
            yield connection
        finally:
            await self.pool.release(connection, timeout=ACQUIRE_TIMEOUT)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """A transaction that is of no tenant: only what is shared with the role can be seen."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def tenant(self, organisation_id: UUID) -> AsyncGenerator[Connection]:
        """A transaction within one tenant."""
        async with self.transaction() as connection:
            await enter_tenant(connection, organisation_id)
            yield connection


async def enter_tenant(
    connection: Connection, organisation_id: UUID, *, role: str | None = None
) -> None:
    """Be of one tenant for the rest of the transaction, under `role` where one is given."""
    if role is None:
        await connection.execute(
            "select set_config('cairn.organisation', $1, true)", str(organisation_id)
        )
    else:
        await connection.execute(
            "select set_config('cairn.organisation', $1, true), set_config('role', $2, true)",
            str(organisation_id),
            role,
        )


async def leave_tenant(connection: Connection) -> None:
    """Be the connection's own role again, of no tenant."""
    await connection.execute(
        "select set_config('role', 'none', true), set_config('cairn.organisation', '', true)"
    )


def is_transient(error: Exception, connection: Connection) -> bool:
    """Whether an error that a handler raised is the database's, and not the handler's own.

    What the database says is known by its kind; what the network says, by the connection's end.
    """
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, TRANSIENT)
    return connection.is_closed()


async def repeatedly(attempt: Callable[[], Awaitable[T]]) -> T:
    """Run a whole transaction, again where the database asks for it."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await attempt()
        except REPEATABLE:
            continue
    return await attempt()


async def _leave(_: Connection) -> None:
    pass


async def _close(pool: Pool) -> None:
    """Close within a deadline: a frozen server must not keep a process from ending."""
    try:
        async with asyncio.timeout(3):
            await pool.close()
    except TimeoutError:
        pool.terminate()

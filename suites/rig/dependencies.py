"""
What a target that the run starts depends on: started before it, each behind a proxy of the rig.

`[facilities.faults.NAME]` says what NAME is: `service` is one that the rig has (postgres, smtp-sink), `start` a command
line like the target's own, `to` the address of what runs already. {NAME} in the target's start line and options stands
for the way to it through the proxy: HOST:PORT, or, for PostgreSQL, a URL with role, password and database.
"""

from __future__ import annotations

import contextlib
import secrets
import shlex
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from contract.errors import HarnessError, NotTestable
from contract.outages import FaultKind
from contract.secret import Secret
from suites.rig.faults import Dependency, Faults, driver_for
from suites.rig.mail import Sink, sink
from suites.rig.postgres import ROLE, Server, carried_binaries, postgres
from suites.rig.processes import end, free_port, guarded

START_TIMEOUT_S = 30.0


class ServiceMissing(HarnessError):
    """The rig has no such service here: what would provide it is not installed."""


class Started(Dependency, Protocol):
    """One dependency that stands behind its proxy."""

    @property
    def address(self) -> str:
        """Host and port where it listens."""
        ...

    def way(self, address: str) -> str:
        """Return what the target is told, *address* being the proxy's."""
        ...


@dataclass
class Database:
    """A PostgreSQL with a role and a database for one instance; their names are made up, so that a leak shows."""

    server: Server
    role: str = field(default_factory=lambda: f"role_{secrets.token_hex(4)}")
    _password: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(16)))
    breaks: frozenset[FaultKind] = frozenset({FaultKind.DOWN, FaultKind.WRONG_CREDENTIALS})

    @property
    def address(self) -> str:
        """Host and port of the server itself."""
        return f"127.0.0.1:{self.server.port}"

    def way(self, address: str) -> str:
        """Return the database's URL."""
        return f"postgresql://{self.role}:{self._password.reveal()}@{address}/{self.role}"

    @property
    def inner_names(self) -> tuple[str, ...]:
        """The role, which is the database's name too, and where the server listens."""
        return self.role, self.address

    def make(self) -> None:
        """Make the role and its database."""
        self._as_superuser(f"CREATE ROLE {self.role} LOGIN PASSWORD '{self._password.reveal()}'")
        self._as_superuser(f"CREATE DATABASE {self.role} OWNER {self.role}")

    def break_(self, kind: FaultKind) -> None:
        """Kill the server, or change the role's password and end the sessions that the old one had opened."""
        if kind is FaultKind.DOWN:
            self.server.kill()
            return
        self._as_superuser(f"ALTER ROLE {self.role} PASSWORD '{secrets.token_urlsafe(16)}'")
        self._as_superuser(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{self.role}'")
        if self._lets_in():
            raise NotTestable(f"PostgreSQL still takes the password of {self.role} after it was changed")

    def mend(self, kind: FaultKind) -> None:
        """Start the server, or give the role its password back."""
        if kind is FaultKind.DOWN:
            self.server.start()
            return
        self._as_superuser(f"ALTER ROLE {self.role} PASSWORD '{self._password.reveal()}'")
        if not self._lets_in():
            raise NotTestable(f"PostgreSQL does not take the password of {self.role} after it was given back")

    def _as_superuser(self, statement: str) -> None:
        psycopg = driver()
        try:
            with psycopg.connect(self.server.url, autocommit=True) as connection:
                connection.execute(statement)
        except psycopg.Error as why:
            raise NotTestable(f"PostgreSQL refused its superuser {ROLE}: {str(why).splitlines()[0]}") from None

    def _lets_in(self) -> bool:
        try:
            driver().connect(self.way(self.address)).close()
        except driver().OperationalError:
            return False
        return True


def installed_postgres() -> contextlib.AbstractContextManager[Server]:
    """Return what starts a PostgreSQL. Raises ServiceMissing."""
    driver()
    try:
        carried_binaries()
    except HarnessError as why:
        raise ServiceMissing(str(why)) from None
    return postgres()


def driver() -> Any:
    """Return psycopg. Raises ServiceMissing."""
    try:
        import psycopg
    except ImportError:
        raise ServiceMissing("PostgreSQL needs psycopg: install the extra `postgres`") from None
    return psycopg


@dataclass
class MailServer:
    """The SMTP sink."""

    sink: Sink
    breaks: frozenset[FaultKind] = frozenset({FaultKind.DOWN})

    @property
    def address(self) -> str:
        """Host and port of the sink itself."""
        return self.sink.address

    @property
    def inner_names(self) -> tuple[str, ...]:
        """Its address."""
        return (self.address,)

    def way(self, address: str) -> str:
        """Return host and port."""
        return address

    def break_(self, _kind: FaultKind) -> None:
        """Stop it."""
        self.sink.stop()

    def mend(self, _kind: FaultKind) -> None:
        """Start it."""
        self.sink.start()


@dataclass
class Program:
    """A command line that serves on a port, which it keeps when it is started again."""

    name: str
    command: list[str]
    port: int
    folder: Path | None
    log: Path
    breaks: frozenset[FaultKind] = frozenset({FaultKind.DOWN})
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Host and port of the program itself."""
        return f"127.0.0.1:{self.port}"

    @property
    def inner_names(self) -> tuple[str, ...]:
        """Its address."""
        return (self.address,)

    def way(self, address: str) -> str:
        """Return host and port."""
        return address

    def break_(self, _kind: FaultKind) -> None:
        """End the process."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def mend(self, _kind: FaultKind) -> None:
        """Start the process, and wait until it listens. Raises NotTestable."""
        if self._process is not None:
            return
        self._process = guarded(self.command, out=self.log, log=self.log, cwd=self.folder)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        said = self.log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise NotTestable(f"[facilities.faults] {self.name}.start did not listen on port {self.port}: {said[-1]}")


@dataclass(frozen=True)
class Elsewhere:
    """Something that runs already, and that we only stand before."""

    address: str
    breaks: frozenset[FaultKind] = frozenset()

    @property
    def inner_names(self) -> tuple[str, ...]:
        """Its address."""
        return (self.address,)

    def way(self, address: str) -> str:
        """Return host and port."""
        return address

    def break_(self, kind: FaultKind) -> None:
        """Nothing can be done to it."""

    def mend(self, kind: FaultKind) -> None:
        """Nothing was done to it."""


class Surroundings:
    """
    The dependencies of one instance.

    `words` are what {NAME} stands for, `faults` breaks them, `sinks` are the mail servers among them; `close` ends them
    all, after what was broken is repaired.
    """

    def __init__(
        self, table: Mapping[str, Any], *, words: Mapping[str, str], cwd: Path | None, files: Path, journal: Path
    ) -> None:
        self._ends = contextlib.ExitStack()
        try:
            started = {name: self._start(name, each, words, cwd, files) for name, each in table["dependencies"].items()}
            behind = {
                name: {**each, "listen": "127.0.0.1:0", "to": started[name].address}
                for name, each in table["dependencies"].items()
            }
            self.faults: Faults = driver_for({**table, "dependencies": behind}, journal=journal, started=started)
            self._ends.callback(self.faults.close)
        except BaseException:
            self.close()
            raise
        self.words = {name: each.way(self.faults.addresses[name]) for name, each in started.items()}
        self.sinks = [each.sink for each in started.values() if isinstance(each, MailServer)]

    def close(self) -> None:
        """End everything."""
        self._ends.close()

    def _start(
        self, name: str, table: Mapping[str, Any], words: Mapping[str, str], cwd: Path | None, files: Path
    ) -> Started:
        if "to" in table:
            return Elsewhere(str(table["to"]))
        if table.get("service") == "postgres":
            database = Database(self._ends.enter_context(installed_postgres()))
            database.make()
            return database
        if table.get("service") == "smtp-sink":
            mail = MailServer(sink())
            self._ends.callback(mail.sink.stop)
            return mail
        port = free_port()
        command = [word.format(**{**words, "port": str(port)}) for word in shlex.split(table["start"])]
        program = Program(name, command, port, cwd, files / f"{name}.log")
        self._ends.callback(program.break_, FaultKind.DOWN)
        program.mend(FaultKind.DOWN)
        return program

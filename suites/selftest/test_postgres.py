"""The rig's PostgreSQL: passwords count, an end is an end, and the address survives it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from suites.rig.postgres import Server, carried_binaries, postgres, readable, run, unprivileged


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as started:
        yield started


def ask(server: Server, statement: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def test_the_password_is_needed(server: Server) -> None:
    assert ask(server, "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace(server.password, "wrong"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(server.url.replace(f":{server.password}@", "@"), passfile="/dev/null")


@pytest.mark.parametrize("end", [Server.stop, Server.kill], ids=["stop", "kill"])
def test_after_an_end_nobody_listens_and_after_a_start_everything_is_there(
    server: Server, end: Callable[[Server], None]
) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        before = ask(server, "SELECT count(*) FROM kept")
        end(server)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="Connection refused"):
        psycopg.connect(server.url)

    server.start()

    assert ask(server, "SELECT count(*) FROM kept") == before


def test_a_restart_breaks_connections_and_keeps_the_address(server: Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        server.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert ask(server, "SELECT 1") == 1


@pytest.mark.skipif(os.getuid() != 0, reason="not root: the binaries run as ourselves")
def test_binaries_that_the_server_user_cannot_read_are_copied(tmp_path: Path) -> None:
    """site-packages may lie below a home folder that only root reads."""
    installed = carried_binaries()
    shutil.copytree(installed.parent, tmp_path / "package" / installed.parent.name)
    (tmp_path / "package").chmod(0o700)
    hidden = tmp_path / "package" / installed.parent.name / "bin"
    folder = Path(tempfile.mkdtemp(prefix="authproof-pg-"))
    try:
        folder.chmod(0o755)

        copied = readable(hidden, folder, unprivileged())

        assert copied == folder / "wheel" / "package" / installed.parent.name / "bin"
        assert run([str(copied / "postgres"), "--version"], unprivileged()).returncode == 0
    finally:
        shutil.rmtree(folder)


def test_the_server_ends_with_the_process_that_started_it() -> None:
    """A run that is killed leaves no database behind."""
    program = (
        "import time; from suites.rig.postgres import postgres\n"
        "with postgres() as server: print(server.url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        psycopg.connect(url).close()
        os.kill(owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the server still takes connections 20 s after its owner was killed")

"""
The Toxiproxy driver: the orders that it gives, that it reads them back, and that it undoes them and nothing else.

Against a stand-in for Toxiproxy, and against Toxiproxy itself where `toxiproxy-server` is on the PATH.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.errors import NotTestable
from contract.outages import FaultKind
from suites.rig.faults import Faults, driver_for
from suites.rig.processes import free_port
from suites.selftest.echo import DEADLINE_S, SAID, call, connect, echo, talk
from suites.selftest.toxiproxy_server import StandIn, stand_in

KIND = FaultKind
REAL = shutil.which("toxiproxy-server")
TOXICS = {
    KIND.SILENT: [("authproof-timeout-downstream", "timeout", "downstream", {"timeout": 0})],
    KIND.RESET: [
        ("authproof-reset_peer-downstream", "reset_peer", "downstream", {"timeout": 0}),
        ("authproof-reset_peer-upstream", "reset_peer", "upstream", {"timeout": 0}),
    ],
    KIND.SLOW: [("authproof-latency-downstream", "latency", "downstream", {"latency": 30_000, "jitter": 0})],
    KIND.DRIP: [
        (
            "authproof-slicer-downstream",
            "slicer",
            "downstream",
            {"average_size": 1, "size_variation": 0, "delay": 1_000_000},
        )
    ],
    KIND.TRUNCATED: [("authproof-limit_data-downstream", "limit_data", "downstream", {"bytes": 1})],
    KIND.DOWN: [],
    KIND.REFUSED: [],
}


@dataclass
class Toxiproxy:
    """A Toxiproxy with one proxy, `echo`, before an echo at the other end; `stand_in` where it is only played."""

    url: str
    address: str
    stand_in: StandIn | None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask something of the API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as said:
            return json.loads(said.read() or b"null")

    def state(self) -> tuple[bool, list[tuple[str, str, str, dict[str, int]]]]:
        """Return whether the proxy is enabled, and its toxics."""
        said = self.ask("GET", "/proxies/echo")
        toxics = [(each["name"], each["type"], each["stream"], each["attributes"]) for each in said["toxics"]]
        return said["enabled"], sorted(toxics, key=lambda each: each[0])


@contextlib.contextmanager
def real() -> Iterator[str]:
    """Start Toxiproxy; yield its URL."""
    if REAL is None:
        pytest.skip("toxiproxy-server is not installed")
    port = free_port()
    with subprocess.Popen([REAL, "-host", "127.0.0.1", "-port", str(port)], stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + DEADLINE_S
            while call(f"127.0.0.1:{port}", b"")[1] == "refused":
                assert time.monotonic() < deadline, "Toxiproxy does not listen"
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=["stand-in", "real"])
def toxiproxy(request: pytest.FixtureRequest) -> Iterator[Toxiproxy]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(echo())
        played = stack.enter_context(stand_in()) if request.param == "stand-in" else None
        url = played.url if played else stack.enter_context(real())
        address = f"127.0.0.1:{free_port()}"
        made = Toxiproxy(url, address, played)
        made.ask("POST", "/proxies", {"name": "echo", "listen": address, "upstream": server.address})
        yield made


@pytest.fixture(scope="module")
def faults(toxiproxy: Toxiproxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    made = faults_of(toxiproxy.url, "echo", tmp_path_factory.mktemp("run"))
    yield made
    made.close()


def faults_of(url: str, proxy: str, folder: Path) -> Faults:
    """Return the faults of one dependency, `db`, which is a *proxy* of the Toxiproxy at *url*."""
    table = {"driver": "toxiproxy", "url": url, "dependencies": {"db": {"proxy": proxy}}}
    return driver_for(table, journal=folder / "faults.jsonl")


def test_it_can_do_what_toxiproxy_can(faults: Faults) -> None:
    assert faults.kinds("db") == TOXICS.keys()


@pytest.mark.parametrize("kind", TOXICS)
def test_a_fault_is_put_in_and_taken_out(toxiproxy: Toxiproxy, faults: Faults, kind: FaultKind) -> None:
    with faults.broken("db", kind):
        assert toxiproxy.state() == (kind not in (KIND.DOWN, KIND.REFUSED), TOXICS[kind])

    assert toxiproxy.state() == (True, [])


MET = {
    KIND.SILENT: (b"", "silence"),
    KIND.RESET: (b"", "reset"),
    KIND.SLOW: (b"", "silence"),
    KIND.DRIP: (SAID[:1], "silence"),
    KIND.TRUNCATED: (SAID[:1], "end"),
    KIND.DOWN: (b"", "refused"),
    KIND.REFUSED: (b"", "refused"),
}


@pytest.mark.parametrize("kind", MET)
def test_the_fault_is_met_on_new_and_on_open_connections(toxiproxy: Toxiproxy, faults: Faults, kind: FaultKind) -> None:
    if toxiproxy.stand_in:
        pytest.skip("the stand-in passes no connection on")
    with connect(toxiproxy.address) as open_before:
        assert talk(open_before) == (SAID, "whole")

        with faults.broken("db", kind):
            assert call(toxiproxy.address) == MET[kind]
            assert talk(open_before) != (SAID, "whole")

    assert call(toxiproxy.address) == (SAID, "whole")


def test_toxics_of_others_stay(toxiproxy: Toxiproxy, faults: Faults) -> None:
    theirs = {"name": "theirs", "type": "latency", "stream": "upstream", "attributes": {"latency": 1}}
    toxiproxy.ask("POST", "/proxies/echo/toxics", theirs)

    with faults.broken("db", KIND.SILENT):
        assert [name for name, *_ in toxiproxy.state()[1]] == ["authproof-timeout-downstream", "theirs"]

    assert [name for name, *_ in toxiproxy.state()[1]] == ["theirs"]
    toxiproxy.ask("DELETE", "/proxies/echo/toxics/theirs")


def test_a_proxy_that_somebody_else_has_disabled_is_left_alone(toxiproxy: Toxiproxy, faults: Faults) -> None:
    """Enabling it afterwards would undo what is not ours."""
    toxiproxy.ask("POST", "/proxies/echo", {"enabled": False})

    with pytest.raises(NotTestable) as refusal, faults.broken("db", KIND.DOWN):
        pass

    assert str(refusal.value) == (
        f"[facilities.faults] the proxy 'echo' of Toxiproxy at {toxiproxy.url} is disabled already"
    )
    assert toxiproxy.state() == (False, [])
    toxiproxy.ask("POST", "/proxies/echo", {"enabled": True})


def test_a_proxy_that_there_is_not_is_said(toxiproxy: Toxiproxy, tmp_path: Path) -> None:
    faults = faults_of(toxiproxy.url, "ech", tmp_path)

    with pytest.raises(NotTestable) as refusal, faults.broken("db", KIND.DOWN):
        pass
    faults.close()

    head, _, said = str(refusal.value).partition(": GET is 404 ")
    assert head == f"[facilities.faults] the proxy 'ech' of Toxiproxy at {toxiproxy.url}"
    assert json.loads(said) == {"error": "proxy not found", "status": 404}


def test_a_toxiproxy_that_is_not_there_is_said(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    faults = faults_of(url, "echo", tmp_path)

    with pytest.raises(NotTestable) as refusal, faults.broken("db", KIND.DOWN):
        pass
    faults.close()

    assert str(refusal.value) == (
        f"[facilities.faults] the proxy 'echo' of Toxiproxy at {url} does not answer: [Errno 111] Connection refused"
    )

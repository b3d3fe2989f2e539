"""The rig's proxy: what a target meets of each kind of fault, on new and on open connections, and after its repair."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from contract.errors import NotTestable
from contract.outages import FaultKind, Reply
from suites.rig.faults import Faults, driver_for
from suites.selftest.echo import DEADLINE_S, SAID, call, connect, echo, talk

KIND = FaultKind
LATE = Reply(503, '{"error":"later"}', headers={"Retry-After": "7"})
REQUEST = b"POST /verify HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
BUT_THE_LAST = SAID[:-1]

MET = {
    KIND.REFUSED: ((b"", "refused"), (b"", "reset")),
    KIND.RESET: ((b"", "reset"), (b"", "reset")),
    KIND.CUT: ((BUT_THE_LAST, "reset"), (BUT_THE_LAST, "reset")),
    KIND.SILENT: ((b"", "silence"), (b"", "silence")),
    KIND.FULL: ((b"", "no connection"), (b"", "reset")),
    KIND.TRUNCATED: ((BUT_THE_LAST, "end"), (BUT_THE_LAST, "end")),
    KIND.DRIP: ((SAID[:1], "silence"), (SAID[:1], "silence")),
    KIND.SLOW: ((b"", "silence"), (b"", "silence")),
}
"""By kind: what is heard over a new connection, and over one that was open before, and how it ends."""
GOES_ON = {KIND.SILENT: SAID, KIND.DRIP: SAID[1:], KIND.SLOW: SAID}
"""What is still to come over a connection that was open, once the fault is over."""


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    with echo() as server, behind_a_proxy(server.address, tmp_path_factory.mktemp("run")) as faults:
        yield faults


@contextlib.contextmanager
def behind_a_proxy(address: str, folder: Path, *, wait_s: float = 10) -> Iterator[Faults]:
    """Put a proxy before *address*."""
    table = {
        "driver": "proxy",
        "wait_s": wait_s,
        "dependencies": {"echo": {"listen": "127.0.0.1:0", "to": address}},
    }
    made = driver_for(table, journal=folder / "faults.jsonl")
    try:
        yield made
    finally:
        made.close()


def test_a_proxy_can_fail_in_every_way_on_the_way(faults: Faults) -> None:
    assert faults.dependencies == ("echo",)
    assert faults.kinds("echo") == set(KIND) - {KIND.DOWN, KIND.WRONG_CREDENTIALS}


@pytest.mark.parametrize("kind", MET)
def test_a_fault_meets_new_connections_and_open_ones_and_then_is_over(faults: Faults, kind: FaultKind) -> None:
    address = faults.addresses["echo"]
    new, old = MET[kind]
    with connect(address) as open_before:
        assert talk(open_before) == (SAID, "whole")

        with faults.broken("echo", kind):
            assert talk(open_before) == old
            assert call(address) == new

        assert call(address) == (SAID, "whole")
        if kind in GOES_ON:
            open_before.settimeout(DEADLINE_S)
            assert heard(open_before, len(GOES_ON[kind])) == GOES_ON[kind]
            assert talk(open_before) == (SAID, "whole")


def heard(connection: socket.socket, size: int) -> bytes:
    """Return the next *size* bytes."""
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data))
    return data


def test_garbled_answers_are_as_long_and_nobodys_words(faults: Faults) -> None:
    address = faults.addresses["echo"]
    with connect(address) as open_before, faults.broken("echo", KIND.GARBLED):
        answers = [talk(open_before), call(address)]

    for said, end in answers:
        assert (len(said), end) == (len(SAID), "whole")
        assert min(said) > 127
    assert call(address) == (SAID, "whole")


def test_a_garbled_connection_does_not_outlive_the_fault(faults: Faults) -> None:
    """What comes over it afterwards would be read as the rest of what was never said."""
    with connect(faults.addresses["echo"]) as open_before:
        with faults.broken("echo", KIND.GARBLED):
            talk(open_before)

        assert talk(open_before) == (b"", "reset")


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_dependency_that_fails_halfway_hears_so_much_and_no_more(faults: Faults, after: int) -> None:
    address = faults.addresses["echo"]
    with connect(address) as open_before, faults.broken("echo", KIND.HALFWAY, after=after):
        heard_through = [talk(open_before) for _ in range(after)]

        assert heard_through == [(SAID, "whole")] * after
        assert talk(open_before) == (b"", "reset")
        assert call(address) == (b"", "reset")

    assert call(address) == (SAID, "whole")


def test_a_canned_dependency_answers_every_request_alike_once_it_has_come_whole(faults: Faults) -> None:
    address = faults.addresses["echo"]
    said = (
        b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 7\r\nContent-Length: 17\r\n"
        b'Content-Type: application/json\r\n\r\n{"error":"later"}'
    )
    with connect(address) as open_before, connect(address) as slow_one, faults.broken("echo", KIND.CANNED, reply=LATE):
        assert talk(open_before, REQUEST) == (said, "whole")
        assert call(address, REQUEST) == (said, "whole")
        assert talk(slow_one, REQUEST[:-2]) == (b"", "silence")
        assert talk(slow_one, REQUEST[-2:]) == (said, "whole")
        assert httpx.get(f"http://{address}/health", trust_env=False).json() == {"error": "later"}

    assert call(address) == (SAID, "whole")


def test_who_comes_while_it_is_silent_is_answered_when_it_speaks_again(faults: Faults) -> None:
    with faults.broken("echo", KIND.SILENT):
        waiting = connect(faults.addresses["echo"])
        assert talk(waiting) == (b"", "silence")

    with waiting:
        waiting.settimeout(DEADLINE_S)
        assert heard(waiting, len(SAID)) == SAID


def test_the_connections_that_the_target_tries_are_counted(faults: Faults) -> None:
    with faults.broken("echo", KIND.RESET) as outage:
        for _ in range(3):
            call(faults.addresses["echo"])

        assert outage.connections() == 3


def test_a_dependency_is_broken_in_one_way_at_a_time(faults: Faults) -> None:
    with faults.broken("echo", KIND.SILENT):
        with pytest.raises(NotTestable) as refusal, faults.broken("echo", KIND.RESET):
            pass
        assert str(refusal.value) == "[facilities.faults] echo is broken already"
        assert call(faults.addresses["echo"]) == (b"", "silence")

    assert call(faults.addresses["echo"]) == (SAID, "whole")


def test_what_cannot_be_done_is_said(faults: Faults) -> None:
    with pytest.raises(NotTestable) as refusal, faults.broken("echo", KIND.DOWN):
        pass
    assert str(refusal.value) == (
        "echo cannot be made down here; "
        "it can: canned, cut, drip, full, garbled, halfway, refused, reset, silent, slow, truncated"
    )
    with pytest.raises(ValueError, match="a reply is for what is canned"), faults.broken("echo", KIND.CANNED):
        pass


def test_the_block_ends_in_a_repair_whatever_happens_in_it(faults: Faults) -> None:
    with pytest.raises(ZeroDivisionError), faults.broken("echo", KIND.REFUSED):
        raise ZeroDivisionError

    assert call(faults.addresses["echo"]) == (SAID, "whole")


def test_a_repair_that_does_not_take_is_said(tmp_path: Path) -> None:
    """The dependency itself went away meanwhile: what follows would be blamed on the target."""
    with echo() as server, behind_a_proxy(server.address, tmp_path, wait_s=0.2) as faults:
        with pytest.raises(NotTestable) as refusal, faults.broken("echo", KIND.SILENT):
            server.shutdown()
            server.server_close()

        assert str(refusal.value) == (
            f"[facilities.faults] nothing takes connections at {server.address}, 0.2 s after the repair"
        )


def test_a_place_that_is_taken_is_said(tmp_path: Path) -> None:
    with echo() as server:
        table = {"driver": "proxy", "dependencies": {"echo": {"listen": server.address, "to": server.address}}}
        with pytest.raises(NotTestable) as refusal:
            driver_for(table, journal=tmp_path / "faults.jsonl")

    assert str(refusal.value) == f"[facilities.faults] cannot listen at {server.address}: Address already in use"

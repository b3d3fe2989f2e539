"""The words of outages: what counts as failing, as recovered in time, and as told about the inside."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer, Kind, Request
from contract.errors import ContractViolation, NotTestable
from contract.flows import Outcome
from contract.outages import FaultKind
from contract.session import ANONYMOUS
from suites.conformance.test_availability import keeps_the_inside
from suites.conformance.test_availability_kinds import code_of
from suites.rig import breakable
from suites.rig.api import Api
from suites.rig.breakable import Breakable, failing, once_it_works, through, works_again
from suites.rig.elsewhere import elsewhere
from suites.rig.faults import Faults
from suites.selftest.answered import answered

ASKED = Request("POST", "https://api.example/login", operation="loginUser")
INSIDE = ("role_5f3a", "127.0.0.1:41234", "db.internal:5432")


def outcome(kind: Kind, status: int, *headers: tuple[str, str]) -> Outcome:
    answer = Answer(ASKED, status, headers=headers)
    return Outcome(kind, ANONYMOUS, answer, (answer,))


WORKS = outcome(Kind.ACCEPTED, 200)
DOWN = outcome(Kind.UNAVAILABLE, 503, ("Retry-After", "0"))
THROTTLED = outcome(Kind.THROTTLED, 429)


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakable, "GRACE_S", 0.1)


def saying(*outcomes: Outcome) -> Callable[[], Outcome]:
    """Return what says *outcomes* one after another, and then the last one for ever."""

    def words() -> Iterator[Outcome]:
        yield from outcomes
        while True:
            yield outcomes[-1]

    said = words()
    return lambda: next(said)


def test_what_works_within_the_announced_wait_has_recovered() -> None:
    assert works_again(saying(DOWN, DOWN, WORKS)) is WORKS
    assert works_again(saying(DOWN, THROTTLED), Kind.ACCEPTED, Kind.THROTTLED) is THROTTLED


def test_what_stays_down_is_the_finding_of_another_row() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"not reached: loginUser does not work again .* \(AVAIL-12\)"):
        works_again(saying(DOWN))
    assert once_it_works(saying(DOWN)) is DOWN


def test_what_is_refused_after_the_repair_decides_nothing() -> None:
    with pytest.raises(NotTestable, match="the control loginUser should be accepted, and was throttled"):
        works_again(saying(DOWN, THROTTLED))


def test_what_works_without_what_it_needs_was_not_broken() -> None:
    assert failing(DOWN) is DOWN
    with pytest.raises(NotTestable, match="loginUser works although what it needs was broken"):
        failing(WORKS)


class Halfway:
    """Notes after how many words it was to fail."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def kinds(self, _dependency: str) -> frozenset[FaultKind]:
        return frozenset({FaultKind.HALFWAY})

    def broken(self, _dependency: str, _kind: FaultKind, **how: Any) -> AbstractContextManager[None]:
        self.steps.append(how["after"])
        return nullcontext()


@pytest.mark.parametrize("kind", [Kind.REFUSED_TOKEN, Kind.THROTTLED])
def test_what_is_refused_after_it_had_ended_in_5xx_was_used_up(kind: Kind) -> None:
    faults = Halfway()
    database = Breakable(
        "database", cast("Api", None), cast("Faults", faults), [], lambda _: pytest.fail("nobody asked")
    )

    assert through(database, saying(DOWN, DOWN, WORKS), because="a token") is WORKS
    assert faults.steps == [0, 1, 2]
    with pytest.raises(ContractViolation, match=f"loginUser with a token is {kind}"):
        through(database, saying(DOWN, outcome(kind, 401)), because="a token")


@pytest.mark.parametrize(
    "told",
    [
        'the role "role_5f3a" does not exist',
        "connection to 127.0.0.1:41234 failed",
        "connection to server, port 41234 failed",
        "db.internal:5432 refused",
    ],
)
def test_what_only_the_inside_knows_is_found(told: str) -> None:
    for answer in (answered(503, body=told), answered(503, f"X-Debug: {told}")):
        with pytest.raises(ContractViolation, match="tells where or what its dependency is"):
            keeps_the_inside(answer, INSIDE)


@pytest.mark.parametrize("told", ["the database is down", "request 412345678", "port 5432 is for PostgreSQL"])
def test_what_anybody_may_say_is_no_leak(told: str) -> None:
    assert keeps_the_inside(answered(503, body={"detail": told}), INSIDE).status == 503


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "urn:a:b", "code": "c"}, "urn:a:b"),
        ({"code": "c", "error": "d"}, "c"),
        ({"error": {"code": "e"}}, "e"),
        ({"error": "f"}, "f"),
        ({"message": "sorry"}, ""),
        ("<html>", ""),
    ],
)
def test_a_failure_is_known_by_the_member_that_programs_read(body: dict[str, object] | str, code: str) -> None:
    assert code_of(answered(503, body=body)) == code


def test_whoever_goes_elsewhere_is_counted_once() -> None:
    with elsewhere() as place:
        assert place.visitors() == 0
        host, port = urlsplit(place.url).netloc.split(":")
        socket.create_connection((host, int(port)), timeout=5).close()
        assert place.visitors() == 1
        assert place.visitors() == 0

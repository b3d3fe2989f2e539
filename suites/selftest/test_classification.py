"""What answers mean: those that real servers gave, and the general reading of a status."""

from __future__ import annotations

from typing import Any

import pytest

from contract.answers import Answer, Kind, Request
from contract.classify import classify, matches
from contract.flows import perform
from contract.recorded import run_recorded
from contract.targets.model import Operation, Profile, Rule, Step, Target
from contract.targets.read import names
from suites.selftest.recordings import DATA, Recorded, held, recorded, target
from suites.targets.environment import with_packages

RECORDED = recorded()


@pytest.mark.parametrize("flow", RECORDED, ids=lambda flow: flow.id)
def test_what_a_server_really_answered_is_understood(flow: Recorded) -> None:
    """The kind is right, the session holds what it should and no more, and what was sent is what the server wants."""
    outcome = run_recorded(perform(target(flow.target), flow.operation, flow.holds, **flow.inputs), flow.answers)

    assert outcome.kind is flow.kind
    assert held(outcome.session) == flow.leaves
    assert outcome.answer is outcome.answers[-1]
    for answer, (headers, body) in zip(outcome.answers, flow.sent, strict=True):
        for name, value in headers.items():
            assert (answer.request.header(name) or "") == value
        assert body is None or answer.request.body.decode() == body


def test_each_target_file_can_be_read_and_has_its_recordings() -> None:
    drafted = {path.stem for path in (DATA / "targets").glob("*.toml")}
    assert set(with_packages()) <= {flow.target for flow in RECORDED} <= drafted | set(names())
    assert not drafted & set(names()), "a shipped target needs no second file"
    assert all(target(flow.target).name == flow.target for flow in RECORDED)


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if kind not in (Kind.NO_ANSWER, Kind.UNAVAILABLE, Kind.PENDING)]
)
def test_the_recordings_show_each_kind(kind: Kind) -> None:
    """Pending shows in flows that go on; the other two are no speech of the target's own."""
    assert kind in {flow.kind for flow in RECORDED}


def answer(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Answer:
    return Answer(Request("POST", "https://api.example/x"), status, headers, body)


def speaking(*rules: Rule, operation: str = "loginUser", **profile: Any) -> Target:
    login = Step("POST", "/login", capture={"accessToken": "/token", "sessionToken": "/challenge"})
    operations = {id: Operation(id, (login,)) for id in ("loginUser", "refreshToken", "verifyMfa", "registerUser")}
    operations["getCurrentUser"] = Operation("getCurrentUser", (Step("GET", "/me", "none"),))
    answers = {operation: rules} if rules else {}
    return Target("acme", "https://api.example", operations=operations, answers=answers, profile=Profile(**profile))


@pytest.mark.parametrize(
    ("operation", "status", "kind"),
    [
        ("loginUser", 400, Kind.INVALID_INPUT),
        ("loginUser", 401, Kind.REFUSED_CREDENTIALS),
        ("verifyMfa", 401, Kind.REFUSED_CREDENTIALS),
        ("getCurrentUser", 401, Kind.REFUSED_TOKEN),
        ("refreshToken", 401, Kind.REFUSED_TOKEN),
        ("getCurrentUser", 403, Kind.FORBIDDEN),
        ("getCurrentUser", 404, Kind.UNRECOGNISED),
        ("registerUser", 409, Kind.CONFLICT),
        ("registerUser", 413, Kind.INVALID_INPUT),
        ("registerUser", 415, Kind.INVALID_INPUT),
        ("registerUser", 422, Kind.INVALID_INPUT),
        ("loginUser", 429, Kind.THROTTLED),
        ("loginUser", 503, Kind.UNAVAILABLE),
        ("registerUser", 201, Kind.ACCEPTED),
        ("registerUser", 204, Kind.ACCEPTED),
        ("getCurrentUser", 200, Kind.ACCEPTED),
        ("loginUser", 302, Kind.UNRECOGNISED),
        ("loginUser", 405, Kind.UNRECOGNISED),
        ("loginUser", 500, Kind.UNRECOGNISED),
        ("loginUser", 502, Kind.UNRECOGNISED),
        ("loginUser", 0, Kind.NO_ANSWER),
    ],
)
def test_a_status_means_what_it_says(operation: str, status: int, kind: Kind) -> None:
    assert classify(speaking(), operation, answer(status)) is kind


@pytest.mark.parametrize(
    ("profile", "operation", "status", "kind"),
    [
        ({"throttle_status": (423,)}, "loginUser", 423, Kind.THROTTLED),
        ({"throttle_status": (423,)}, "loginUser", 429, Kind.UNRECOGNISED),
        ({"refused_refresh": (400, 403)}, "refreshToken", 400, Kind.REFUSED_TOKEN),
        ({"refused_refresh": (400, 403)}, "refreshToken", 403, Kind.REFUSED_TOKEN),
        ({"refused_refresh": (400, 403)}, "loginUser", 400, Kind.INVALID_INPUT),
        ({"forbidden": "hidden"}, "getCurrentUser", 404, Kind.FORBIDDEN),
    ],
)
def test_the_profile_says_what_the_sources_leave_open(
    profile: dict[str, Any], operation: str, status: int, kind: Kind
) -> None:
    assert classify(speaking(**profile), operation, answer(status)) is kind


@pytest.mark.parametrize(
    ("operation", "body", "kind"),
    [
        ("loginUser", b'{"token": "t"}', Kind.ACCEPTED),
        ("loginUser", b'{"challenge": "c"}', Kind.CHALLENGED),
        ("loginUser", b'{"token": "t", "challenge": "c"}', Kind.ACCEPTED),
        ("loginUser", b'{"token": ""}', Kind.UNRECOGNISED),
        ("loginUser", b"<html>Welcome</html>", Kind.UNRECOGNISED),
        ("refreshToken", b"{}", Kind.UNRECOGNISED),
        ("verifyMfa", b"", Kind.UNRECOGNISED),
        ("registerUser", b"{}", Kind.ACCEPTED),
    ],
)
def test_a_login_without_a_token_is_none(operation: str, body: bytes, kind: Kind) -> None:
    """A server that answers 200 to everything must not look as if it let everybody in."""
    assert classify(speaking(), operation, answer(200, body)) is kind


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("loginUser", Kind.REFUSED_CREDENTIALS), ("refreshToken", Kind.REFUSED_TOKEN)],
)
def test_an_oauth_token_endpoint_refuses_by_invalid_grant(operation: str, kind: Kind) -> None:
    assert classify(speaking(), operation, answer(400, b'{"error": "invalid_grant"}')) is kind
    assert classify(speaking(), operation, answer(400, b'{"error": "invalid_request"}')) is Kind.INVALID_INPUT


@pytest.mark.parametrize("operation", ["loginUser", "refreshToken"])
def test_a_client_that_is_not_known_is_no_users_refusal(operation: str) -> None:
    """With a wrong client every password is refused, the right one too: that shows nothing of passwords."""
    for status in (400, 401):
        assert classify(speaking(), operation, answer(status, b'{"error": "invalid_client"}')) is Kind.UNRECOGNISED


def test_the_first_rule_that_matches_wins() -> None:
    first = Rule(Kind.CONFLICT, (400,), at="/code", equals="taken")
    target = speaking(first, Rule(Kind.PENDING, (400, 401)))

    assert classify(target, "loginUser", answer(400, b'{"code": "taken"}')) is Kind.CONFLICT
    assert classify(target, "loginUser", answer(400, b'{"code": "other"}')) is Kind.PENDING
    assert classify(target, "loginUser", answer(422)) is Kind.INVALID_INPUT
    assert classify(target, "registerUser", answer(401)) is Kind.REFUSED_TOKEN


def test_rules_for_every_operation_come_after_its_own() -> None:
    everywhere = speaking(Rule(Kind.UNAVAILABLE, (502,)), operation="*")
    own = speaking(Rule(Kind.THROTTLED, (502,)))
    both = Target("acme", "https://api.example", answers={**everywhere.answers, **own.answers})

    assert classify(both, "loginUser", answer(502)) is Kind.THROTTLED
    assert classify(both, "getCurrentUser", answer(502)) is Kind.UNAVAILABLE
    assert classify(both, "", answer(502)) is Kind.UNAVAILABLE


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        (Rule(Kind.ACCEPTED, (200, 201)), True),
        (Rule(Kind.ACCEPTED, (204,)), False),
        (Rule(Kind.ACCEPTED, at="/on", equals=True), True),
        (Rule(Kind.ACCEPTED, at="/on", equals=1), False),
        (Rule(Kind.ACCEPTED, at="/one", equals=True), False),
        (Rule(Kind.ACCEPTED, at="/off", equals=False), True),
        (Rule(Kind.ACCEPTED, at="/absent", equals=False), False),
        (Rule(Kind.ACCEPTED, at="/one", equals=1), True),
        (Rule(Kind.ACCEPTED, at="/deep/list", equals=["a"]), True),
        (Rule(Kind.ACCEPTED, at="header:X-Code", equals="7"), True),
        (Rule(Kind.ACCEPTED, at="header:X-Code", equals=7), True),
        (Rule(Kind.ACCEPTED, at="cookie:state", equals="on"), True),
        (Rule(Kind.ACCEPTED, at="/deep/list", matches=r'"a"'), True),
        (Rule(Kind.ACCEPTED, at="header:Location", matches="^/done"), True),
        (Rule(Kind.ACCEPTED, at="header:Location", matches="^done"), False),
        (Rule(Kind.ACCEPTED, at="/one", matches="^1$"), True),
        (Rule(Kind.ACCEPTED, at="/absent", matches=".*"), False),
        (Rule(Kind.ACCEPTED, (302,), at="header:Location", matches="done"), False),
        (Rule(Kind.ACCEPTED, has="/null"), False),
        (Rule(Kind.ACCEPTED, has="/empty"), False),
        (Rule(Kind.ACCEPTED, has="/off"), True),
        (Rule(Kind.ACCEPTED, lacks="/absent"), True),
        (Rule(Kind.ACCEPTED, lacks="/one"), False),
        (Rule(Kind.ACCEPTED, has="cookie:gone"), False),
        (Rule(Kind.ACCEPTED, (200,), at="/one", equals=1, has="/on", lacks="/absent"), True),
        (Rule(Kind.ACCEPTED, (200,), at="/one", equals=1, has="/on", lacks="/deep"), False),
        (Rule(Kind.ACCEPTED, (500,), at="/one", equals=1), False),
    ],
)
def test_a_rule_holds_when_all_that_it_says_holds(rule: Rule, holds: bool) -> None:
    body = b'{"on": true, "off": false, "one": 1, "null": null, "empty": "", "deep": {"list": ["a"]}}'
    headers = [
        ("X-Code", "7"),
        ("Location", "/done?by=a"),
        ("Set-Cookie", "state=on"),
        ("Set-Cookie", "gone=1; Max-Age=0"),
    ]

    assert matches(rule, answer(200, body, *headers)) is holds

"""`python -m suites check FILE`: what it says to change in a target file that is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from contract.answers import Answer, Kind
from contract.flows import Outcome
from contract.session import ANONYMOUS
from contract.targets.model import Operation, Profile, Scheme, Step, Target
from suites.rig.trying.advice import BAD_TOKEN, DUPLICATE, WRONG_PASSWORD, advice
from suites.rig.trying.clues import looks_like_token, token_places
from suites.selftest.small_targets import LOGIN, says, speaking
from suites.selftest.whole_run import ROOT

FACADE = ROOT / "suites" / "selftest" / "data" / "targets" / "facade.toml"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.a1b2c3d4e5f6"
OPAQUE = "3f9a8c1d77e04b6f9d3e2a1c"
IN = (Kind.ACCEPTED,)
ME = Step("GET", "/me", "none", auth="session")


def advised(
    target: Target, answer: Answer, kind: Kind, *, id: str = "loginUser", wanted: tuple[Kind, ...] = IN, about: str = ""
) -> list[str]:
    """Return the advice about one *answer* that was read as *kind*."""
    return advice(target, id, Outcome(kind, ANONYMOUS, answer, (answer,)), wanted, about)


@pytest.mark.parametrize(
    ("body", "headers", "place"),
    [
        ({"data": {"token": TOKEN}}, (), "/data/token"),
        ({"result": {"refresh": TOKEN, "access": TOKEN}}, (), "/result/access"),
        ({"user": {"id": "7b0f4bd6-5f0c-4a0e-8df1-21b8d1f0a001"}}, (("X-Auth-Token", OPAQUE),), "header:X-Auth-Token"),
        (None, (("Set-Cookie", f"sid={OPAQUE}; HttpOnly"),), "cookie:sid"),
        ({"at": "2026-11-27T03:00:00.000000Z", "key": OPAQUE}, (), "/key"),
    ],
)
def test_a_token_elsewhere_is_found_and_named(body: object, headers: tuple[tuple[str, str], ...], place: str) -> None:
    """Who has written /token for /data/token is told so, not left alone with 'unrecognised'."""
    answer = says("POST /login", 200, body, *headers)

    first = advised(speaking(LOGIN), answer, Kind.UNRECOGNISED)[0]

    assert token_places(answer)[0] == place
    assert first.startswith(
        f"nothing is at /token; {place} looks like a token: [operations.loginUser] capture = {{ acc"
    )


def test_an_answer_without_any_token_is_said_to_have_none() -> None:
    answer = says("POST /login", 200, {"state": "continue", "next": "/login/password"})

    line = advised(speaking(LOGIN), answer, Kind.UNRECOGNISED)[0]

    assert line == (
        "nothing is at /token, and no value of the answer looks like a token (it has /state, /next): is the login of "
        "several steps?"
    )


@pytest.mark.parametrize(
    "text", ["the quick brown fox jumps", "7b0f4bd6-5f0c-4a0e-8df1-21b8d1f0a001", "short1", "a" * 40]
)
def test_what_is_no_token_is_not_taken_for_one(text: str) -> None:
    """A wrong piece of advice costs more than none."""
    assert not looks_like_token(text)


WRONG = says("POST /login", 400, {"error": "wrong_credentials", "requestId": OPAQUE})
CASES = {
    "a path that is not there": (
        *(speaking(LOGIN), says("POST /login", 404), Kind.UNRECOGNISED, {}),
        "there is no POST /login: mend the path in [operations.loginUser] request, or base_url.",
    ),
    "another method": (
        *(speaking(LOGIN), says("POST /login", 405, None, ("Allow", "PUT")), Kind.UNRECOGNISED, {}),
        "POST /login exists with another method (Allow: PUT): mend [operations.loginUser] request.",
    ),
    "a redirect": (
        *(speaking(LOGIN), says("POST /login", 307, None, ("Location", "/login/")), Kind.UNRECOGNISED, {}),
        "POST /login leads to /login/: give that path in [operations.loginUser], or as base_url.",
    ),
    "a form that is wanted": (
        *(speaking(LOGIN), says("POST /login", 415), Kind.INVALID_INPUT, {}),
        'the body was json, and is not taken so: [operations.loginUser] encode = "form".',
    ),
    "a client that is not known": (
        *(speaking(LOGIN), says("POST /login", 401, {"error": "invalid_client"}), Kind.UNRECOGNISED, {}),
        'the client is not known: [operations.loginUser] headers = { Authorization = "Basic ${CLIENT}" }, '
        'or "/client_id" and "/client_secret" in fixed.',
    ),
    "a grant that is not named": (
        *(speaking(LOGIN), says("POST /login", 400, {"error": "unsupported_grant_type"}), Kind.INVALID_INPUT, {}),
        'no grant is named: [operations.loginUser] fixed = { "/grant_type" = "password" }.',
    ),
    "a wrong password that gets 400": (
        *(speaking(LOGIN), WRONG, Kind.INVALID_INPUT, {"wanted": (Kind.REFUSED_CREDENTIALS,), "about": WRONG_PASSWORD}),
        "a wrong password gets 400, read as invalid-input: [answers.loginUser] refused-credentials = "
        '{ status = 400, at = "/error", equals = "wrong_credentials" }.',
    ),
    "a known address that gets 400": (
        speaking(LOGIN),
        says("POST /users", 400, {"detail": "ALREADY_THERE"}),
        Kind.INVALID_INPUT,
        {"id": "registerUser", "wanted": (Kind.CONFLICT,), "about": DUPLICATE},
        "a known address gets 400: [profile] duplicate_registration = 400, and [answers.registerUser] conflict = "
        '{ status = 400, at = "/detail", equals = "ALREADY_THERE" }.',
    ),
    "a known address that is accepted": (
        speaking(LOGIN),
        says("POST /users", 201),
        Kind.ACCEPTED,
        {"id": "registerUser", "wanted": (Kind.CONFLICT,), "about": DUPLICATE},
        'a known address is answered like a new one: [profile] duplicate_registration = "neutral".',
    ),
    "a member that is lacking": (
        speaking(LOGIN),
        says("POST /users", 422, {"detail": [{"loc": ["body", "first_name"], "msg": "Field required"}]}),
        Kind.INVALID_INPUT,
        {"id": "registerUser"},
        'the answer names first_name: if it is required, give it in [registration] extra = { "/first_name" = "..." }.',
    ),
    "another word before the token": (
        speaking(ME, operation="getCurrentUser"),
        says("GET /me", 401, {"detail": "no"}, ("WWW-Authenticate", "Token")),
        Kind.REFUSED_TOKEN,
        {"id": "getCurrentUser"},
        "the token of the login was sent in header:Authorization after 'Bearer ', and the answer asks for Token: "
        '[scheme] prefix = "Token ".',
    ),
    "a token that nobody gave out, let in": (
        speaking(ME, operation="getCurrentUser"),
        says("GET /me", 200, {}),
        Kind.ACCEPTED,
        {"id": "getCurrentUser", "wanted": (Kind.REFUSED_TOKEN,), "about": BAD_TOKEN},
        "a token that nobody gave out is accepted: either the target lets everybody in, or [answers.getCurrentUser] "
        "must tell by a value.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_first_advice_is_the_line_to_write(name: str) -> None:
    """A reader copies it into the file."""
    *given, options, line = CASES[name]
    target, answer, kind = given

    assert advised(target, answer, kind, **options)[0] == line


def test_a_token_that_came_in_a_header_may_go_back_there() -> None:
    login = Step("POST", "/login", capture={"accessToken": "header:X-Auth-Token"})
    operations = {"loginUser": Operation("loginUser", (login,)), "getCurrentUser": Operation("getCurrentUser", (ME,))}
    target = Target("acme", "https://api.example", operations=operations, scheme=Scheme(), profile=Profile())

    first = advised(target, says("GET /me", 401), Kind.REFUSED_TOKEN, id="getCurrentUser")[0]

    assert first == (
        'the token came in header:X-Auth-Token; perhaps it goes back there: [scheme] place = "header:X-Auth-Token".'
    )


def checked(folder: Path, *changes: tuple[str, str]) -> tuple[int, str]:
    """Check a copy of the façade's file with *changes*; return the exit code and what was said."""
    text = FACADE.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "mistaken.toml"
    file.write_text(text.replace("{python} -m", f"env PYTHONPATH={ROOT} {{python}} -m"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "suites", "check", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_awkward_facade_as_its_file_says_is_understood_throughout(tmp_path: Path) -> None:
    """A check that finds fault with a right file sends its reader astray."""
    code, said = checked(tmp_path)

    assert code == 0, said
    assert "15 steps, 0 not understood" in said
    assert "X-Auth-Token:" not in said
    assert "read as    challenged" in said


def test_a_mistaken_file_of_the_awkward_facade_is_put_right_line_by_line(tmp_path: Path) -> None:
    """The path from a wrong file to a right one is the tool's to show."""
    capture = 'capture = { accessToken = "header:X-Auth-Token", refreshToken = "cookie:rt", expiresIn = "header:X-Exp'
    code, said = checked(
        tmp_path,
        (capture, capture.replace("header:X-Auth-Token", "/token")),
        (
            'renew     = { csrf = "cookie:csrf", accessToken = "header:X-Auth-Token" }',
            'renew = { csrf = "cookie:csrf" }',
        ),
    )
    flat = " ".join(said.split())

    assert code == 1, said
    assert "nothing is at /token; header:x-auth-token looks like a token: [operations.loginUser] capture = {" in flat

    code, said = checked(tmp_path, ('[answers."*"]\nrefused-credentials = { status = 400', '[answers.changePassword]\n'
                                    'refused-credentials = { status = 400'))  # fmt: skip
    flat = " ".join(said.split())

    assert code == 1, said
    assert "15 steps, 1 not understood" in said
    assert (
        "change a wrong password gets 400, read as invalid-input: [answers.loginUser] refused-credentials = "
        '{ status = 400, at = "/error", equals = "wrong_credentials" }.' in flat
    )


def test_bad_input_is_one_line() -> None:
    """Who names a file that is not there reads one sentence, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "suites", "check", "nowhere.toml"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "nowhere.toml" in done.stderr

"""The reference's password reset: who gets mail, what a token does, and what nobody learns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from suites.rig.mail import Sink, sink
from suites.rig.postgres import postgres
from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving
from suites.selftest.second_factor import advance, challenge, code, enrolled, verify

NEW = "a quite different phrase"
TOKEN = re.compile(r"^https://accounts\.example/app/reset-password#token=([A-Za-z0-9_-]{43})$", re.MULTILINE)


@pytest.fixture(scope="module")
def server() -> Iterator[Reference]:
    with serving("--control", "--debug-contract", "--public-url", "https://accounts.example/app/") as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest) -> Iterator[Reference]:
    if request.param == "sqlite":
        with serving("--control") as running:
            yield running
        return
    with postgres() as database, serving("--control", "--database", database.url) as running:
        yield running


def ask(server: Reference, email: str, **headers: str) -> httpx.Response:
    return server.call("POST", "/auth/password-reset", {"email": email}, **headers)


def mails(server: Reference, email: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = server.control("GET", "/outbox", recipient=email)["mails"]
    return found


def token_for(server: Reference, email: str) -> str:
    """Ask for a mail and return the token in it."""
    assert ask(server, email).status_code == 202
    return mails(server, email)[-1]["token"]


def redeem(server: Reference, token: object, password: str = NEW) -> httpx.Response:
    return server.call("POST", "/auth/password-reset/confirm", {"token": token, "newPassword": password})


def seen(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """Return what of *answer* an onlooker can compare."""
    body = {name: value for name, value in answer.json().items() if name != "requestId"}
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return answer.status_code, body, headers


def test_asking_is_answered_alike_and_only_an_account_that_may_log_in_gets_mail(server: Reference) -> None:
    known, disabled = server.register(), server.register()
    server.sql("UPDATE identities SET disabled = 1 WHERE email = ?", disabled)
    asked = [known.upper(), "nobody@example.com", disabled]

    answers = [ask(server, email) for email in asked]

    assert answers[0].status_code == 202
    assert seen(answers[0]) == seen(answers[1]) == seen(answers[2])
    assert [len(mails(server, email)) for email in asked] == [1, 0, 0]


def test_the_link_points_where_the_configuration_says_whatever_the_request_does(server: Reference) -> None:
    email = server.register()
    forged = {"host": "evil.example", "x_forwarded_host": "evil.example", "forwarded": "host=evil.example"}

    assert ask(server, email, **forged).status_code == 202

    text = mails(server, email)[0]["text"]
    assert TOKEN.search(text)
    assert "evil" not in text


def test_a_token_sets_a_new_password_once_and_ends_every_session(server: Reference) -> None:
    email = server.register()
    sessions = [server.tokens(email) for _ in range(2)]
    token = token_for(server, email)

    done = redeem(server, token)

    assert (done.status_code, done.content) == (204, b"")
    assert [server.login(email, password).status_code for password in (PASSWORD, NEW)] == [401, 200]
    assert [server.me(each["accessToken"]).status_code for each in sessions] == [401, 401]
    assert [server.refresh(each["refreshToken"]).status_code for each in sessions] == [401, 401]
    assert redeem(server, token, "yet another long phrase").status_code == 422
    assert server.login(email, NEW).status_code == 200


def test_dead_and_odd_tokens_are_refused_alike_and_leave_a_live_one_alone(server: Reference) -> None:
    email = server.register()
    access_token = server.tokens(email)["accessToken"]
    expired = token_for(server, email)
    advance(server, 3601)
    used = token_for(server, email)
    assert redeem(server, used).status_code == 204
    live = token_for(server, email)
    mutated = [live[:-1], live + "A", live.swapcase(), ("B" if live[0] == "A" else "A") + live[1:], f" {live}"]
    odd: list[object] = ["", "x" * 2000, "\x00", None, 7, True, [live], {"token": live}, access_token]

    answers = [redeem(server, token) for token in ["unknown", expired, used, *mutated, *odd]]

    errors = [{"pointer": "/token", "code": "invalid", "detail": "not a live reset token"}]
    assert answers[0].status_code == 422
    assert answers[0].json()["type"] == "urn:authproof:problem:invalid-reset-token"
    assert answers[0].json()["errors"] == errors
    assert all(seen(answer) == seen(answers[0]) for answer in answers)
    assert server.login(email, NEW).status_code == 200
    assert redeem(server, live, PASSWORD).status_code == 204


def test_redeeming_one_token_kills_the_others(server: Reference) -> None:
    email = server.register()
    first, second, third = (token_for(server, email) for _ in range(3))

    assert redeem(server, second).status_code == 204
    assert [redeem(server, token).status_code for token in (first, third)] == [422, 422]


@pytest.mark.parametrize(
    ("password", "code_of_error"),
    [("too short", "too-short"), ("x" * 129, "too-long"), ("passwordpassword", "common-password")],
)
def test_a_refused_password_does_not_use_up_the_token(server: Reference, password: str, code_of_error: str) -> None:
    email = server.register()
    token = token_for(server, email)

    refused = redeem(server, token, password)

    assert (refused.status_code, refused.json()["type"]) == (422, "urn:authproof:problem:validation-failed")
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("/newPassword", code_of_error)
    ]
    assert redeem(server, token).status_code == 204


def test_the_password_policy_knows_the_address_that_the_token_belongs_to(server: Reference) -> None:
    email = server.register("margaret.hamilton@example.com")

    refused = redeem(server, token_for(server, email), "margaret.hamilton1")

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/newPassword")


@pytest.mark.parametrize("member", ["email", "userId", "username"])
def test_a_foreign_identifier_beside_the_token_is_refused(server: Reference, member: str) -> None:
    mine, other = server.register(), server.register()
    body = {"token": token_for(server, mine), "newPassword": NEW, member: other}

    assert server.call("POST", "/auth/password-reset/confirm", body).status_code == 422
    assert server.login(other).status_code == 200


def test_a_reset_leaves_the_second_factor_and_ends_its_challenges(server: Reference) -> None:
    user = enrolled(server)
    early = challenge(server, user.email)

    assert redeem(server, token_for(server, user.email)).status_code == 204

    given = code(server, user.secret)
    assert verify(server, early, given).status_code == 401
    assert verify(server, challenge(server, user.email, NEW), given).status_code == 200


def test_a_reset_lifts_the_throttle_and_the_cap_on_failures_in_a_row() -> None:
    with serving("--control", "--login-consecutive-limit", "7") as server:
        email = server.register()
        for _ in range(7):
            server.login(email, "not the password")
            advance(server, 901)
        capped = server.login(email)
        assert (capped.status_code, capped.json()["type"]) == (401, "urn:authproof:problem:recovery-required")

        assert redeem(server, token_for(server, email)).status_code == 204

        assert server.login(email, NEW).status_code == 200


def test_mails_for_one_address_are_limited_without_a_sign_of_it(server: Reference) -> None:
    email = server.register()

    answers = [ask(server, email) for _ in range(8)]

    assert all(seen(answer) == seen(answers[0]) for answer in answers)
    assert len(mails(server, email)) == 5


def test_one_source_is_limited_in_asking_and_in_redeeming() -> None:
    with serving("--source-reset-limit", "3") as server:
        asked = [ask(server, f"u{n}@example.com").status_code for n in range(5)]
        redeemed = [redeem(server, f"token {n}").status_code for n in range(5)]

    assert (asked, redeemed) == ([202, 202, 202, 429, 429], [422, 422, 422, 429, 429])


def test_of_twenty_redemptions_of_one_token_one_succeeds(stored: Reference) -> None:
    email = stored.register()
    token = token_for(stored, email)
    passwords = [f"{NEW} number {n}" for n in range(20)]

    answers = in_parallel(lambda n: redeem(stored, token, passwords[n]).status_code, 20)

    assert (answers.count(204), answers.count(422)) == (1, 19)
    assert stored.login(email, passwords[answers.index(204)]).status_code == 200


def test_a_store_that_fails_at_the_end_uses_up_no_token(stored: Reference) -> None:
    email = stored.register()
    token = token_for(stored, email)
    stored.control("POST", "/store", {"fault": "unreachable", "calls": "writes", "skip": 1, "at": "commit"})
    assert redeem(stored, token).status_code == 503
    stored.control("POST", "/store", {"fault": None})

    assert stored.login(email).status_code == 200
    assert redeem(stored, token).status_code == 204


def test_the_database_holds_no_token(server: Reference) -> None:
    email = server.register()
    token = token_for(server, email)
    held = b"".join(path.read_bytes() for path in server.folder.glob("auth.sqlite*"))

    assert email.encode() in held
    assert token.encode() not in held


@pytest.fixture
def mail_server() -> Iterator[Sink]:
    started = sink()
    yield started
    started.stop()


def test_mail_goes_out_by_smtp(mail_server: Sink) -> None:
    address = ("--public-url", "https://accounts.example/app")
    with serving("--smtp", mail_server.address, "--mail-from", "door@accounts.example", *address) as server:
        email = server.register()
        assert server.call("GET", "/health/ready").json()["dependencies"][1] == {"name": "mail", "status": "up"}

        assert ask(server, email).status_code == 202

        mail = mail_server.wait_for(email)
        assert (mail.message["From"], mail.message["Subject"]) == (
            "door@accounts.example",
            "authproof: set a new password",
        )
        token = TOKEN.search(mail.text)
        assert token
        assert redeem(server, token[1]).status_code == 204


def test_an_outage_of_mail_does_not_tell_known_from_unknown_and_mail_comes_afterwards(mail_server: Sink) -> None:
    with serving("--smtp", mail_server.address) as server:
        email = server.register()
        mail_server.stop()

        known, unknown = ask(server, email), ask(server, "nobody@example.com")

        assert known.status_code == 202
        assert seen(known) == seen(unknown)
        ready = server.call("GET", "/health/ready")
        assert (ready.status_code, ready.json()["detail"]) == (503, "Not ready: mail.")
        assert ready.json()["dependencies"][1] == {"name": "mail", "status": "down", "cause": "unreachable"}
        assert server.call("GET", "/health/live").status_code == 200
        mail_server.start()
        mail_server.wait_for(email, 30)

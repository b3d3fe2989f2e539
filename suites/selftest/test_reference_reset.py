"""The reference's password reset: who gets mail, what a token does, and what nobody learns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from suites.rig.postgres import postgres
from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving
from suites.selftest.resetting import NEW, ask, mails, redeem, seen, token_for
from suites.selftest.second_factor import advance, challenge, code, enrolled, verify

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

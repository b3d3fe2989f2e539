"""Which cookies are held to be a session: declared ones, and copies of a token in the body; no other."""

from __future__ import annotations

import pytest

from contract.answers import Answer
from contract.targets.model import Scheme, Step
from suites.rig.passive import PassiveJudge
from suites.rig.session_cookies import declared, session_cookies
from suites.selftest.small_targets import LOGIN, says, speaking

TOKEN = "q7b1Zc0Vt9dK4mXw2HfL"
BY_COOKIE = Step(
    "POST", "/login", send={"email": "/mail"}, capture={"refreshToken": "cookie:rt", "csrf": "cookie:csrf"}
)


def setting(*cookies: str, body: object = None) -> Answer:
    """Return the answer to a login that sets *cookies*."""
    return says("POST /login", 200, body, *(("Set-Cookie", cookie) for cookie in cookies))


def test_what_the_target_file_calls_a_token_is_one_and_a_csrf_token_is_none() -> None:
    target = speaking(BY_COOKIE, scheme=Scheme(place="cookie:sid", csrf="header:X-CSRF", renew={"csrf": "cookie:csrf"}))

    assert declared(target) == {"rt", "sid"}
    assert session_cookies(target, setting("rt=1", "csrf=2", "theme=dark")) == {"rt"}


@pytest.mark.parametrize("body", [{"token": TOKEN}, {"data": [{"refresh": TOKEN}]}])
def test_a_copy_of_a_token_in_the_body_is_one_whatever_its_name(body: object) -> None:
    assert session_cookies(speaking(LOGIN), setting(f"anything={TOKEN}", "theme=dark", body=body)) == {"anything"}


def test_a_csrf_token_that_the_body_repeats_is_none() -> None:
    """Scripts are meant to read it, so that HttpOnly on it would break the page."""
    target = speaking(LOGIN, scheme=Scheme(place="cookie:sid", csrf="header:X-CSRF", renew={"csrf": "cookie:XSRF"}))

    assert session_cookies(target, setting("sid=1", f"XSRF={TOKEN}", body={"csrf_token": TOKEN})) == {"sid"}


def test_short_values_that_the_body_holds_by_chance_are_none() -> None:
    assert session_cookies(speaking(LOGIN), setting("lang=en", body={"lang": "en"})) == frozenset()


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        (f"rt={TOKEN}; HttpOnly; Secure; SameSite=Lax", []),
        (f"rt={TOKEN}; Secure; SameSite=Lax", ["DATA-10"]),
        ("csrf=readable; Secure; SameSite=Lax", []),
        ("rt=; Max-Age=0", []),
    ],
)
def test_every_answer_is_judged(cookie: str, found: list[str]) -> None:
    judge = PassiveJudge(speaking(BY_COOKIE), frozenset({"DATA-10"}))

    assert [requirement for requirement, _ in judge.violations(setting(cookie))] == found

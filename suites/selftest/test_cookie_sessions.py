"""Sessions in cookies, with a CSRF token beside them: fetched by who has none, gone with its cookie; their logouts."""

from __future__ import annotations

import pytest

from contract.flows import perform
from contract.recorded import run_recorded
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Scheme, Step
from suites.conformance.test_data_cookies import in_reach
from suites.rig.members import in_the_path
from suites.rig.valid_calls import takes_access_token
from suites.selftest.small_targets import LOGIN, URL, says, speaking

SCHEME = Scheme(csrf="header:X-CSRF", csrf_from="/csrf", renew={"csrf": "cookie:csrf"})
WHO = {"email": "ada@example.com", "password": "correct horse"}


def test_a_csrf_token_is_fetched_by_who_has_none() -> None:
    target, page = speaking(LOGIN, scheme=SCHEME), says("GET /csrf", 200, None, ("Set-Cookie", "csrf=c1; Path=/"))
    outcome = run_recorded(perform(target, "loginUser", **WHO), [page, says("POST /login", 200, {"token": "at"})])

    assert [answer.request.header("x-csrf") for answer in outcome.answers] == [None, "c1"]
    assert outcome.answers[0].request.operation == "", "the page is no answer to a login"
    assert next(perform(target, "loginUser", outcome.session, **WHO)).header("x-csrf") == "c1"


def test_a_csrf_token_whose_cookie_is_deleted_is_fetched_anew() -> None:
    """A token of a session that has ended is refused, and with it whatever is asked for next."""
    target = speaking(Step("POST", "/out", "none"), operation="logoutUser", scheme=SCHEME)
    signed_in = Session(csrf=Secret("c1"), cookies={"csrf": Secret("c1")})
    out = run_recorded(
        perform(target, "logoutUser", signed_in), [says("POST /out", 200, None, ("Set-Cookie", "csrf=; Max-Age=0"))]
    )

    assert out.session == ANONYMOUS
    assert next(perform(target, "logoutUser", out.session)).url == f"{URL}/csrf"


@pytest.mark.parametrize(
    ("step", "scheme", "reached"),
    [
        (Step("POST", "/out", "none", auth="session"), Scheme(), True),
        (Step("POST", "/out", "none"), Scheme(place="cookie:sid"), True),
        (Step("POST", "/out", send={"refreshToken": "cookie:rt"}), Scheme(), True),
        (Step("POST", "/out", send={"refreshToken": "/rt"}), Scheme(), False),
        (Step("DELETE", "/out", "none"), Scheme(place="cookie:sid"), False),
    ],
)
def test_a_foreign_page_reaches_what_a_form_can_send_and_cookies_are_enough_for(
    step: Step, scheme: Scheme, reached: bool
) -> None:
    """A logout that asks for no token is still one that a foreign page can send."""
    assert in_reach(speaking(step, operation="logoutUser", scheme=scheme), step) is reached


def test_an_operation_for_everybody_is_told_from_one_for_who_is_signed_in() -> None:
    """Of the former no 401 is asked, and no challenge needs to be refused there."""
    public, guarded = Step("POST", "/x", "none"), Step("POST", "/x", "none", auth="session")
    in_the_body = Step("POST", "/x", send={"accessToken": "/AccessToken"})

    for step, takes in ((public, False), (guarded, True), (in_the_body, True)):
        assert takes_access_token(speaking(step, operation="logoutUser"), "logoutUser") is takes


def test_a_word_in_the_path_is_told_from_one_in_the_body() -> None:
    step = Step("POST", "/reset/{key}", send={"token": "path:key", "newPassword": ("/new", "/again")})
    target = speaking(step, operation="confirmPasswordReset")

    assert in_the_path(target, "confirmPasswordReset", "token")
    assert not in_the_path(target, "confirmPasswordReset", "newPassword")

"""Cookies that are a session: guarded from scripts, and of no use to foreign sites that make a browser send them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Request
from contract.checks import cookie_flags
from contract.targets.model import Step, Target
from suites.rig.api import Api
from suites.rig.judging import control, never, not_applicable
from suites.rig.session_cookies import declared, session_cookies
from suites.rig.valid_calls import valid_call

FOREIGN = "https://attacker.example"
CHANGING = ("updateCurrentUser", "refreshToken", "logoutUser")
SENT_BY_FORMS = "application/x-www-form-urlencoded"


@pytest.mark.requirement("DATA-10")
def test_cookies_that_carry_a_session_are_guarded(api: Api) -> None:
    """A script that a foreign page has smuggled in reads what is not HttpOnly, and sends it home."""
    account = api.visitor(signed_in=False)
    outcomes = [control(api.login(account))]
    if "refreshToken" in api.target.operations:
        outcomes.append(control(api.refresh(account)))

    for answer in (answer for outcome in outcomes for answer in outcome.answers):
        cookie_flags(answer, names=session_cookies(api.target, answer))


def by_a_foreign_page(request: Request) -> Request:
    """Return what a form on a foreign page makes a browser send for *request*: the cookies, and no field of ours."""
    kept = tuple(pair for pair in request.headers if pair[0].lower() in ("cookie", "accept"))
    label = request.header("content-type") or SENT_BY_FORMS
    label = label if label.startswith(("application/x-www-form", "multipart/form-data")) else "text/plain"
    fields = (("Origin", FOREIGN), ("Referer", f"{FOREIGN}/"), ("Content-Type", label))
    return replace(request, headers=(*kept, *fields))


def in_reach(target: Target, step: Step) -> bool:
    """Whether a form can make a browser perform *step*, if the cookies are all that it needs."""
    places = [place for value in step.send.values() for place in ((value,) if isinstance(value, str) else value)]
    by_cookie = any(place.startswith("cookie:") for place in (*places, target.scheme.place))
    return step.method == "POST" and (step.auth == "session" or by_cookie)


@pytest.mark.requirement("DATA-10")
def test_a_foreign_page_changes_nothing_by_the_cookies(api: Api) -> None:
    """Browsers add cookies to whatever a page sends, so that any page acts in its visitor's name."""
    if not declared(api.target):
        not_applicable("the target file names no cookie that carries a token")
    operations = [name for name in CHANGING if name in api.target.operations]
    tried = [name for name in operations if in_reach(api.target, api.target.operations[name].steps[-1])]
    if not tried:
        not_applicable("no form of a foreign page can send what changes state here")
    account = api.fresh_account()

    for operation in tried:
        inputs = valid_call(operation, api, account).inputs if operation == "updateCurrentUser" else {}
        foreign = api.call(operation, account.session, mutate=by_a_foreign_page, **inputs)
        never(foreign, because="the cookies alone, from a foreign page")
        control(api.as_(account, operation, **inputs))

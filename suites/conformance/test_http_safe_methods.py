"""GET and HEAD change nothing, whatever they ask for; TRACE and methods that nobody knows do nothing at all."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest

from contract.answers import Answer, Kind, Request
from contract.checks import alike
from contract.encoding import encode, path_of
from contract.errors import ContractViolation
from contract.places import text_of
from contract.targets.model import Step
from suites.rig.api import Api, Mutate
from suites.rig.documented import document_in_force, methods_by_path
from suites.rig.identities import Account
from suites.rig.judging import control, expect, hung_up, never, not_applicable
from suites.rig.outbox import Outbox, asked_for_reset
from suites.rig.second_factors import right_proof

SAFE = ("GET", "HEAD")
STRANGE = ("TRACE", "FOO")
NAME = "Changed By A Link"


def as_link(method: str) -> Mutate:
    """Return what makes a request one of *method*, the members of its body moved into the query."""

    def changed(request: Request) -> Request:
        headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
        query = urlencode(members(request))
        joint = "&" if "?" in request.url else "?"
        return replace(request, method=method, url=f"{request.url}{joint}{query}", headers=headers, body=b"")

    return changed


def members(request: Request) -> list[tuple[str, str]]:
    """Return the members of a JSON body, or the fields of a form, as texts."""
    try:
        said = json.loads(request.body or b"{}")
    except ValueError:
        return parse_qsl(request.body.decode("utf-8", "replace"))
    return [(name, text_of(value)) for name, value in said.items()] if isinstance(said, dict) else []


def by_links(api: Api, account: Account, operation: str, **inputs: object) -> None:
    """
    Ask for *operation* by each safe method, as *account*.

    A success is a violation where nothing says that the path has that method; where there is no document, the target
    may serve a page there that nobody wrote down. Whether it had an effect is for the test to see.
    """
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    step = api.target.operations[operation].steps[-1]
    if step.method in SAFE:
        raise ContractViolation(
            f"{operation} is {step.method}", expected="a method that is not safe", actual=step.method
        )
    document = document_in_force(api.target)
    known = methods_by_path(api.target, document)[path_of(step)]
    for method in SAFE:
        answer = api.call(operation, account.session, mutate=as_link(method), **inputs).answer
        if document and "GET" not in known and (200 <= answer.status < 300 or not answer.status):
            raise ContractViolation(
                f"{method} of {operation} succeeds" if answer.status else f"{method} of {operation} is not answered",
                expected="405",
                actual=answer.fault or str(answer.status),
                answer=answer,
            )


@pytest.mark.requirement("HTTP-17")
def test_no_link_logs_out(api: Api) -> None:
    """An image on a foreign page would sign its visitors out."""
    account = api.fresh_account()

    by_links(api, account, "logoutUser")

    expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because="a token after a GET and a HEAD of logoutUser")
    control(api.as_(account, "logoutUser"))


@pytest.mark.requirement("HTTP-17")
def test_no_link_changes_the_profile(api: Api) -> None:
    """A link in a mail would do whatever its writer wants, in the name of who clicks on it."""
    account = api.fresh_account()
    before = control(api.as_(account, "getCurrentUser"))

    by_links(api, account, "updateCurrentUser", displayName=NAME)

    alike(before.answer, control(api.as_(account, "getCurrentUser")).answer)
    control(api.as_(account, "updateCurrentUser", displayName=NAME))


@pytest.mark.requirement("HTTP-17")
def test_no_link_changes_the_password(api: Api) -> None:
    """As above; and the new password would stand in the history of every proxy on the way."""
    account = api.fresh_account()
    old, new = account.password, api.people.password(api.target.profile)

    by_links(api, account, "changePassword", currentPassword=old, newPassword=new)

    expect(api.login(account), Kind.ACCEPTED, because="the old password, after a GET and a HEAD of changePassword")
    control(api.as_(account, "changePassword", currentPassword=old, newPassword=new))


@pytest.mark.requirement("HTTP-17")
@pytest.mark.feature("mfa")
def test_no_link_turns_the_second_factor_off(api: Api) -> None:
    """What a password alone must not do, a link must not either."""
    if "disableMfa" not in api.target.operations:
        not_applicable("the target has no disableMfa")
    account = api.with_mfa(api.fresh_account())

    by_links(api, account, "disableMfa", **right_proof(api, account))

    session = account.session
    expect(api.login(account), Kind.CHALLENGED, because="a second factor, after a GET and a HEAD of disableMfa")
    control(api.call("disableMfa", session, **right_proof(api, account)))


@pytest.mark.requirement("HTTP-17")
@pytest.mark.feature("reset")
def test_no_link_redeems_a_reset_token(api: Api, outbox: Outbox) -> None:
    """Mail scanners follow every link before its reader does, and would spend the token for him."""
    if "confirmPasswordReset" not in api.target.operations:
        not_applicable("the target has no confirmPasswordReset")
    account = api.fresh_account(signed_in=False)
    by_link, by_hand = api.people.password(api.target.profile), api.people.password(api.target.profile)
    told = asked_for_reset(api, outbox, account)

    by_links(api, account, "confirmPasswordReset", **told, newPassword=by_link)

    never(api.login(account, password=by_link), because="the password of a GET and a HEAD of confirmPasswordReset")
    redeemed = api.call("confirmPasswordReset", **told, newPassword=by_hand)
    expect(redeemed, Kind.ACCEPTED, because="a token that only a GET and a HEAD had presented")


@pytest.mark.requirement("HTTP-17")
@pytest.mark.feature("admin")
def test_no_link_makes_an_admin(api: Api, admin: Account) -> None:
    """An admin who opens a page must not promote its author."""
    if not {"updateUser", "listUsers"} <= api.target.operations.keys():
        not_applicable("the target has no updateUser and listUsers")
    user = api.fresh_account()

    by_links(api, admin, "updateUser", userId=api.id_of(user), role="admin")

    never(api.as_(user, "listUsers"), because="a user whom an admin's GET and HEAD would have promoted")
    control(api.as_(admin, "updateUser", userId=api.id_of(user), role="user"))


@pytest.mark.requirement("HTTP-17")
@pytest.mark.parametrize("method", STRANGE)
def test_a_strange_method_is_refused_without_echo_or_effect(api: Api, method: str) -> None:
    """TRACE hands a script the cookies that it may not read, and an unknown method slips past rules for known ones."""
    account, marker = api.fresh_account(), secrets.token_hex(12)

    for operation in ("", "getCurrentUser", "logoutUser"):
        path = path_of(api.target.operations[operation].steps[-1]) if operation else "/"
        request = encode(api.target, Step(method, path, "none", auth="session"), account.session, {})
        headers = (*request.headers, ("X-Marker", marker))
        url = request.url if operation else urljoin(request.url, "/")
        refused_in_silence(api.send_raw(replace(request, url=url, headers=headers)), marker)

    expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because=f"a token after {method} of everything")


def refused_in_silence(answer: Answer, marker: str) -> None:
    """Judge that *answer* is a refusal, in which *marker*, a field of its request, does not come back."""
    echoed = marker.encode() in answer.body
    if echoed or 200 <= answer.status < 300 or answer.status == 500 or (not answer.status and not hung_up(answer)):
        raise ContractViolation(
            f"{answer.request.method} {urlsplit(answer.request.url).path} is not refused in silence",
            expected="a refusal without an echo of the request",
            actual="the request in the answer" if echoed else answer.fault or str(answer.status),
            answer=answer,
        )

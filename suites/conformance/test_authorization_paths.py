"""Doors to the admin's rooms: other spellings of their paths, and fields that only an intermediary may set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer, Kind, Request
from contract.checks import alike
from contract.encoding import path_of
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.session import ANONYMOUS
from suites.rig.api import Api, Mutate
from suites.rig.documented import document_in_force, methods_by_path
from suites.rig.identities import Account
from suites.rig.judging import control, never, not_applicable
from suites.rig.valid_calls import valid_call

PAGES = ("text/html", "application/xhtml+xml")


def last_encoded(path: str) -> str:
    """Return *path* with the first letter of its last part percent-encoded."""
    head, _, last = path.rpartition("/")
    return f"{head}/%{ord(last[0]):02x}{last[1:]}"


SPELLINGS: dict[str, Callable[[str, str], str]] = {
    "a doubled slash at its front": lambda base, path: f"{base}/{path}",
    "doubled slashes within": lambda base, path: base + path[0] + path[1:].replace("/", "//"),
    "a dot segment": lambda base, path: f"{base}/.{path}",
    "two dots after a made-up part": lambda base, path: f"{base}/x/..{path}",
    "encoded dots": lambda base, path: f"{base}/x/%2e%2e{path}",
    "two dots after an open path": lambda base, path: f"{base}/health/..{path}",
    "an encoded letter": lambda base, path: base + last_encoded(path),
    "a doubly encoded letter": lambda base, path: base + last_encoded(path).replace("%", "%25"),
    "an encoded slash": lambda base, path: base + path[0] + path[1:].replace("/", "%2f", 1),
    "capital letters": lambda base, path: base + path.upper(),
    "one capital letter": lambda base, path: base + path[:1] + path[1:].capitalize(),
    "a trailing slash": lambda base, path: f"{base}{path}/",
    "a semicolon parameter": lambda base, path: f"{base}{path};x=1",
    "a semicolon parameter within": lambda base, path: base + path[0] + path[1:].replace("/", ";x=1/", 1),
    "a suffix": lambda base, path: f"{base}{path}.json",
    "an encoded end": lambda base, path: f"{base}{path}%20",
    "a NUL": lambda base, path: f"{base}{path}%00",
    "a backslash": lambda base, path: base + path[0] + path[1:].replace("/", "%5c", 1),
}
"""How a path may be spelt so that a guard and a router read it differently, from the base path and the path below."""
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def spelt(how: str, base: str) -> Mutate:
    """Return what spells the path of a request, which is below *base*, as `SPELLINGS` says."""

    def changed(request: Request) -> Request:
        parts = urlsplit(request.url)
        path = SPELLINGS[how](base, parts.path.removeprefix(base))
        return replace(request, url=parts._replace(path=path).geturl())

    return changed


def overriding(method: str) -> Mutate:
    """Return what sends a request by *method*, its own method in the fields that some frameworks put over it."""

    def changed(request: Request) -> Request:
        fields = tuple((name, request.method) for name in OVERRIDES)
        return replace(request, method=method, headers=(*request.headers, *fields))

    return changed


def kept_out(outcome: Outcome, because: str) -> None:
    """Judge that *outcome* let nobody in; a page for people, as some serve for every path, is no admin's data."""
    answer = outcome.answer
    if outcome.kind is Kind.ACCEPTED and answer.media_type not in PAGES:
        raise ContractViolation(
            f"{answer.request.operation} with {because} lets an ordinary user in",
            expected="a refusal",
            actual=str(answer.status),
            answer=answer,
        )


@pytest.mark.requirement("AUTHZ-04")
@pytest.mark.parametrize("operation", ["listUsers", "updateUser"])
def test_no_spelling_of_an_admins_path_gets_around_the_guard(api: Api, operation: str) -> None:
    """A guard that compares paths and a router that tidies them disagree about who may come in."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    user = api.fresh_account()
    base = urlsplit(api.target.base_url).path.rstrip("/")
    inputs = inputs_of(api, operation, user)
    control(api.as_(user, "getCurrentUser"))
    never(api.as_(user, operation, **inputs), because="an ordinary user's token")

    for how in SPELLINGS:
        kept_out(api.call(operation, user.session, mutate=spelt(how, base), **inputs), f"{how} in its path")

    never(api.as_(user, operation, **inputs), because="a user who has tried every spelling")


@pytest.mark.requirement("AUTHZ-04")
@pytest.mark.parametrize("operation", ["listUsers", "updateUser"])
def test_no_other_method_gets_around_the_guard(api: Api, operation: str) -> None:
    """What is said in a field becomes the method behind the guard, and HEAD tells whether GET would have worked."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    user = api.fresh_account()
    inputs = inputs_of(api, operation, user)
    path = path_of(api.target.operations[operation].steps[-1])
    known = methods_by_path(api.target, document_in_force(api.target))[path]
    control(api.as_(user, "getCurrentUser"))

    for method in ("POST", "GET", "HEAD"):
        if known.get("GET" if method == "HEAD" else method, operation) != operation:
            continue  # another operation, which may be open to users
        kept_out(api.call(operation, user.session, mutate=overriding(method), **inputs), f"{method} and an override")

    never(api.as_(user, operation, **inputs), because="a user who has tried other methods")


def inputs_of(api: Api, operation: str, user: Account) -> dict[str, object]:
    """Return the inputs of an admin's *operation* that would make *user* an admin, or show all users."""
    inputs = dict(valid_call(operation, api, user).inputs)
    return inputs | {"role": "admin"} if "role" in inputs else inputs


def told(other: Account, their_id: str, admin_path: str) -> dict[str, str]:
    """Return fields of intermediaries with what would make their sender somebody else, or bring him elsewhere."""
    return {
        **dict.fromkeys(("X-User-Id", "X-User", "X-Consumer-Id", "X-Authenticated-Userid"), their_id),
        **dict.fromkeys(("X-Forwarded-User", "X-Forwarded-Email", "X-Remote-User", "X-Auth-Request-User"), other.email),
        **dict.fromkeys(("X-Role", "X-Roles", "X-User-Role", "X-Forwarded-Groups"), "admin"),
        **dict.fromkeys(("X-Original-URL", "X-Rewrite-URL", "X-Original-URI"), admin_path),
        "Forwarded": "for=127.0.0.1;host=localhost;proto=https",
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
    }


def saying(name: str, value: str) -> Mutate:
    """Return what adds the field *name* to a request."""
    return lambda request: replace(request, headers=(*request.headers, (name, value)))


@pytest.mark.requirement("AUTHZ-05")
@pytest.mark.parametrize("operation", ["getCurrentUser", "listUsers"])
def test_fields_of_intermediaries_make_nobody_somebody_else(api: Api, operation: str) -> None:
    """Whoever can write X-User-Id is whoever he likes, where the service takes it for the gateway's word."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    user, other = api.visitor(), api.fresh_account()
    admin = api.target.operations.get("listUsers")
    base = urlsplit(api.target.base_url).path.rstrip("/")
    control(api.as_(user, "getCurrentUser"))
    theirs = control(api.as_(other, "getCurrentUser")).session.values.get("userId", other.email)
    fields = told(other, str(theirs), base + path_of(admin.steps[-1]) if admin else "/admin")

    for session in (user.session, ANONYMOUS):
        plain = api.call(operation, session).answer
        for name, value in fields.items():
            same(plain, api.call(operation, session, mutate=saying(name, value)).answer, name)


def same(plain: Answer, answer: Answer, name: str) -> None:
    """Judge that *answer*, to a request with the field *name*, is that of the *plain* request."""
    try:
        alike(plain, answer)
    except ContractViolation as difference:
        difference.args = (f"{answer.request.operation} with {name} is answered otherwise: {difference}",)
        raise

"""405: the resource is there, and knows no such method; the refusal lists those that it knows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer
from contract.checks import allow, status
from contract.document import Document, contract_document, load
from contract.encoding import encode
from contract.errors import ContractViolation, NotTestable
from contract.session import ANONYMOUS, Session
from contract.targets.model import Step, Target
from suites.rig.api import Api

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MAY_COME_FIRST = (401, 403)
"""Refusals that a target may give before it looks at the method."""


@pytest.mark.requirement("HTTP-02")
def test_a_method_that_a_resource_does_not_know_is_405_and_the_others_are_listed(api: Api) -> None:
    """A client that meets 404 looks for the resource elsewhere, though only the method was wrong."""
    account = api.fresh_account()
    document = document_in_force(api.target)

    for path, known in methods_by_path(api.target, document).items():
        here = path if "{" not in path else re.sub(r"\{[^{}]*\}", api.id_of(account), path)
        if ask(api, min(known), here, ANONYMOUS, known[min(known)]).status == 405:
            raise NotTestable(f"the control {min(known)} {here} is answered 405")
        answers = {
            method: ask(api, method, here, account.session, next(iter(known.values())))
            for method in METHODS
            if method not in known
        }
        served = [method for method, answer in answers.items() if answer.status != 405]
        for answer in answers.values():
            refused_for_its_method(answer, documented=document is not None)
            if answer.status == 405:
                allow(answer, known, besides=served)


def ask(api: Api, method: str, path: str, session: Session, operation: str) -> Answer:
    """Send *method* to *path* without a body; *operation* is one that the path has."""
    step = Step(method, path, "none", auth="session")
    return api.send(encode(api.target, step, session, {}, operation=operation))


def refused_for_its_method(answer: Answer, *, documented: bool) -> None:
    """
    Raise unless *answer* is 405, or a refusal that may come before.

    Where no document says which methods there are, the target may well serve one of which its file says nothing: then
    only what a method that is served would not be answered is held against it.
    """
    if documented:
        status(answer, 405, *MAY_COME_FIRST)
    elif answer.status in (0, 404) or answer.status >= 500:
        raise ContractViolation(
            f"{answer.request.method} {urlsplit(answer.request.url).path} is not refused for its method",
            expected="405",
            actual=answer.fault or str(answer.status),
            answer=answer,
        )


def document_in_force(target: Target) -> Document | None:
    """Return the OpenAPI document that says which methods there are, None where there is none."""
    if target.speaks_contract:
        return contract_document()
    return load(target.document) if target.document else None


def methods_by_path(target: Target, document: Document | None) -> dict[str, dict[str, str]]:
    """Return the paths of the target's operations, each with its methods and the operation of each, "" for others."""
    found: dict[str, dict[str, str]] = {}
    for operation in target.operations.values():
        for step in operation.steps:
            found.setdefault(step.path.partition("?")[0], {})[step.method] = operation.id
    for path, known in found.items():
        for method in METHODS:
            if document and documents(document, target, method, path):
                known.setdefault(method, "")
    return found


def documents(document: Document, target: Target, method: str, path: str) -> bool:
    """Whether *document* has *method* at *path*, which is below the target's base URL."""
    whole = urlsplit(target.base_url).path.rstrip("/") + path
    below = whole.removeprefix(document.base_path) if whole.startswith(document.base_path) else path
    return any(document.match(method, each) for each in (path, below))

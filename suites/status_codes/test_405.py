"""405: the resource is there, and knows no such method; the refusal lists those that it knows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer
from contract.checks import allow, status
from contract.errors import ContractViolation, NotTestable
from suites.rig.api import Api
from suites.rig.documented import METHODS, document_in_force, methods_by_path

MAY_COME_FIRST = (401, 403)
"""Refusals that a target may give before it looks at the method."""


@pytest.mark.requirement("HTTP-02")
def test_a_method_that_a_resource_does_not_know_is_405_and_the_others_are_listed(api: Api) -> None:
    """A client that meets 404 looks for the resource elsewhere, though only the method was wrong."""
    account = api.fresh_account()
    document = document_in_force(api.target)

    for path, known in methods_by_path(api.target, document).items():
        here = path if "{" not in path else re.sub(r"\{[^{}]*\}", api.id_of(account), path)
        if api.ask(min(known), here, operation=known[min(known)]).status == 405:
            raise NotTestable(f"the control {min(known)} {here} is answered 405")
        answers = {
            method: api.ask(method, here, account.session, operation=next(iter(known.values())))
            for method in METHODS
            if method not in known
        }
        served = [method for method, answer in answers.items() if answer.status != 405]
        for answer in answers.values():
            refused_for_its_method(answer, documented=document is not None)
            if answer.status == 405:
                allow(answer, known, besides=served)


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

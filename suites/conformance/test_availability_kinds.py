"""Which fault it is: told to operators by readiness, and to programs by the type of the error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from contract.answers import Answer, Kind
from contract.checks import status
from contract.errors import ContractViolation
from contract.outages import FaultKind
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.breakable import Breakables, failing, works_again
from suites.rig.guessing import WRONG
from suites.rig.judging import control, described, not_exercised
from suites.rig.readiness import VARIABLE, reports

ROUNDS = 2
CODES = ("type", "code", "errorCode", "error_code", "error")
"""Members in which APIs tell programs what is wrong; the first that is a text counts, also within `error`."""


@pytest.mark.requirement("AVAIL-09")
def test_a_missing_credential_shows_in_readiness_and_as_503(
    target: Target, faults: Breakables, variant: Callable[[str], Api]
) -> None:
    """A secret that nobody set is found by the first user, as an error that says nothing to anybody."""
    names = unconfigured(target)
    if not names:
        not_exercised("needs [variants.unconfigured]: the target without its credential for the identity service")
    upstream = faults.on("identity-service")
    reported = "getReadiness" in target.operations
    registers = "registerUser" in target.operations and upstream.needed_by("registerUser")
    prepared = [each for each in target.facilities.get("accounts", {}).get("accounts", ()) if each.email]
    if not (reported or registers or prepared):
        not_exercised("needs readiness, registration or [facilities.accounts]: nobody can log in without the service")
    if reported:
        control(upstream.api.call("getReadiness"))
    if registers:
        control(upstream.api.register(upstream.api.people.person(target.profile)))

    for api in map(variant, names):
        if reported:
            names_what_is_missing(reports(api, cause="configuration"))
        if registers:
            status(api.register(api.people.person(target.profile)).answer, 503)
        for each in prepared[:1]:
            status(api.call("loginUser", email=each.email, password=each.password).answer, 503)


@pytest.mark.requirement("AVAIL-17")
def test_each_kind_of_fault_has_a_type_of_its_own(faults: Breakables, variant: Callable[[str], Api]) -> None:
    """A program that cannot tell "mistyped" from "later" from "never" asks its user to decide."""
    found: dict[str, list[Answer]] = {}
    for what, answer in provoked(faults, variant):
        found.setdefault(what, []).append(answer)

    codes: dict[str, str] = {}
    for what, answers in found.items():
        told = {code_of(answer) for answer in answers}
        if len(told) > 1 or not told.isdisjoint(("", "about:blank")):
            raise ContractViolation(
                f"{what} has no stable type of its own",
                expected="one type or code, the same each time",
                actual=", ".join(sorted(each or "none" for each in told)),
                answer=answers[-1],
            )
        code = told.pop()
        if code in codes:
            raise ContractViolation(
                f"{what} has the type of another kind of failure, {codes[code]}",
                expected="types that tell them apart",
                actual=described(answers[-1]),
                answer=answers[-1],
            )
        codes[code] = what


def provoked(faults: Breakables, variant: Callable[[str], Api]) -> Iterator[tuple[str, Answer]]:
    """Yield what was provoked, several times each, and its answers."""
    database = faults.on("database")
    api, account = database.api, database.api.fresh_account()
    for _ in range(ROUNDS):
        wrong = api.call("loginUser", email=account.email, password=WRONG)
        yield "a wrong password", control(wrong, Kind.REFUSED_CREDENTIALS).answer
    for kind in database.ways(FaultKind.REFUSED, FaultKind.DOWN, FaultKind.WRONG_CREDENTIALS):
        with database.broken(kind):
            for _ in range(ROUNDS):
                yield "a database that cannot be used", failing(api.login(account)).answer
    if "upstream" not in api.target.features:
        return
    upstream = faults.on("identity-service")
    api, account = upstream.api, upstream.api.fresh_account()
    for kind, what in (
        (FaultKind.REFUSED, "an identity service that is out of reach"),
        (FaultKind.SILENT, "an identity service that is slow"),
    ):
        if kind in upstream.kinds:
            with upstream.broken(kind):
                for _ in range(ROUNDS):
                    yield what, failing(api.login(account)).answer
            works_again(partial(api.login, account))
    for name in unconfigured(api.target)[:1] if upstream.needed_by("registerUser") else ():
        voice = variant(name)
        for _ in range(ROUNDS):
            refused = voice.register(voice.people.person(api.target.profile))
            yield "an identity service without a credential", failing(refused).answer


def unconfigured(target: Target) -> list[str]:
    """Return the variants that lack the credential for the identity service."""
    return [name for name in target.variants if name.startswith("unconfigured")]


def names_what_is_missing(answer: Answer) -> Answer:
    """Return *answer* if it names what is missing by no variable of the environment. Raises ContractViolation."""
    if variable := VARIABLE.search(answer.body.decode("utf-8", "replace")):
        raise ContractViolation(
            "readiness names a variable of the environment",
            expected="a logical name for what is missing",
            actual=variable[0],
            answer=answer,
        )
    return answer


def code_of(answer: Answer) -> str:
    """Return the text by which a program knows this failure from others, "" for none."""
    document = answer.json()
    nested = document.get("error") if isinstance(document, dict) else None
    for members in (document, nested):
        for name in CODES if isinstance(members, dict) else ():
            if isinstance(members.get(name), str):
                return str(members[name])
    return ""

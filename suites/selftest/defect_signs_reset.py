"""How each planted defect of the password reset shows to somebody who sends a few direct requests."""

from __future__ import annotations

from suites.selftest.reference import PASSWORD, Reference, in_parallel
from suites.selftest.resetting import NEW, ask, mails, redeem, token_for
from suites.selftest.second_factor import advance, enrolled


def rst_01(reference: Reference) -> bool:
    asked = reference.register(), "nobody@example.com"
    return [ask(reference, email).status_code for email in asked] == [202, 404]


def rst_02(reference: Reference) -> bool:
    token = token_for(reference, reference.register())
    return {redeem(reference, token, password).status_code for password in (NEW, PASSWORD)} == {204}


def rst_02b(reference: Reference) -> bool:
    def at_once() -> bool:
        token = token_for(reference, reference.register())
        statuses = in_parallel(lambda number: redeem(reference, token, f"{NEW} {number}").status_code, 10)
        return statuses.count(204) > 1 and redeem(reference, token).status_code == 422

    return any(at_once() for _ in range(20))


def rst_03(reference: Reference) -> bool:
    token = token_for(reference, reference.register())
    advance(reference, 100_000)
    return redeem(reference, token).status_code == 204


def rst_04(reference: Reference) -> bool:
    live = token_for(reference, reference.register())
    return (redeem(reference, "unknown").status_code, redeem(reference, live).status_code) == (500, 204)


def rst_05(reference: Reference) -> bool:
    mine, other = reference.register(), reference.register()
    redeem(reference, token_for(reference, mine), email=other)
    return reference.login(other, NEW).status_code == 200


def rst_06(reference: Reference) -> bool:
    email = reference.register()
    tokens = [token_for(reference, email) for _ in range(2)]
    return {redeem(reference, token).status_code for token in tokens} == {204}


def rst_07(reference: Reference) -> bool:
    email = reference.register()
    session = reference.tokens(email)
    redeem(reference, token_for(reference, email))
    return reference.login(email, NEW).status_code == 200 and reference.me(session["accessToken"]).status_code == 200


def rst_08(reference: Reference) -> bool:
    user = enrolled(reference)
    redeem(reference, token_for(reference, user.email))
    return "accessToken" in reference.login(user.email, NEW).json()


def rst_09(reference: Reference) -> bool:
    email = reference.register()
    redeem(reference, token_for(reference, email), "k3 Vu!")
    return reference.login(email, "k3 Vu!").status_code == 200


def rst_10(reference: Reference) -> bool:
    email = reference.register()
    ask(reference, email, host="evil.example")
    return "https://evil.example/" in mails(reference, email)[-1]["text"]

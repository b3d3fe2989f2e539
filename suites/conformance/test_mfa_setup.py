"""Turning the second factor on: in two steps, the first of which changes nothing, each time with a fresh secret."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from contract.answers import Answer, Kind
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.secret import Secret
from contract.targets.model import Profile
from suites.rig.api import Api
from suites.rig.judging import Advice, control, expect, never
from suites.rig.second_factors import fresh_code, turned_off

FIRST = "the first set-up"
LEAST_BITS = 128  # RFC 4226 section 4, R6
USUAL = {"digits": "6", "period": "30", "algorithm": "SHA1"}
"""What an authenticator takes where the address says nothing. Source: the key URI format of authenticator apps."""


def secret_of(setup: Outcome) -> str:
    """Return the secret that *setup* gave, as base32 without what people put into it to read it more easily."""
    secret = setup.session.values.get("secret")
    said = secret.reveal() if isinstance(secret, Secret) else ""
    return re.sub(r"[\s=-]", "", said).upper()


def long_enough(secret: str, answer: Answer) -> None:
    """Judge that *secret* is base32 and has 128 bits or more."""
    try:
        bits = 8 * len(base64.b32decode(secret + "=" * (-len(secret) % 8)))
    except binascii.Error:
        raise ContractViolation(
            "the secret of a set-up is no base32, which is what authenticators read",
            expected="base32",
            actual=f"{len(secret)} characters that are none",
            answer=answer,
        ) from None
    if bits < LEAST_BITS:
        raise ContractViolation(
            "the secret of a set-up is too short",
            expected=f"{LEAST_BITS} bits or more",
            actual=f"{bits} bits",
            answer=answer,
        )


def consistent(uri: str, secret: str, profile: Profile, answer: Answer) -> None:
    """Judge that an authenticator that reads *uri* shows the codes of *secret* that *profile* asks for."""
    parts = urlsplit(uri)
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    wanted = {
        "the scheme and kind": "otpauth://totp",
        "secret": secret,
        "digits": str(profile.code_digits),
        "period": str(profile.code_step_s),
        "algorithm": profile.code_algorithm,
    }
    found = {
        "the scheme and kind": f"{parts.scheme}://{parts.netloc}",
        "secret": re.sub(r"[\s=-]", "", said.get("secret", "")).upper(),
        **{name: said.get(name, usual).upper() for name, usual in USUAL.items()},
    }
    wrong = [name for name, value in wanted.items() if found[name] != value]
    if re.search(r"[\s\x00-\x20\x7f]", uri) or not unquote(parts.path).strip("/ "):
        wrong.append("a label in which blanks are written as %20")
    if wrong:
        raise ContractViolation(
            "the otpauth address would make an authenticator show other codes, or none",
            expected=f"an address that agrees with the set-up in {' and '.join(wrong)}",
            actual="one that does not",
            answer=answer,
        )


@pytest.mark.requirement("MFA-10")
def test_each_set_up_makes_a_fresh_secret_that_authenticators_can_use(api: Api) -> None:
    """A short secret can be searched for from two codes seen; one made from the user's id need not even be searched."""
    account, other, profile = api.fresh_account(), api.fresh_account(), api.target.profile
    first, again = (control(api.as_(account, "setupMfa")) for _ in range(2))
    account.enrolled(again.session)
    enrolments = {FIRST: first, "another account's set-up": control(api.as_(other, "setupMfa"))}

    for setup in (again, *enrolments.values()):
        long_enough(secret_of(setup), setup.answer)
        uri = setup.session.values.get("otpauthUri")
        if isinstance(uri, Secret):
            consistent(uri.reveal(), secret_of(setup), profile, setup.answer)
    control(api.as_(account, "verifyMfaSetup", code=fresh_code(api, account)))
    if "disableMfa" in api.target.operations:
        turned_off(api, account)
        enrolments["a set-up after the second factor was off"] = control(api.as_(account, "setupMfa"))
    for which, setup in enrolments.items():
        if which != FIRST and secret_of(setup) in (secret_of(first), secret_of(again)):
            raise ContractViolation(
                f"the secret of {which} was given before", expected="a new one", actual="the same", answer=setup.answer
            )
    if secret_of(first) == secret_of(again):
        raise Advice(
            "a set-up that is begun anew shows the secret of the one before",
            expected="a new one",
            actual="the same, which nobody has confirmed yet",
            answer=again.answer,
        )


@pytest.mark.requirement("MFA-11")
def test_a_set_up_changes_nothing_until_a_right_code_confirms_it(api: Api) -> None:
    """Who breaks a set-up off has no authenticator yet, and would never get in again."""
    account = api.fresh_account()
    profile, who = api.target.profile, {"email": account.email, "password": account.password}
    account.enrolled(control(api.as_(account, "setupMfa")).session)
    expect(api.call("loginUser", **who), Kind.ACCEPTED, because="the right password, after a set-up was begun")

    wrong = account.wrong_codes(profile, api.now())[0]
    never(api.as_(account, "verifyMfaSetup", code=wrong), because="a wrong code")
    expect(api.call("loginUser", **who), Kind.ACCEPTED, because="the right password, after a wrong confirmation")

    control(api.as_(account, "verifyMfaSetup", code=account.unused_code(profile, api.now())))
    control(api.call("loginUser", **who), Kind.CHALLENGED)

"""How each planted defect of the second factor shows to somebody who sends a few direct requests."""

from __future__ import annotations

import base64

from suites.selftest.reference import Reference, in_parallel
from suites.selftest.second_factor import (
    advance,
    challenge,
    code,
    confirm,
    enrolled,
    next_step,
    set_up,
    verify,
    verify_backup,
)


def mfa_01(reference: Reference) -> bool:
    return {"mfaRequired", "accessToken"} <= set(reference.login(enrolled(reference).email).json())


def mfa_02(reference: Reference) -> bool:
    return reference.me(challenge(reference, enrolled(reference).email)).status_code == 200


def mfa_03(reference: Reference) -> bool:
    user = enrolled(reference)
    right = {code(reference, user.secret, steps) for steps in (-1, 0, 1, 2)}
    given = next(text for text in ("000000", "111111", "222222", "333333", "444444") if text not in right)
    return verify(reference, challenge(reference, user.email), given).status_code == 200


def mfa_04(reference: Reference) -> bool:
    user = enrolled(reference)
    given = code(reference, user.secret)
    return {verify(reference, challenge(reference, user.email), given).status_code for _ in range(2)} == {200}


def mfa_05(reference: Reference) -> bool:
    user = enrolled(reference)

    def twice() -> list[int]:
        challenges, given = [challenge(reference, user.email) for _ in range(2)], code(reference, user.secret)
        statuses = in_parallel(lambda n: verify(reference, challenges[n], given).status_code, 2)
        next_step(reference)
        return statuses

    return any(twice() == [200, 200] for _ in range(20))


def mfa_06(reference: Reference) -> bool:
    user = enrolled(reference)
    return verify(reference, challenge(reference, user.email), code(reference, user.secret, 9)).status_code == 200


def mfa_07(reference: Reference) -> bool:
    user = enrolled(reference)
    for _ in range(6):
        verify(reference, challenge(reference, user.email), code(reference, user.secret, 500))
    return verify(reference, challenge(reference, user.email), code(reference, user.secret)).status_code == 200


def mfa_08(reference: Reference) -> bool:
    user = enrolled(reference)
    late = challenge(reference, user.email)
    advance(reference, 1000)
    return verify(reference, late, code(reference, user.secret)).status_code == 200


def mfa_09(reference: Reference) -> bool:
    user, other = enrolled(reference), enrolled(reference)
    return verify(reference, challenge(reference, user.email), code(reference, other.secret)).status_code == 200


def mfa_10(reference: Reference) -> bool:
    secret = set_up(reference, reference.tokens()["accessToken"])["secret"]
    return len(base64.b32decode(secret + "=" * (-len(secret) % 8))) == 14


def mfa_11(reference: Reference) -> bool:
    email = reference.register()
    set_up(reference, reference.tokens(email)["accessToken"])
    return "mfaRequired" in reference.login(email).json()


def mfa_12(reference: Reference) -> bool:
    user = enrolled(reference)
    off = reference.call("POST", "/auth/mfa/disable", {"password": "not the password"}, token=user.access_token)
    return off.status_code == 204 and "accessToken" in reference.login(user.email).json()


def mfa_13(reference: Reference) -> bool:
    email = reference.register()
    token = reference.tokens(email)["accessToken"]
    old, new = (set_up(reference, token)["secret"] for _ in range(2))
    assert confirm(reference, token, code(reference, new)).status_code == 204
    next_step(reference)
    return verify(reference, challenge(reference, email), code(reference, old)).status_code == 200


def mfa_14(reference: Reference) -> bool:
    user = enrolled(reference)
    given = user.backup_codes[0]
    return {verify_backup(reference, challenge(reference, user.email), given).status_code for _ in range(2)} == {200}

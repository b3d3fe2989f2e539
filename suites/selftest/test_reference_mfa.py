"""The reference's second factor: what set-up gives, what a code opens, and how often."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from suites.rig.postgres import postgres
from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving
from suites.selftest.second_factor import (
    STEP_S,
    advance,
    challenge,
    code,
    confirm,
    enrolled,
    next_step,
    now,
    set_up,
    verify,
    verify_backup,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Reference]:
    with serving("--control", "--debug-contract") as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unlimited(request: pytest.FixtureRequest) -> Iterator[Reference]:
    """A server without a limit on codes, so that only the code itself decides."""
    if request.param == "sqlite":
        with serving("--control", "--code-limit", "0") as running:
            yield running
        return
    with postgres() as database, serving("--control", "--code-limit", "0", "--database", database.url) as running:
        yield running


def wrong(right: str) -> str:
    """Return another code."""
    return f"{(int(right) + 500_000) % 1_000_000:06}"


def test_set_up_hands_out_a_fresh_secret_of_160_bits_and_ten_backup_codes(server: Reference) -> None:
    tokens = server.tokens()
    first, second = (set_up(server, tokens["accessToken"]) for _ in range(2))

    assert len(base64.b32decode(first["secret"])) == 20
    address = urlsplit(first["otpauthUri"])
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == f"/authproof:{tokens['user']['email']}"
    assert parse_qs(address.query) == {"secret": [first["secret"]], "issuer": ["authproof"]}
    kind, _, image = first["qrCode"].partition(",")
    assert (kind, base64.b64decode(image)[:8]) == ("data:image/png;base64", b"\x89PNG\r\n\x1a\n")
    assert len({*first["backupCodes"], *second["backupCodes"]}) == 20
    assert first["secret"] != second["secret"]


def test_nothing_is_in_force_before_the_last_set_up_is_confirmed(server: Reference) -> None:
    email = server.register()
    token = server.tokens(email)["accessToken"]
    assert confirm(server, token, "123456").status_code == 409
    replaced, secret = (set_up(server, token)["secret"] for _ in range(2))

    refused = confirm(server, token, code(server, replaced))

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:authproof:problem:proof-refused")
    assert "accessToken" in server.tokens(email)
    assert confirm(server, token, code(server, secret)).status_code == 204
    assert server.me(token).json()["mfaEnabled"] is True
    again = server.call("POST", "/auth/mfa/setup", token=token)
    assert (again.status_code, again.json()["type"]) == (409, "urn:authproof:problem:mfa-state")
    assert confirm(server, token, code(server, secret, 1)).status_code == 409


def test_with_it_a_login_gives_a_challenge_and_nothing_else_and_the_challenge_opens_nothing(server: Reference) -> None:
    user = enrolled(server)
    answer = server.login(user.email)

    assert (set(answer.json()), answer.json()["expiresIn"]) == ({"mfaRequired", "sessionToken", "expiresIn"}, 300)
    token = answer.json()["sessionToken"]
    assert server.me(token).status_code == 401
    assert server.refresh(token).status_code == 401
    assert server.call("POST", "/auth/mfa/setup", token=token).status_code == 401
    signed_in = verify(server, token, code(server, user.secret))
    assert signed_in.status_code == 200
    assert server.me(signed_in.json()["accessToken"]).json()["email"] == user.email


def test_a_code_is_accepted_once_whatever_for(server: Reference) -> None:
    email = server.register()
    token = server.tokens(email)["accessToken"]
    secret = set_up(server, token)["secret"]
    spent = code(server, secret)
    assert confirm(server, token, spent).status_code == 204

    assert verify(server, challenge(server, email), spent).status_code == 401
    next_step(server)
    fresh = code(server, secret)
    assert verify(server, challenge(server, email), fresh).status_code == 200
    assert verify(server, challenge(server, email), fresh).status_code == 401


@pytest.mark.parametrize(
    ("steps", "status"), [(-20, 401), (-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401), (20, 401)]
)
def test_codes_of_one_step_either_way_are_accepted(server: Reference, steps: int, status: int) -> None:
    user = enrolled(server)
    next_step(server)  # the step before the present one is then not spent either

    assert verify(server, challenge(server, user.email), code(server, user.secret, steps)).status_code == status


def test_a_code_with_leading_zeros_is_a_code(server: Reference) -> None:
    user = enrolled(server)
    present = int(now(server) // STEP_S)
    ahead = next(n for n in range(1000) if pyotp.TOTP(user.secret).generate_otp(present + n).startswith("0"))
    advance(server, ahead * STEP_S)

    assert verify(server, challenge(server, user.email), code(server, user.secret)).status_code == 200


@pytest.mark.parametrize(
    "given", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "+12345", " 12345", None, ["123456"], 123456]
)
def test_what_is_no_code_is_refused_as_input(server: Reference, given: object) -> None:
    user = enrolled(server)
    body = {"sessionToken": challenge(server, user.email), "code": given}

    assert server.call("POST", "/auth/mfa/verify", body).status_code == 422


def test_wrong_codes_are_counted_for_the_account_over_all_its_challenges(server: Reference) -> None:
    user, other = enrolled(server), enrolled(server)
    for _ in range(5):
        assert verify(server, challenge(server, user.email), wrong(code(server, user.secret))).status_code == 401

    refused = verify(server, challenge(server, user.email), code(server, user.secret))

    assert (refused.status_code, refused.json()["type"]) == (429, "urn:authproof:problem:throttled")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert verify_backup(server, challenge(server, user.email), user.backup_codes[0]).status_code == 429
    assert verify(server, challenge(server, other.email), code(server, other.secret)).status_code == 200
    advance(server, 900)
    assert verify(server, challenge(server, user.email), code(server, user.secret)).status_code == 200


def test_a_burst_of_wrong_codes_is_judged_no_more_often_than_the_limit(server: Reference) -> None:
    user = enrolled(server)
    bad, challenges = wrong(code(server, user.secret)), [challenge(server, user.email) for _ in range(20)]

    answers = in_parallel(lambda n: verify(server, challenges[n], bad).status_code, 20)

    assert (answers.count(401), answers.count(429)) == (5, 15)


def test_a_challenge_expires_and_completes_one_login(server: Reference) -> None:
    user = enrolled(server)
    late = challenge(server, user.email)
    advance(server, 301)
    assert verify(server, late, code(server, user.secret)).status_code == 401
    used = challenge(server, user.email)
    assert verify(server, used, code(server, user.secret)).status_code == 200
    assert verify(server, used, code(server, user.secret, 1)).status_code == 401


def test_a_challenge_is_bound_to_the_account_that_passed_the_password_step(server: Reference) -> None:
    user, other = enrolled(server), enrolled(server)
    assert verify(server, challenge(server, user.email), code(server, other.secret)).status_code == 401
    assert verify_backup(server, challenge(server, user.email), other.backup_codes[0]).status_code == 401
    body = {"sessionToken": challenge(server, user.email), "code": code(server, other.secret), "email": other.email}
    assert server.call("POST", "/auth/mfa/verify", body).status_code == 422


def test_each_backup_code_is_good_once_in_whatever_spelling(server: Reference) -> None:
    user = enrolled(server)
    spelled = [user.backup_codes[0], user.backup_codes[1].upper(), user.backup_codes[2].replace("-", "")]
    for given in spelled:
        assert verify_backup(server, challenge(server, user.email), given).status_code == 200
    for given in spelled:
        assert verify_backup(server, challenge(server, user.email), given).status_code == 401


def test_turning_it_off_takes_the_password_and_kills_secret_and_backup_codes(server: Reference) -> None:
    user = enrolled(server)
    open_challenge = challenge(server, user.email)
    for _ in range(2):
        refused = server.call("POST", "/auth/mfa/disable", {"password": "not the password"}, token=user.access_token)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:authproof:problem:proof-refused")
    assert challenge(server, user.email)

    assert server.call("POST", "/auth/mfa/disable", {"password": PASSWORD}, token=user.access_token).status_code == 204

    assert "accessToken" in server.tokens(user.email)
    assert verify(server, open_challenge, code(server, user.secret)).status_code == 401
    off = server.call("POST", "/auth/mfa/disable", {"password": PASSWORD}, token=user.access_token)
    assert (off.status_code, off.json()["type"]) == (409, "urn:authproof:problem:mfa-state")
    anew = enrolled(server, user.email)
    assert verify(server, challenge(server, user.email), code(server, user.secret)).status_code == 401
    assert verify_backup(server, challenge(server, user.email), user.backup_codes[0]).status_code == 401
    assert verify(server, challenge(server, user.email), code(server, anew.secret)).status_code == 200


def test_a_wrong_password_as_proof_counts_as_a_failed_login(server: Reference) -> None:
    user = enrolled(server)
    for _ in range(5):
        server.call("POST", "/auth/mfa/disable", {"password": "not the password"}, token=user.access_token)

    assert server.login(user.email).status_code == 429


def test_a_store_that_fails_at_the_end_spends_no_code_and_counts_no_guess(server: Reference) -> None:
    user = enrolled(server)
    session_token, given = challenge(server, user.email), code(server, user.secret)
    server.control("POST", "/store", {"fault": "unreachable", "calls": "writes", "at": "commit"})
    for _ in range(6):
        assert verify(server, session_token, given).status_code == 503
    server.control("POST", "/store", {"fault": None})

    assert verify(server, session_token, given).status_code == 200


@pytest.mark.parametrize("attempt", range(3))
def test_the_same_code_in_parallel_completes_one_login(unlimited: Reference, attempt: int) -> None:
    user = enrolled(unlimited)
    challenges = [challenge(unlimited, user.email) for _ in range(20)]
    given = code(unlimited, user.secret)

    answers = in_parallel(lambda n: verify(unlimited, challenges[n], given).status_code, 20)

    assert (answers.count(200), answers.count(401)) == (1, 19)


def test_the_same_backup_code_and_the_same_challenge_in_parallel_complete_one_login(unlimited: Reference) -> None:
    user = enrolled(unlimited)
    challenges = [challenge(unlimited, user.email) for _ in range(20)]
    one = challenge(unlimited, user.email)

    by_code = in_parallel(lambda n: verify_backup(unlimited, challenges[n], user.backup_codes[0]).status_code, 20)
    by_challenge = in_parallel(lambda n: verify_backup(unlimited, one, user.backup_codes[1 + n]).status_code, 9)

    assert (by_code.count(200), by_code.count(401)) == (1, 19)
    assert (by_challenge.count(200), by_challenge.count(401)) == (1, 8)


def test_the_same_code_in_parallel_confirms_one_set_up(unlimited: Reference) -> None:
    token = unlimited.tokens()["accessToken"]
    given = code(unlimited, set_up(unlimited, token)["secret"])

    answers = in_parallel(lambda _: confirm(unlimited, token, given).status_code, 20)

    assert (answers.count(204), answers.count(409)) == (1, 19)


def test_the_database_holds_no_challenge_and_no_backup_code(server: Reference) -> None:
    user = enrolled(server)
    session_token = challenge(server, user.email)
    held = b"".join(path.read_bytes() for path in server.folder.glob("auth.sqlite*"))

    assert user.email.encode() in held
    for secret in (session_token, *user.backup_codes):
        assert secret.encode() not in held
        assert secret.replace("-", "").encode() not in held

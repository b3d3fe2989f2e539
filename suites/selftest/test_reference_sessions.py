"""Access tokens, refresh tokens and logout of the reference, by direct requests."""

from __future__ import annotations

import base64
import json
import string
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from suites.selftest.reference import Reference, in_parallel, serving

URLSAFE = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def part(value: Any) -> str:
    """Return *value* as one part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unpacked(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Return header, claims and signature of *token*."""
    header, claims, signature = token.split(".")
    read_header, read_claims = (json.loads(base64.urlsafe_b64decode(text + "==")) for text in (header, claims))
    return read_header, read_claims, signature


def test_an_access_token_verifies_with_the_published_key_and_says_what_it_must(reference: Reference) -> None:
    body = reference.tokens()
    keys = reference.client.get("/.well-known/jwks.json").json()["keys"]

    header, _, _ = unpacked(body["accessToken"])
    key = next(key for key in keys if key["kid"] == header["kid"])
    claims = jwt.decode(
        body["accessToken"], jwt.PyJWK(key), ["ES256"], audience="authproof-api", issuer="https://auth.example"
    )

    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    assert claims["sub"] == body["user"]["id"]
    assert claims["exp"] - claims["iat"] == body["expiresIn"] == 3600
    assert set(claims) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert "d" not in key


def forgeries(token: str) -> dict[str, str]:
    """Return variations of *token* that must be refused."""
    header, claims, signature = unpacked(token)
    raw_header, raw_claims, _ = token.split(".")
    own = ec.generate_private_key(ec.SECP256R1())
    last = URLSAFE[URLSAFE.index(signature[-1]) ^ 1]
    found = {
        "claims-changed": f"{raw_header}.{part({**claims, 'sub': '0'})}.{signature}",
        "header-changed": f"{part({**header, 'x': 1})}.{raw_claims}.{signature}",
        "signature-changed": token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:],
        "unused-bits": token[:-1] + last,
        "padded": token + "==",
        "other-key": jwt.encode(claims, own, "ES256", {"kid": header["kid"], "typ": "at+jwt"}),
        "public-key-as-secret": jwt.encode(claims, "x" * 32, "HS256", {"kid": header["kid"], "typ": "at+jwt"}),
        "no-signature": f"{raw_header}.{raw_claims}.",
        "two-parts": f"{raw_header}.{raw_claims}",
        "header-no-object": f"{part([1])}.{raw_claims}.{signature}",
        "odd-claims": f"{raw_header}.{part({'sub': 7, 'exp': 'soon'})}.{signature}",
        "blank-inside": f"{raw_header} .{raw_claims}.{signature}",
        "non-ascii": f"{raw_header}é.{raw_claims}.{signature}",
    }
    for algorithm in ("none", "None", "nOnE", ""):
        found[f"alg-{algorithm}"] = f"{part({**header, 'alg': algorithm})}.{raw_claims}."
    for kid in ("unknown", "../../dev/null", "' OR 1=1 --", "x" * 10_000, 7, None):
        found[f"kid-{str(kid)[:10]}"] = f"{part({**header, 'kid': kid})}.{raw_claims}.{signature}"
    return found


def test_forged_tokens_are_401_and_the_true_one_opens(reference: Reference) -> None:
    token = reference.tokens()["accessToken"]

    answers = {
        name: reference.client.get("/api/v1/users/me", headers=[(b"authorization", f"Bearer {forged}".encode())])
        for name, forged in forgeries(token).items()
    }

    seen = {name: (answer.status_code, answer.headers.get("www-authenticate")) for name, answer in answers.items()}
    assert seen == dict.fromkeys(seen, (401, 'Bearer realm="authproof", error="invalid_token"'))
    assert reference.me(token).status_code == 200


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        (["bearer {token}"], 200),
        (["BEARER  {token}"], 200),
        (["Bearer"], 401),
        (["Bearer {token} x"], 401),
        (["Bearer{token}"], 401),
        (["Basic {token}"], 401),
        (["{token}"], 401),
        (["Bearer {token}", "Bearer {token}"], 401),
    ],
)
def test_the_authorization_field_is_read_by_its_grammar(
    reference: Reference, credentials: list[str], status: int
) -> None:
    token = reference.tokens()["accessToken"]
    fields = [("authorization", text.format(token=token)) for text in credentials]

    assert reference.client.get("/api/v1/users/me", headers=fields).status_code == status


def test_a_token_counts_in_the_authorization_field_only(reference: Reference) -> None:
    token = reference.tokens()["accessToken"]

    in_query = reference.call("GET", f"/users/me?access_token={token}&token={token}")
    in_cookie = reference.call("GET", "/users/me", cookie=f"access_token={token}; token={token}")

    assert [answer.status_code for answer in (in_query, in_cookie)] == [401, 401]
    assert in_query.headers["www-authenticate"] == 'Bearer realm="authproof"'


def test_other_kinds_of_token_open_nothing(reference: Reference) -> None:
    body = reference.tokens()

    assert reference.me(body["refreshToken"]).status_code == 401
    assert reference.refresh(body["accessToken"]).status_code == 401
    assert reference.refresh(body["refreshToken"]).status_code == 200


def test_a_chain_of_refreshes_works_link_by_link(reference: Reference) -> None:
    first = body = reference.tokens()
    for _ in range(3):
        before, body = body, reference.refresh(body["refreshToken"]).json()
        assert body["refreshToken"] != before["refreshToken"]
        assert reference.me(body["accessToken"]).status_code == 200
    assert reference.me(first["accessToken"]).status_code == 200


def test_a_replayed_refresh_token_ends_its_family_and_no_other(reference: Reference) -> None:
    email = reference.register()
    family, bystander = reference.tokens(email), reference.tokens(email)
    newest = reference.refresh(reference.refresh(family["refreshToken"]).json()["refreshToken"]).json()

    replay = reference.refresh(family["refreshToken"])

    assert (replay.status_code, replay.json()["type"]) == (401, "urn:authproof:problem:invalid-token")
    assert reference.refresh(newest["refreshToken"]).status_code == 401
    assert reference.me(newest["accessToken"]).status_code == 401
    assert reference.refresh(bystander["refreshToken"]).status_code == 200


def test_of_twenty_parallel_refreshes_of_one_token_one_succeeds(reference: Reference) -> None:
    token = reference.tokens()["refreshToken"]

    statuses = in_parallel(lambda _: reference.refresh(token).status_code, 20)

    assert sorted(statuses) == [200] + [401] * 19


@pytest.mark.parametrize("token", ["", "x", "nul \0", "x" * 1024, "é" * 40])
def test_a_refresh_token_of_any_shape_is_401(reference: Reference, token: str) -> None:
    assert reference.refresh(token).status_code == 401


def test_logout_kills_both_tokens_of_its_session_in_every_spelling(reference: Reference) -> None:
    email = reference.register()
    here, there = reference.tokens(email), reference.tokens(email)

    ended = reference.call("POST", "/auth/logout", token=here["accessToken"])

    assert (ended.status_code, ended.content) == (204, b"")
    spellings = [here["accessToken"], here["accessToken"] + "=", forgeries(here["accessToken"])["unused-bits"]]
    assert [reference.me(token).status_code for token in spellings] == [401] * 3
    assert reference.refresh(here["refreshToken"]).status_code == 401
    assert reference.call("POST", "/auth/logout", token=here["accessToken"]).status_code == 401
    assert reference.me(there["accessToken"]).status_code == 200
    assert reference.refresh(there["refreshToken"]).status_code == 200


def test_lifetimes_end_and_rotation_does_not_prolong_a_session() -> None:
    with serving(
        "--access-lifetime-s", "60", "--refresh-lifetime-s", "600", "--session-lifetime-s", "900"
    ) as reference:
        body = reference.tokens()
        expired = reference.tokens()
        back = "UPDATE {} SET expires_at = expires_at - 500 WHERE session_id = ?"
        session, other = (unpacked(one["accessToken"])[1]["sid"] for one in (body, expired))

        reference.sql(back.format("sessions"), session)
        renewed = reference.refresh(body["refreshToken"])
        reference.sql(back.format("sessions"), session)
        reference.sql(back.format("refresh_tokens"), other)
        reference.sql(back.format("refresh_tokens"), other)

        assert renewed.status_code == 200
        assert reference.refresh(renewed.json()["refreshToken"]).status_code == 401
        assert reference.me(renewed.json()["accessToken"]).status_code == 401
        assert reference.refresh(expired["refreshToken"]).status_code == 401

"""How planted defects of access tokens, sessions and authorization show to somebody who sends direct requests."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from suites.selftest.reference import Reference, in_parallel
from suites.selftest.test_reference_sessions import forgeries, part, unpacked


def minted(reference: Reference, header: dict[str, Any] | None = None, **changes: Any) -> int:
    """Return the status of a profile asked for with a well-signed token, a fresh one but for *changes*."""
    claims = {**unpacked(reference.tokens()["accessToken"])[1], **changes}
    claims = {name: value for name, value in claims.items() if value is not ...}
    token = reference.control("POST", "/tokens", {"claims": claims, "header": header or {}})["token"]
    return reference.me(token).status_code


def hmac_signed(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Return a token signed by HMAC with *secret*."""
    text = f"{part({**header, 'alg': 'HS256'})}.{part(claims)}"
    signature = jwt.utils.base64url_encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())
    return f"{text}.{signature.decode()}"


def tok_01(reference: Reference) -> bool:
    return reference.call("GET", "/users/me").status_code == 403


def tok_02(reference: Reference) -> bool:
    return "error" not in reference.me("garbage").headers["www-authenticate"]


def tok_03(reference: Reference) -> bool:
    return reference.call("GET", "/users/me", authorization="Bearer").status_code == 500


def tok_04(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    return reference.call("GET", "/users/me", authorization=f"bearer {token}").status_code == 401


def tok_05(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    return reference.call("GET", f"/users/me?access_token={token}").status_code == 200


def tok_06(reference: Reference) -> bool:
    forged = forgeries(reference.tokens()["accessToken"])
    return {reference.me(forged[f"alg-{name}"]).status_code for name in ("none", "nOnE", "")} == {200}


def tok_07(reference: Reference) -> bool:
    token, admin = reference.tokens()["accessToken"], reference.admin()
    header, _, signature = token.split(".")
    as_admin = f"{header}.{part(unpacked(admin['accessToken'])[1])}.{signature}"
    return reference.call("GET", "/admin/users", token=as_admin).status_code == 200


def tok_08(reference: Reference) -> bool:
    header, claims, _ = unpacked(reference.tokens()["accessToken"])
    key = jwt.PyJWK(reference.client.get("/.well-known/jwks.json").json()["keys"][0]).key
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return reference.me(hmac_signed(header, claims, pem)).status_code == 200


def tok_09(reference: Reference) -> bool:
    header, claims, _ = unpacked(reference.tokens()["accessToken"])
    return reference.me(hmac_signed(header, claims, b"secret")).status_code == 200


def tok_10(reference: Reference) -> bool:
    own = ec.generate_private_key(ec.SECP256R1())
    header, claims, _ = unpacked(reference.tokens()["accessToken"])
    public = jwt.algorithms.ECAlgorithm.to_jwk(own.public_key(), as_dict=True)
    return reference.me(jwt.encode(claims, own, "ES256", {**header, "jwk": public})).status_code == 200


def tok_11(reference: Reference) -> bool:
    return minted(reference, {"kid": "unknown"}) == 500


def tok_12(reference: Reference) -> bool:
    return minted(reference, iat=int(time.time()) - 900, exp=int(time.time()) - 600) == 200


def tok_13(reference: Reference) -> bool:
    return "exp" not in unpacked(reference.tokens()["accessToken"])[1]


def tok_14(reference: Reference) -> bool:
    return minted(reference, aud="another-service") == 200


def tok_15(reference: Reference) -> bool:
    return minted(reference, {"crit": ["x"], "x": 1}) == 200


def tok_16(reference: Reference) -> bool:
    return reference.me(reference.tokens()["refreshToken"]).status_code == 200


def tok_17(reference: Reference) -> bool:
    return re.fullmatch(r"[0-9a-f-]{14}1[0-9a-f-]{21}", reference.tokens()["refreshToken"]) is not None


def tok_18(reference: Reference) -> bool:
    return minted(reference, sub=...) == 500


def sess_01(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    return bool(reference.refresh(token).json()["refreshToken"] == token)


def sess_02(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    first, second = reference.refresh(token), reference.refresh(token)
    return (first.status_code, second.status_code) == (200, 200) and first.json() != second.json()


def sess_03(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    successor = reference.refresh(token).json()["refreshToken"]
    return (reference.refresh(token).status_code, reference.refresh(successor).status_code) == (401, 200)


def sess_04(reference: Reference) -> bool:
    def round_of_twenty() -> int:
        token = reference.tokens()["refreshToken"]
        return in_parallel(lambda _: reference.refresh(token).status_code, 20).count(200)

    return max(round_of_twenty() for _ in range(5)) > 1


def sess_05(reference: Reference) -> bool:
    body = reference.tokens()
    session = unpacked(body["accessToken"])[1]["sid"]
    reference.sql("UPDATE refresh_tokens SET expires_at = 1 WHERE session_id = ?", session)
    return reference.refresh(body["refreshToken"]).status_code == 200


def sess_06(reference: Reference) -> bool:
    body = reference.tokens()
    session = unpacked(body["accessToken"])[1]["sid"]
    reference.sql("UPDATE sessions SET expires_at = ? WHERE session_id = ?", time.time() + 100, session)
    successor = reference.refresh(body["refreshToken"]).json()["refreshToken"]
    reference.sql("UPDATE sessions SET expires_at = expires_at - 200 WHERE session_id = ?", session)
    reference.sql("UPDATE refresh_tokens SET expires_at = ? WHERE session_id = ?", time.time() + 100, session)
    return reference.refresh(successor).status_code == 200


def sess_07(reference: Reference) -> bool:
    body = reference.tokens()
    ended = reference.call("POST", "/auth/logout", token=body["accessToken"])
    return (ended.status_code, reference.refresh(body["refreshToken"]).status_code) == (204, 200)


def sess_08(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    reference.call("POST", "/auth/logout", token=token)
    return reference.me(token).status_code == 200


def sess_08b(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    reference.call("POST", "/auth/logout", token=token)
    respelled = forgeries(token)["unused-bits"]
    return (reference.me(token).status_code, reference.me(respelled).status_code) == (401, 200)


def sess_09(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    return [reference.call("POST", "/auth/logout", token=token).status_code for _ in range(2)] == [204, 500]


def sess_10(reference: Reference) -> bool:
    body, admin = reference.tokens(), reference.admin()
    path = f"/admin/users/{body['user']['id']}"
    assert reference.call("PATCH", path, {"disabled": True}, token=admin["accessToken"]).status_code == 200
    return reference.refresh(body["refreshToken"]).status_code == 200


def authz_01(reference: Reference) -> bool:
    return reference.call("GET", "/admin/users", token=reference.tokens()["accessToken"]).status_code == 401


def authz_02(reference: Reference) -> bool:
    body, other = reference.tokens(), reference.tokens()
    return reference.call("GET", f"/users/{other['user']['id']}", token=body["accessToken"]).status_code == 200


def authz_03(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    reference.call("PATCH", "/users/me", {"role": "admin"}, token=token)
    return reference.call("GET", "/admin/users", token=token).status_code == 200


def authz_04(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    return (
        reference.client.get("/api/v1//admin/users", headers={"authorization": f"Bearer {token}"}).status_code == 200
        and reference.call("GET", "/admin/users", token=token).status_code == 403
    )


def authz_05(reference: Reference) -> bool:
    victim = reference.tokens()["user"]["id"]
    return reference.call("GET", "/users/me", x_user_id=victim).status_code == 200


def authz_06(reference: Reference) -> bool:
    admin = reference.admin()
    token = admin["accessToken"]
    assert reference.call("GET", "/admin/users", token=token).status_code == 200
    reference.sql("UPDATE identities SET role = 'user' WHERE user_id = ?", admin["user"]["id"])
    return reference.call("GET", "/admin/users", token=token).status_code == 200


def authz_07(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    return reference.call("PATCH", f"/admin/users/{uuid.uuid4()}", {"role": "user"}, token=token).status_code == 404

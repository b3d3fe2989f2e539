"""How planted defects of HTTP, headers and data show to somebody who sends a few direct requests."""

from __future__ import annotations

import base64
import json

from suites.selftest.reference import PASSWORD, Reference
from suites.selftest.test_reference_http import exchange

CANARY = "canary of a secret, 1234"


def http_01(reference: Reference) -> bool:
    return "www-authenticate" not in reference.call("GET", "/users/me").headers


def http_02(reference: Reference) -> bool:
    return "allow" not in reference.call("DELETE", "/users/me").headers


def http_03(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    return reference.call("GET", "/users/me/x.css", token=token).status_code == 200


def http_04(reference: Reference) -> bool:
    body = json.dumps({"email": reference.register(), "password": PASSWORD}).encode()
    return reference.raw("POST", "/auth/login", body, "text/plain").status_code == 200


def http_05(reference: Reference) -> bool:
    return reference.call("GET", "/health/live", accept="text/csv").headers["content-type"] == "text/csv"


def http_06(reference: Reference) -> bool:
    return reference.call("HEAD", "/health/live").status_code == 405


def http_07(reference: Reference) -> bool:
    return reference.raw("POST", "/auth/login", b'{"email": ').status_code == 500


def http_08(reference: Reference) -> bool:
    return reference.call("POST", "/auth/login", {"email": 7, "password": "x"}).status_code == 500


def http_09(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    body = b'{"displayName": "\\ud800"}'
    fields = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return reference.client.patch("/api/v1/users/me", content=body, headers=fields).status_code == 500


def http_10(reference: Reference) -> bool:
    return reference.raw("POST", "/auth/login", b"[" * 30_000).status_code == 500


def http_11(reference: Reference) -> bool:
    email = reference.register().replace("u-", "v-")
    pair = f'{{"email": "{email}", "password": "{PASSWORD} one", "password": "{PASSWORD} two"}}'.encode()
    created, same = reference.raw("POST", "/auth/register", pair), reference.raw("POST", "/auth/login", pair)
    return (created.status_code, same.status_code) == (201, 401)


def http_12(reference: Reference) -> bool:
    return reference.call("GET", "/nothing").headers["content-type"] == "text/html"


def http_13(reference: Reference) -> bool:
    answer = reference.call("POST", "/auth/login", {})
    return (answer.status_code, answer.json()["status"]) == (422, 400)


def http_14(reference: Reference) -> bool:
    return "Traceback" in reference.call("GET", "/nothing").text


def http_15(reference: Reference) -> bool:
    return "x-request-id" not in reference.call("GET", "/nothing").headers


def http_16(reference: Reference) -> bool:
    return reference.call("GET", "/health/live", x_request_id="<b>").headers["x-request-id"] == "<b>"


def http_17(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    reference.call("GET", "/auth/logout", token=token)
    return reference.me(token).status_code == 401


def data_01(reference: Reference) -> bool:
    return "cache-control" not in reference.login(reference.register()).headers


def data_02(reference: Reference) -> bool:
    email = reference.register().replace("u-", "v-")
    return "argon2" in reference.call("POST", "/auth/register", {"email": email, "password": PASSWORD}).text


def data_02b(reference: Reference) -> bool:
    return "token" in reference.call("POST", "/auth/password-reset", {"email": reference.register()}).json()


def data_02c(reference: Reference) -> bool:
    claims = reference.tokens()["accessToken"].split(".")[1]
    return b"argon2" in base64.urlsafe_b64decode(claims + "==")


def data_03(reference: Reference) -> bool:
    return CANARY in reference.call("POST", "/auth/login", {"email": 7, "password": CANARY}).text


def data_04(reference: Reference) -> bool:
    reference.login("nobody@example.com", CANARY)
    return CANARY in (reference.folder / "log.jsonl").read_text()


def data_06(reference: Reference) -> bool:
    handled, refused = reference.call("GET", "/health/live"), reference.call("GET", "/nothing")
    return "referrer-policy" in handled.headers and "referrer-policy" not in refused.headers


def data_07(reference: Reference) -> bool:
    answer = reference.call("GET", "/health/live", origin="https://evil.example")
    return bool(answer.headers.get("access-control-allow-origin") == "https://evil.example")


def data_07b(reference: Reference) -> bool:
    answer = reference.call("GET", "/health/live", origin="https://evil-app.example.com")
    return "access-control-allow-origin" in answer.headers


def data_07c(reference: Reference) -> bool:
    return "vary" not in reference.call("GET", "/health/live", origin="https://app.example.com").headers


def data_08(reference: Reference) -> bool:
    return reference.client.get("/metrics").status_code == 200


def data_09(reference: Reference) -> bool:
    status, fields, _ = exchange(reference, "GET /api/v1/users/me/ HTTP/1.1\r\nHost: auth.example\r\n\r\n")
    return (status, fields.get("location")) == (307, "http://auth.example/api/v1/users/me")


def data_10(reference: Reference) -> bool:
    cookie = reference.login(reference.register()).headers.get("set-cookie", "")
    return cookie.startswith("refreshToken=") and "HttpOnly" not in cookie

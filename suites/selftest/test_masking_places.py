"""Masking by place and by shape: what is blanked without being known, and what stays readable."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Iterator

import pytest

from contract.masking import mask_body, mask_headers, mask_text
from contract.masking.places import is_secret_name
from contract.masking.shapes import looks_random
from contract.masking.values import ValueIndex
from contract.secret import Secret

TOKEN = "Zy8vQ1xk3Jt9Lw2Rm5Bn7Hc4Vd6Fg0Sa_pTu-EoIrY"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."
UUID = "018f5e0c-7d1a-4c1e-9a41-6f2f8a1b2c3d"


@pytest.fixture(autouse=True)
def own_secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the texts meet those secrets only that a run would have made."""
    monkeypatch.setattr(Secret, "_known", {})
    monkeypatch.setattr("contract.masking.text._KNOWN", ValueIndex())
    for value in ("user", "password", "1234", "123456", "garbage", "correct horse battery staple", TOKEN, JWT):
        Secret(value)
    yield


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # JSON
        ('{"password": "x y", "email": "ada@example.com"}', '{"password": "***", "email": "ada@example.com"}'),
        ('{"new_password":"a\\"b","Current-Password":"c"}', '{"new_password":"***","Current-Password":"***"}'),
        ('{"code": 987654, "otp": "1234"}', '{"code": ***, "otp": "***"}'),
        ('{"backupCodes": ["abcd-efgh", "x"], "n": [1]}', '{"backupCodes": ["***", "***"], "n": [1]}'),
        ('{"token": {"value": "x", "ttl": 9}, "a": "b"}', '{"token": {"value": "***", "ttl": ***}, "a": "b"}'),
        ('{"tokens": {"tokens": [{"a": ["x"]}]}, "b": "c"}', '{"tokens": {"tokens": [{"a": ["***"]}]}, "b": "c"}'),
        ('{"data": "{\\"secret\\": \\"abc\\"}"}', '{"data": "{\\"secret\\": \\"***\\"}"}'),
        ('{"refreshToken": "cut off in mid-wo', '{"refreshToken": "***'),
        ("{'password': 'x', 'n': 1}", "{'password': '***', 'n': 1}"),
        # forms, queries, cookies
        ("password=hunter2&email=a%40b", "password=***&email=a%40b"),
        ("user[password]=hunter2&x=1", "user[password]=***&x=1"),
        ("GET /reset?token=abc%20d&x=1#code=zz9", "GET /reset?token=***&x=1#code=***"),
        ("otpauth://totp/a:ada?secret=JBSWY3DPEHPK3PXP&issuer=a", "otpauth://totp/a:ada?secret=***&issuer=a"),
        ("Cookie: sid=1; theme=dark", "Cookie: sid=***; theme=***"),
        ("Set-Cookie: rt=abc; Path=/; HttpOnly", "Set-Cookie: rt=***; Path=/; HttpOnly"),
        # headers in a text
        ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
        ("proxy-authorization: Basic dXNlcjpwYXNz", "proxy-authorization: Basic ***"),
        ("curl -H 'Authorization: Bearer x.y' -d '{}'", "curl -H 'Authorization: Bearer ***' -d '{}'"),
        ("(('Authorization', 'Bearer x'), ('A', 'b'))", "(('Authorization', 'Bearer ***'), ('A', 'b'))"),
        ("X-CSRF-Token: abc1", "X-CSRF-Token: ***"),
        ("sent Basic dXNlcjpwYXNz and Bearer abc123def", "sent Basic *** and Bearer ***"),
        # shapes
        (JWT, "***"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0In0.c2ln was refused", "*** was refused"),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6…", "***…"),
        ("/reset/Ab3dE5gH1jK9mN7pQ2sT4vW6yZ8bC0eF/now", "/reset/***/now"),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "***"),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "***"),
        ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlE", "data:image/png;base64,***"),
    ],
)
def test_a_secret_is_masked_by_its_place_or_shape(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "suites/status_codes/test_401_unauthorized_responses.py::test_me_without_a_valid_token_is_401[alg-none]",
        f"GET /api/v1/users/{UUID} answered 401 with X-Request-ID: {UUID}",
        f'{{"requestId": "{UUID.replace("-", "")}", "type": "urn:authproof:problem:invalid-token"}}',
        "2026-11-21T01:02:03.123456+00:00, Sat, 21 Nov 2026 01:02:03 GMT, max-age=31536000; includeSubDomains",
        '{"code": "invalid_credentials", "detail": "The password is wrong.", "status": 401}',
        '{"code": "AUTH-1001", "state": "pending"}, status code=400',
        '{"password": ["This password is too short."], "token": ["Invalid token."]}',
        '{"expiresIn": 3600, "tokenType": "Bearer", "mfaRequired": true, "hasPassword": true, "sessionToken": null}',
        'WWW-Authenticate: Bearer realm="api", error="invalid_token", error_description="The token expired"',
        "Bearer challenge missing; Basic authentication is not offered; the Authorization, Cookie and Origin headers",
        "Authorization: absent, and no Set-Cookie: Secure",
        "the password of the user is 15 characters or longer; a code has 6 digits",
        "https://staging.acme.example/api/v1/auth/password-reset/confirm/with/a/long/ordinary/path/v2?page=3&q=user",
        "requestPasswordResetConfirmationOperationHandler, application/vnd.acme.problem-details+json",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
        'Traceback: File "/srv/app/lib/python3.11/site-packages/starlette/middleware/errors.py", line 164',
        "com.example.identity.service.UserAuthenticationService2.authenticateUser(UserAuthenticationService2.java:512)",
        "content-security-policy: default-src 'none'; frame-ancestors 'none'; base-uri 'self'",
        "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
        "Grüße, ваш пароль, 你好 100 % + 5 \\ & <b>",
        "",
    ],
)
def test_an_innocent_text_stays_readable(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "name",
    "password PASSWORD current_password newPassword token accessToken refresh-token secret client_secret code otp "
    "backupCodes sessionToken api_key X-API-Key apikey csrf-token X-XSRF-TOKEN id.token".split(),
)
def test_a_name_of_secrets_is_known_in_every_spelling(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    "email tokenType token_endpoint expiresIn accessTokenExpiresIn passwordMinLength codeLength requestId userId "
    "passwordChangedAt x-request-id secretary".split(),
)
def test_a_name_beside_secrets_is_none(name: str) -> None:
    assert not is_secret_name(name)


def test_headers_keep_scheme_names_and_attributes() -> None:
    headers = (
        ("AUTHORIZATION", "Bearer x y"),
        ("Authorization", "garbage"),
        ("Cookie", "a=1; b=2"),
        ("Set-Cookie", "rt=abc=; Path=/; Max-Age=60"),
        ("set-cookie", "flag"),
        ("X-Auth-Token", "k"),
        ("X-Request-ID", UUID.replace("-", "")),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("Location", "/x?token=abc"),
        ("Content-Type", "application/json"),
    )

    assert mask_headers(headers) == (
        ("AUTHORIZATION", "Bearer ***"),
        ("Authorization", "***"),
        ("Cookie", "a=***; b=***"),
        ("Set-Cookie", "rt=***; Path=/; Max-Age=60"),
        ("set-cookie", "***"),
        ("X-Auth-Token", "***"),
        ("X-Request-ID", UUID.replace("-", "")),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("Location", "/x?token=***"),
        ("Content-Type", "application/json"),
    )


@pytest.mark.parametrize(
    ("body", "media_type", "shown"),
    [
        (b"", "", ""),
        (b'{"password":"x"}', "application/problem+json; charset=utf-8", '{"password":"***"}'),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png", "[9 bytes of image/png]"),
        (b"\xff\xfe\x00", "", "[3 bytes of no media type]"),
        (b"password=x", "application/octet-stream", "password=***"),
        (b"caf\xe9", "text/plain", "café"),
        (b"a" * 5000, "text/plain", "a" * 4096 + "… [5000 bytes in all]"),
    ],
)
def test_a_body_is_shown_as_text_or_by_its_length(body: bytes, media_type: str, shown: str) -> None:
    assert mask_body(body, media_type) == shown


@pytest.mark.parametrize(
    ("alphabet", "length", "missed_at_most"),
    [
        ("0123456789abcdef", 32, 0.001),
        (string.ascii_letters + string.digits + "-_", 32, 0.01),
        (string.ascii_letters + string.digits + "-_", 43, 0.003),
        (string.ascii_letters + string.digits + "+/", 43, 0.003),
        (string.ascii_uppercase + "234567", 32, 0.01),
        (string.ascii_lowercase + string.digits, 40, 0.003),
    ],
    ids=["hexadecimal", "base64url-32", "base64url-43", "base64-43", "base32-32", "base36-40"],
)
def test_long_random_strings_are_hardly_ever_missed(alphabet: str, length: int, missed_at_most: float) -> None:
    """A token of the target that nobody captured has nothing but its shape to be known by."""
    rng = random.Random(20261121)

    missed = sum(not looks_random("".join(rng.choices(alphabet, k=length))) for _ in range(3000))

    assert missed / 3000 <= missed_at_most


@pytest.mark.parametrize(
    "text",
    ['{"token":' * 7000, '"' * 60_000, "'\\" * 30_000, "%25" * 20_000, "\\" * 60_000, "a=" * 30_000, "ey" * 30_000,
     "&amp;" * 12_000, "+%5Cu0041&#65;" * 4000, "A1b2/" * 12_000, "Cookie: " * 8000, "…correct horse bat" * 3000],
    ids=lambda text: text[:9],
)  # fmt: skip
def test_a_text_made_to_be_slow_is_masked_in_bounded_time(text: str) -> None:
    """
    An answer of the target must not be able to stop the harness.

    Processor time, so that a busy machine changes nothing; each takes less than a thirtieth of it.
    """
    began_s = time.process_time()

    mask_body(text.encode(), "text/plain")

    assert time.process_time() - began_s < 10

"""Security headers, methods, origins and cookies are judged by their grammar, and what is wrong is named."""

from __future__ import annotations

import pytest

from contract.checks import allow, cookie_flags, cors_grant, hsts, no_cors_grant, security_headers
from suites.selftest.answered import answered, refused

HTTPS = "https://api.test/api/v1/users/me"
NOSNIFF = "X-Content-Type-Options: nosniff"
CSP = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'"
REFERRER = "Referrer-Policy: no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        [NOSNIFF, CSP, REFERRER],
        ["x-content-type-options: NoSniff, other", "content-security-policy: Frame-Ancestors", REFERRER],
        [NOSNIFF, "Content-Security-Policy: frame-ancestors *, frame-ancestors 'self'", REFERRER],
        [NOSNIFF, "Content-Security-Policy: default-src a", CSP, "Referrer-Policy: no-referrer, strict-origin, newest"],
    ],
)
def test_the_security_headers_are_accepted(headers):
    assert security_headers(answered(404, *headers))


@pytest.mark.parametrize(
    ("headers", "expected", "actual"),
    [
        (
            [],
            "X-Content-Type-Options: nosniff; Content-Security-Policy with frame-ancestors, not for all; "
            "Referrer-Policy that keeps paths from other sites",
            "X-Content-Type-Options: absent; Content-Security-Policy: absent; Referrer-Policy: absent",
        ),
        (
            ["X-Content-Type-Options: other, nosniff", CSP, REFERRER],
            "X-Content-Type-Options: nosniff",
            "X-Content-Type-Options: other, nosniff; Content-Security-Policy: default-src 'none'; "
            "frame-ancestors 'none'; Referrer-Policy: no-referrer",
        ),
        *(
            (
                [NOSNIFF, f"Content-Security-Policy: {policy}", REFERRER],
                "Content-Security-Policy with frame-ancestors, not for all",
                f"X-Content-Type-Options: nosniff; Content-Security-Policy: {policy}; Referrer-Policy: no-referrer",
            )
            for policy in [
                "default-src 'none'",
                "frame-ancestors *",
                "x-frame-ancestors 'none'",
                "frame-ancestors https:",
            ]
        ),
        *(
            (
                [NOSNIFF, CSP, f"Referrer-Policy: {policy}"],
                "Referrer-Policy that keeps paths from other sites",
                "X-Content-Type-Options: nosniff; Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; "
                f"Referrer-Policy: {policy}",
            )
            for policy in ["unsafe-url", "no-referrer, unsafe-url", "nonsense", "no-referrer-when-downgrade"]
        ),
    ],
)
def test_missing_security_headers_are_all_named(headers, expected, actual):
    assert refused(security_headers, answered(404, *headers)) == ("security headers are missing", expected, actual)


@pytest.mark.parametrize(
    "value",
    [
        "max-age=31536000; includeSubDomains",
        'INCLUDESUBDOMAINS ;; Max-Age="63072000"; preload;',
        "x=1; max-age=" + "9" * 40 + ";includeSubDomains",
    ],
)
def test_a_promise_of_tls_is_accepted(value):
    assert hsts(answered(500, f"Strict-Transport-Security: {value}", url=HTTPS))


def test_plain_http_promises_nothing():
    assert hsts(answered(200))
    assert refused(hsts, answered(200, "Strict-Transport-Security: max-age=1")) == (
        "a promise about TLS over plain HTTP",
        "no Strict-Transport-Security over plain HTTP",
        "Strict-Transport-Security: max-age=1",
    )


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["max-age=0"],
        ["max-age=31535999; includeSubDomains"],
        ["max-age=31536000"],
        ["includeSubDomains"],
        ["max-age=1e9; includeSubDomains"],
        ["max-age=31536000; max-age=31536000; includeSubDomains"],
        ["max-age=31536000, includeSubDomains"],
        ["max-age=31536000; includeSubDomains"] * 2,
    ],
)
def test_a_weak_promise_of_tls_is_refused(values):
    answer = answered(200, *(f"Strict-Transport-Security: {value}" for value in values), url=HTTPS)

    assert refused(hsts, answer) == (
        "browsers are not told to keep to TLS",
        "one Strict-Transport-Security with max-age of at least 31536000 and includeSubDomains",
        f"Strict-Transport-Security: {', '.join(values)}" if values else "no Strict-Transport-Security",
    )


@pytest.mark.parametrize("value", ["GET, PATCH", "PATCH,GET", ", GET, HEAD, OPTIONS, PATCH"])
def test_the_documented_methods_are_accepted(value):
    assert allow(answered(405, f"Allow: {value}", method="DELETE"), ["GET", "PATCH"])


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "it does not say which methods there are"),
        ("", "Allow lacks GET, PATCH"),
        ("GET", "Allow lacks PATCH"),
        ("get, patch", "Allow lacks GET, PATCH and lists get, patch"),
        ("GET, PATCH, PUT", "Allow lists PUT"),
        ("GET, PATCH, DELETE", "Allow lists DELETE"),
        ("GET; PATCH", "Allow is no list of methods: a comma is missing at character 3"),
    ],
)
def test_other_methods_are_refused(value, fault):
    answer = answered(405, *([] if value is None else [f"Allow: {value}"]), method="DELETE")

    actual = "no Allow" if value is None else f"Allow: {value}"
    assert refused(allow, answer, {"GET", "PATCH"}) == (fault, "Allow: GET, PATCH", actual)


def test_a_refused_method_is_not_listed_though_it_is_tolerated():
    answer = answered(405, "Allow: GET, OPTIONS", method="OPTIONS")

    assert refused(allow, answer, ["GET"])[0] == "Allow lists OPTIONS"


APP = "https://app.example"
EVIL = {"headers": (("Origin", "https://evil.example"),)}


def test_a_method_of_which_nothing_is_documented_may_be_listed_if_it_is_served():
    answer = answered(405, "Allow: GET, PUT", method="DELETE")

    assert allow(answer, ["GET"], besides=["PUT"]) is answer
    assert refused(allow, answer, ["GET"])[0] == "Allow lists PUT"


def test_a_grant_to_the_allowed_origin_is_accepted():
    granted = f"Access-Control-Allow-Origin: {APP}"

    assert cors_grant(answered(200, granted, "Vary: Accept-Encoding", "vary: origin"), APP)
    assert cors_grant(answered(200, granted, "Vary: *"), APP)
    assert cors_grant(answered(200, granted), APP, varies=False)


@pytest.mark.parametrize("granted", [[], ["*"], ["null"], [f"{APP}/"], [f"{APP}.evil.example"], [APP, APP]])
def test_another_grant_is_refused(granted):
    answer = answered(200, *(f"Access-Control-Allow-Origin: {value}" for value in granted), "Vary: Origin")

    assert refused(cors_grant, answer, APP) == (
        "the allowed origin is not let in",
        f"Access-Control-Allow-Origin: {APP}",
        f"Access-Control-Allow-Origin: {', '.join(granted)}" if granted else "no Access-Control-Allow-Origin",
    )


@pytest.mark.parametrize("vary", [None, "Accept", "X-Origin", "Origin; Accept"])
def test_a_grant_that_a_cache_may_mix_up_is_refused(vary):
    headers = [f"Access-Control-Allow-Origin: {APP}", *([f"Vary: {vary}"] if vary else [])]

    assert refused(cors_grant, answered(200, *headers), APP) == (
        "a cache may give this grant to another origin",
        "Vary: Origin",
        f"Vary: {vary or 'absent'}",
    )


def test_no_grant_to_a_foreign_origin_is_accepted():
    assert no_cors_grant(answered(200, sent=EVIL))
    assert no_cors_grant(answered(200, "Access-Control-Allow-Origin:"))
    assert no_cors_grant(answered(200, f"Access-Control-Allow-Origin: {APP}", sent=EVIL))


@pytest.mark.parametrize("granted", ["*", "null", "https://evil.example"])
def test_a_grant_to_a_foreign_origin_is_refused(granted):
    assert refused(no_cors_grant, answered(200, f"Access-Control-Allow-Origin: {granted}", sent=EVIL)) == (
        "a foreign origin is let in",
        "no Access-Control-Allow-Origin for https://evil.example",
        f"Access-Control-Allow-Origin: {granted}",
    )


@pytest.mark.parametrize(
    ("url", "cookie"),
    [
        (HTTPS, "sid=1; Path=/; Secure; HttpOnly; SameSite=Lax"),
        (HTTPS, "sid=1;secure;httponly;samesite=STRICT"),
        ("http://api.test/", "sid=1; HttpOnly; SameSite=Strict"),
        (HTTPS, "sid=; Path=/"),
        (HTTPS, "sid=gone; Max-Age=0"),
        (HTTPS, "sid=gone; Expires=Thu, 01-Jan-1970 00:00:00 GMT"),
        (HTTPS, "theme=dark"),
    ],
)
def test_a_guarded_cookie_is_accepted(url, cookie):
    assert cookie_flags(answered(200, f"Set-Cookie: {cookie}", url=url), names={"sid"})


def test_every_unguarded_cookie_is_named_and_no_value_is_shown():
    cookies = ["sid=s3cret; Path=/; Secure; SameSite=None", "__Host-t=s3cret; HttpOnly; SameSite=Lax", "a=HttpOnly"]
    answer = answered(200, *(f"Set-Cookie: {cookie}" for cookie in cookies), url=HTTPS)

    assert refused(cookie_flags, answer) == (
        "a session cookie is not guarded",
        "HttpOnly, SameSite=Lax or Strict, Secure on every session cookie",
        "cookie sid lacks HttpOnly, SameSite=Lax or Strict; cookie __Host-t lacks Secure; "
        "cookie a lacks HttpOnly, SameSite=Lax or Strict, Secure",
    )


def test_secure_is_judged_over_tls_only():
    answer = answered(200, "Set-Cookie: sid=1; HttpOnly; SameSite=Lax")

    assert cookie_flags(answer)
    assert refused(cookie_flags, answer, tls=True)[2] == "cookie sid lacks Secure"

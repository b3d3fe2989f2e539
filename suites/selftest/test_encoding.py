"""One step of a target file as bytes: every encoding, every place."""

from __future__ import annotations

import email.parser
import email.policy
import json
from typing import Any

import pytest

from contract.encoding import encode, path_of
from contract.errors import HarnessError
from contract.places import OMIT
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Scheme, Step, Target

TARGET = Target("acme", "https://api.example/v1/")
LOGIN = {"email": "ada+x@example.com", "password": Secret("päss wörd&=+")}
SENT = {"email": "/login", "password": "/user/pass"}
FORM = {"email": "/login", "password": "/pass"}


def test_json_is_utf_8_with_members_where_their_pointers_say() -> None:
    step = Step("POST", "/sessions", send=SENT, fixed={"/user/kind": "human", "/v": 2})
    request = encode(TARGET, step, ANONYMOUS, LOGIN, operation="loginUser")

    assert (request.method, request.url, request.operation) == ("POST", "https://api.example/v1/sessions", "loginUser")
    assert request.headers == (("Accept", "application/json"), ("Content-Type", "application/json"))
    assert request.body.decode() == (
        '{"user": {"kind": "human", "pass": "päss wörd&=+"}, "v": 2, "login": "ada+x@example.com"}'
    )


@pytest.mark.parametrize("value", [None, 1.5, True, ["a", 1], {"a": None}, "", "\ud800", "\x00"])
def test_any_json_value_can_be_sent(value: Any) -> None:
    """Negative tests send what no client would."""
    body = encode(TARGET, Step("POST", "/x", send=FORM), ANONYMOUS, {"email": value, "password": OMIT}).body

    assert json.loads(body) == {"login": value}


def test_a_body_whose_members_are_all_left_out_is_an_empty_object() -> None:
    left_out = {"email": OMIT, "password": OMIT}

    assert encode(TARGET, Step("POST", "/x", send=FORM), ANONYMOUS, left_out).body == b"{}"
    assert encode(TARGET, Step("POST", "/x"), ANONYMOUS, {}).body == b""


def test_a_form_is_url_encoded_utf_8() -> None:
    step = Step("POST", "/token", "form", send=FORM, fixed={"/grant_type": "password", "/scope": ["a", "b c"]})
    request = encode(TARGET, step, ANONYMOUS, LOGIN)

    assert request.header("content-type") == "application/x-www-form-urlencoded"
    assert request.body == (
        b"grant_type=password&scope=a&scope=b+c&login=ada%2Bx%40example.com&pass=p%C3%A4ss+w%C3%B6rd%26%3D%2B"
    )


def test_a_form_writes_what_is_no_text_as_json_does() -> None:
    values = {"email": None, "password": {"a": 1}}
    body = encode(TARGET, Step("POST", "/x", "form", send=FORM, fixed={"/on": True}), ANONYMOUS, values).body

    assert body == b"on=true&login=&pass=%7B%22a%22%3A+1%7D"


def test_multipart_is_the_same_every_time_and_can_be_read() -> None:
    step = Step("POST", "/x", "multipart", send={"email": '/a "b"', "password": "/pass"})
    request = encode(TARGET, step, ANONYMOUS, LOGIN)
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.iter_parts()
    }

    assert parts == {"a %22b%22": b"ada+x@example.com", "pass": "päss wörd&=+".encode()}
    assert encode(TARGET, step, ANONYMOUS, LOGIN) == request
    assert encode(TARGET, step, ANONYMOUS, {**LOGIN, "email": "b"}).header("content-type") != request.header(
        "content-type"
    )


def test_an_action_in_a_header_is_headers_and_constants() -> None:
    headers = {"X-Amz-Target": "Service.InitiateAuth", "content-type": "application/x-amz-json-1.1"}
    step = Step(
        "POST", "/", send={"email": "/AuthParameters/USERNAME"}, fixed={"/ClientId": Secret("c-1")}, headers=headers
    )
    request = encode(Target("cognito", "http://localhost:5000"), step, ANONYMOUS, {"email": "ada@example.com"})

    assert request.url == "http://localhost:5000/"
    assert request.headers == (
        ("Accept", "application/json"),
        ("content-type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "Service.InitiateAuth"),
    )
    assert json.loads(request.body) == {"ClientId": "c-1", "AuthParameters": {"USERNAME": "ada@example.com"}}


def test_a_word_may_go_to_several_places() -> None:
    """A password and its confirmation."""
    step = Step("POST", "/x", send={"password": ("/password1", "/password2")})

    assert json.loads(encode(TARGET, step, ANONYMOUS, {"password": Secret("x")}).body) == {
        "password1": "x",
        "password2": "x",
    }
    assert json.loads(encode(TARGET, step, ANONYMOUS, {"password": OMIT}).body) == {}


@pytest.mark.parametrize(
    ("path", "values", "url"),
    [
        ("/users/{userId}", {"userId": "a/b ?#%é"}, "/users/a%2Fb%20%3F%23%25%C3%A9"),
        ("/users/{userId}", {"userId": "\ud800"}, "/users/%ED%A0%80"),
        ("/users/{userId}", {"userId": 7}, "/users/7"),
        ("/users/{userId}/x", {"userId": ""}, "/users//x"),
        ("/t/{tenant}/users/{userId}", {"userId": "7"}, "/t/acme%20inc/users/7"),
    ],
)
def test_path_parameters_stay_within_their_segment(path: str, values: dict[str, Any], url: str) -> None:
    fixed = {"path:tenant": "acme inc"} if "{tenant}" in path else {}
    step = Step("GET", path, "none", send={"userId": "path:userId"}, fixed=fixed)

    assert encode(TARGET, step, ANONYMOUS, values).url == f"https://api.example/v1{url}"


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/{tenant}/token?v=2", "/acme%20inc/token"),
        ("/{tenant}/users/{userId}", "/acme%20inc/users/{userId}"),
        ("/token", "/token"),
    ],
)
def test_a_tenant_in_the_path_is_filled_in_before_any_call_is_made(path: str, own: str) -> None:
    """A check that asks a path for itself would ask for a tenant called {tenant}, and judge the 404 of nobody."""
    assert path_of(Step("GET", path, "none", fixed={"path:tenant": "acme inc"})) == own


def test_a_query_is_added_to_the_one_that_the_path_has() -> None:
    step = Step("GET", "/users?sort=id", "none", send={"limit": "query:max", "after": "query:from"})

    assert encode(TARGET, step, ANONYMOUS, {"limit": 5, "after": "a b&c"}).url.endswith(
        "/users?sort=id&max=5&from=a%20b%26c"
    )
    assert encode(TARGET, step, ANONYMOUS, {"limit": OMIT}).url.endswith("/users?sort=id")


SIGNED_IN = Session(
    access_token=Secret("at"),
    csrf=Secret("ct"),
    cookies={"sid": Secret("s1"), "theme": Secret("dark")},
    headers={"X-Device": Secret("d1")},
)


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (Scheme(), {"authorization": "Bearer at", "cookie": "sid=s1; theme=dark"}),
        (Scheme(prefix="Token "), {"authorization": "Token at", "cookie": "sid=s1; theme=dark"}),
        (Scheme("header:X-Auth-Token", ""), {"x-auth-token": "at", "cookie": "sid=s1; theme=dark"}),
        (Scheme("cookie:sid"), {"cookie": "sid=at; theme=dark"}),
        (Scheme("", csrf="header:X-CSRF"), {"x-csrf": "ct", "cookie": "sid=s1; theme=dark"}),
    ],
)
def test_the_session_goes_out_where_the_scheme_says(scheme: Scheme, expected: dict[str, str]) -> None:
    target = Target("acme", "https://api.example", scheme=scheme)
    request = encode(target, Step("POST", "/x", "none", auth="session"), SIGNED_IN, {})

    assert {name.lower(): value for name, value in request.headers} == {
        "accept": "application/json",
        "x-device": "d1",
        **expected,
    }


def test_a_step_without_the_session_sends_no_token() -> None:
    target = Target("acme", "https://api.example", scheme=Scheme(csrf="/csrf"))
    request = encode(target, Step("POST", "/x", auth="none"), SIGNED_IN, {})

    assert request.header("authorization") is None
    assert request.body == b'{"csrf": "ct"}'


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_csrf_token_stays_at_home_where_nothing_changes(method: str) -> None:
    target = Target("acme", "https://api.example", scheme=Scheme(csrf="header:X-CSRF"))

    assert encode(target, Step(method, "/x", "none"), SIGNED_IN, {}).header("x-csrf") is None


def test_a_given_cookie_takes_the_place_of_the_kept_one() -> None:
    """A refresh token that lives in a cookie can be forged, replayed or left out like any other."""
    step = Step("POST", "/refresh", "none", send={"refreshToken": "cookie:sid"})

    assert encode(TARGET, step, SIGNED_IN, {"refreshToken": Secret("old")}).header("cookie") == "sid=old; theme=dark"
    assert encode(TARGET, step, SIGNED_IN, {"refreshToken": OMIT}).header("cookie") == "theme=dark"


def test_extra_values_are_written_last() -> None:
    request = encode(
        TARGET, Step("POST", "/x", send=FORM), ANONYMOUS, LOGIN, extra={"/login": 1, "/role": "admin", "query:q": "1"}
    )

    assert json.loads(request.body) == {"login": 1, "pass": "päss wörd&=+", "role": "admin"}
    assert request.url.endswith("/x?q=1")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Step("GET", "/u/{userId}", "none"), "acme: getUser has no value for '{userId}' in its path /u/{userId}."),
        (Step("GET", "/u", "none", fixed={"path:id": 1}), "acme: the path /u of getUser has no '{id}'."),
        (Step("GET", "/u", "none", fixed={"/a": 1}), "acme: getUser has no body, so '/a' goes nowhere."),
    ],
)
def test_a_value_without_a_place_is_an_error(step: Step, message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        encode(TARGET, step, ANONYMOUS, {}, operation="getUser")
    assert str(caught.value) == message

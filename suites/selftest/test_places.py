"""Where a value stands in an answer, which cookies are left after it, and where a value goes in a request."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.answers import Answer, Request
from contract.cookies import kept, live_cookies, set_cookies
from contract.errors import HarnessError
from contract.places import OMIT, Draft, read
from contract.secret import Secret

REQUEST = Request("GET", "http://target.example/")
DATE = ("Date", "Sat, 21 Nov 2026 01:14:26 GMT")


def answer(*headers: tuple[str, str], body: bytes = b"") -> Answer:
    return Answer(REQUEST, 200, headers, body)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/data/token", "t"),
        ("/list/1/x", 2),
        ("/a~1b/c~0d", True),
        ("/none", None),
        ("/empty", None),
        ("/zero", 0),
        ("/data/absent/deeper", None),
        ("/list/7", None),
        ("header:x-token", "first"),
        ("header:X-Empty", None),
        ("header:Absent", None),
        ("cookie:sid", "new"),
        ("cookie:absent", None),
    ],
)
def test_a_value_is_read_from_its_place(place: str, value: Any) -> None:
    body = (
        b'{"data": {"token": "t"}, "list": [1, {"x": 2}], "a/b": {"c~d": true}, "none": null, "empty": "", "zero": 0}'
    )
    fields = [("X-Token", "first"), ("X-TOKEN", "second"), ("X-Empty", "")]
    cookies = [("Set-Cookie", "sid=old; Path=/"), ("set-cookie", "sid=new; HttpOnly")]

    assert read(answer(*fields, *cookies, body=body), place) == value


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"text"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_has_no_members(body: bytes) -> None:
    assert read(answer(body=body), "/token") is None


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("token", "'token' is no place. Valid: /json/pointer, header:NAME, cookie:NAME, query:NAME, path:NAME."),
        ("header:", "'header:' is no place. Valid: /json/pointer, header:NAME, cookie:NAME, query:NAME, path:NAME."),
        ("path:id", "'path:id' is no place of an answer. Valid: /json/pointer, header:NAME, cookie:NAME."),
    ],
)
def test_what_is_no_place_of_an_answer_is_said(place: str, message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        read(answer(), place)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("field", "left"),
    [
        pytest.param("sid=2; Path=/; HttpOnly", "2", id="set"),
        pytest.param("sid=a=b==; Secure", "a=b==", id="equals-in-the-value"),
        pytest.param('sid="2"', '"2"', id="quotes-are-part-of-it"),
        pytest.param(" sid = 2 ;Max-Age=60", "2", id="blanks"),
        pytest.param("sid=2; Max-Age=0", None, id="max-age-zero"),
        pytest.param("sid=2; max-age=-1", None, id="max-age-below-zero"),
        pytest.param("sid=2; Max-Age=" + "9" * 5000, "2", id="max-age-enormous"),
        pytest.param("sid=2; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None, id="max-age-senseless"),
        pytest.param("sid=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None, id="expired"),
        pytest.param("sid=2; expires=Thu, 01-Jan-1970 00:00:01 GMT", None, id="expired-old-form"),
        pytest.param("sid=2; Expires=Sat, 21 Nov 2026 01:14:25 GMT", None, id="expired-by-the-answer's-own-clock"),
        pytest.param("sid=2; Expires=Sat, 21 Nov 2026 01:14:27 GMT", "2", id="not-yet-expired"),
        pytest.param("sid=2; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "2", id="max-age-counts-first"),
        pytest.param("sid=2; Expires=next week", "2", id="senseless-date"),
        pytest.param("sid=; Path=/", None, id="emptied"),
        pytest.param('sid=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax', None, id="emptied-in-quotes"),
        pytest.param("other=1", "1", id="another-one"),
        pytest.param("nonsense", "1", id="no-name"),
        pytest.param("=2", "1", id="empty-name"),
    ],
)
def test_a_cookie_is_kept_until_it_is_deleted(field: str, left: str | None) -> None:
    """A session that keeps a deleted cookie would find a logout without effect."""
    after = kept({"sid": Secret("1")}, answer(DATE, ("Set-Cookie", field)))

    assert after.get("sid") == (left and Secret(left))


def test_the_last_word_on_a_cookie_counts() -> None:
    both = answer(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Set-Cookie", "a=; Max-Age=0"))

    assert live_cookies(both) == {"b": "2"}
    assert kept({"a": Secret("0"), "c": Secret("3")}, both) == {"b": Secret("2"), "c": Secret("3")}


def test_attributes_are_read_for_the_checks_on_them() -> None:
    field = "sid=2; Path=/; HTTPONLY; SameSite=Lax; Expires=Sat, 21 Nov 2026 01:14:25 GMT"

    assert set_cookies(answer(("Set-Cookie", field)))[0].attributes == {
        "path": "/",
        "httponly": "",
        "samesite": "Lax",
        "expires": "Sat, 21 Nov 2026 01:14:25 GMT",
    }


@settings(deadline=None, database=None)
@given(st.text(), st.text())
def test_no_set_cookie_field_breaks_the_reader(field: str, date: str) -> None:
    kept({}, answer(("Date", date), ("Set-Cookie", field), ("Set-Cookie", f"a=1; Expires={date}")))


def body_of(*puts: tuple[str, Any]) -> Any:
    draft = Draft()
    for place, value in puts:
        draft.put(place, value)
    return draft.body


@pytest.mark.parametrize(
    ("puts", "body"),
    [
        pytest.param(
            [("/user/name", "ada"), ("/user/pass", Secret("x"))], {"user": {"name": "ada", "pass": "x"}}, id="nested"
        ),
        pytest.param([("/a~1b", 1), ("/c~0d", None)], {"a/b": 1, "c~d": None}, id="escapes"),
        pytest.param([("/list/0/name", "ada")], {"list": {"0": {"name": "ada"}}}, id="a-number-is-a-name"),
        pytest.param(
            [("/list", [{"Name": "email"}, "x"]), ("/list/0/Value", "ada"), ("/list/1", "y")],
            {"list": [{"Name": "email", "Value": "ada"}, "y"]},
            id="a-number-within-an-array-that-stands-there",
        ),
        pytest.param([("/a", 1), ("/b", 2), ("/a", OMIT)], {"b": 2}, id="omitted"),
        pytest.param([("/a", OMIT)], {}, id="nothing-left"),
        pytest.param([("/list", [1, 2]), ("/list/0", OMIT)], {"list": [2]}, id="an-element-omitted"),
        pytest.param([("/a", {"b": [Secret("x"), 1]})], {"a": {"b": ["x", 1]}}, id="secrets-at-any-depth"),
        pytest.param([], None, id="no-body"),
    ],
)
def test_a_member_is_put_where_its_pointer_says(puts: list[tuple[str, Any]], body: Any) -> None:
    assert body_of(*puts) == body


@pytest.mark.parametrize(
    ("puts", "message"),
    [
        ([("/a", 1), ("/a/b", 2)], "nothing can be put at '/a/b': a value stands at 'a' already"),
        ([("/a", [1]), ("/a/1", 2)], "nothing can be put at '/a/1': the array has 1 elements, not one at '1'"),
        ([("/a", []), ("/a/x/y", 2)], "nothing can be put at '/a/x/y': the array has 0 elements, not one at 'x'"),
        (
            [("body:x", 1)],
            "'body:x' is no place. Valid: /json/pointer, header:NAME, cookie:NAME, query:NAME, path:NAME.",
        ),
    ],
)
def test_a_member_that_has_no_room_is_an_error(puts: list[tuple[str, Any]], message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        body_of(*puts)
    assert str(caught.value) == message


def test_a_constant_is_not_changed_by_what_is_put_into_it() -> None:
    """It stands in the target file's value, which every later request is built from."""
    constant = [{"Name": "email"}]
    body_of(("/list", constant), ("/list/0/Value", "ada"))

    assert constant == [{"Name": "email"}]


def test_headers_and_cookies_replace_and_vanish() -> None:
    draft = Draft(cookies={"sid": "1", "rt": "2"})
    for place, value in (("header:X-A", "1"), ("header:x-a", 2), ("header:X-B", True), ("header:X-B", OMIT)):
        draft.put(place, value)
    draft.put("cookie:sid", Secret("forged"))
    draft.put("cookie:rt", OMIT)

    assert (draft.headers, draft.cookies) == ({"x-a": ("x-a", "2")}, {"sid": "forged"})

"""Registration, login, profile and administration of the reference, by direct requests."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from suites.selftest.reference import PASSWORD, Reference, in_parallel

ASTRAL = [chr(0x1F600 + number) for number in range(15)]


def test_a_new_account_has_the_defaults_and_logs_in(reference: Reference) -> None:
    email = f"New-{uuid.uuid4().hex}@example.com"

    created = reference.call("POST", "/auth/register", {"email": email, "password": PASSWORD, "displayName": "Ada"})
    signed_in = reference.login(email.upper())
    shown = reference.me(signed_in.json()["accessToken"])
    by_id = reference.call("GET", f"/users/{created.json()['id']}", token=signed_in.json()["accessToken"])

    assert (created.status_code, signed_in.status_code) == (201, 200)
    assert created.headers["location"] == f"/api/v1/users/{created.json()['id']}"
    assert created.json() | {"id": "", "createdAt": ""} == {
        "id": "",
        "email": email,
        "displayName": "Ada",
        "role": "user",
        "disabled": False,
        "mfaEnabled": False,
        "createdAt": "",
    }
    assert created.json() == signed_in.json()["user"] == shown.json() == by_id.json()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"email": None}, "/email", "type"),
        ({"email": ["a@example.com"]}, "/email", "type"),
        ({"email": " ada@example.com "}, "/email", "format"),
        ({"email": "ada@example.com\n"}, "/email", "format"),
        ({"email": "a\0da@example.com"}, "/email", "format"),
        ({"email": ...}, "/email", "required"),
        ({"password": 12345678901234567890}, "/password", "type"),
        ({"password": "x" * 14}, "/password", "too-short"),
        ({"password": "".join(ASTRAL[:14])}, "/password", "too-short"),
        ({"password": "e\u0301" * 8}, "/password", "too-short"),
        ({"password": "y7" * 65}, "/password", "too-long"),
        ({"password": "passwordpassword"}, "/password", "common-password"),
        ({"password": "authproof-12345678"}, "/password", "common-password"),
        ({"password": "grace.hopper2026", "email": "grace.hopper@example.com"}, "/password", "common-password"),
        ({"displayName": "a\0b"}, "/displayName", "not-text"),
        ({"displayName": ""}, "/displayName", "too-short"),
        ({"role": "admin"}, "/role", "unknown-member"),
        ({"mfaEnabled": True}, "/mfaEnabled", "unknown-member"),
        ({"profile": {"role": "admin"}}, "/profile", "unknown-member"),
    ],
)
def test_a_faulty_registration_is_refused_by_member_and_never_repeated(
    reference: Reference, change: dict[str, Any], pointer: str, code: str
) -> None:
    sent = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": PASSWORD, **change}
    sent = {name: value for name, value in sent.items() if value is not ...}

    answer = reference.call("POST", "/auth/register", sent)

    assert answer.status_code == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("member", ["email", "password", "displayName"])
def test_an_unpaired_surrogate_is_refused_by_member(reference: Reference, member: str) -> None:
    sent = {"email": '"ada@example.com"', "password": f'"{PASSWORD}"', "displayName": '"Ada"'}
    sent[member] = '"an \\ud800 unpaired surrogate"'
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in sent.items()) + "}"

    answer = reference.raw("POST", "/auth/register", body.encode())

    assert answer.status_code == 422
    assert (f"/{member}", "not-text") in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    "password",
    [
        "k7" * 7 + "k",
        "".join(ASTRAL),
        "z0" * 32,
        "  two blanks around it  ",
        "0418 5521 9937 64",
        "совсем другая фраза",
        "päßwörter mit ümlauten",
        "nul \0 and more after it",
        "q9ß" * 42,
        "a password in a phrase",
    ],
    ids=ascii,
)
def test_any_long_enough_password_works_whole_and_unchanged(reference: Reference, password: str) -> None:
    email = reference.register(password=password)

    changed = [password.upper(), password + " ", password + "\0x", password[:-1], password.strip()]
    refused = [reference.login(email, other).status_code for other in changed[:4] if other != password]

    assert set(refused) == {401}
    assert reference.login(email, password).status_code == 200


@pytest.mark.parametrize(("registered", "typed"), [("\u00e9" * 15, "e\u0301" * 15), ("e\u0301" * 15, "\u00e9" * 15)])
def test_composed_and_decomposed_forms_are_one_password(reference: Reference, registered: str, typed: str) -> None:
    assert reference.login(reference.register(password=registered), typed).status_code == 200


def test_a_taken_address_is_409_in_any_letter_case_and_the_first_password_stays(reference: Reference) -> None:
    email = reference.register()
    other = {"email": email.upper(), "password": "another quite long phrase"}

    answer = reference.call("POST", "/auth/register", other)

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:authproof:problem:email-taken")
    assert reference.login(email).status_code == 200
    assert reference.login(email, other["password"]).status_code == 401


def test_of_twenty_parallel_registrations_one_succeeds(reference: Reference) -> None:
    email = f"u-{uuid.uuid4().hex}@example.com"
    bodies = [{"email": email, "password": f"{PASSWORD} {number}"} for number in range(20)]

    statuses = in_parallel(lambda n: reference.call("POST", "/auth/register", bodies[n]).status_code, 20)

    assert sorted(statuses) == [201] + [409] * 19
    assert reference.login(email, bodies[statuses.index(201)]["password"]).status_code == 200


def test_unknown_address_wrong_password_and_disabled_account_are_answered_alike(reference: Reference) -> None:
    known, disabled = reference.register(), reference.tokens()["user"]
    reference.sql("UPDATE identities SET disabled = 1 WHERE user_id = ?", disabled["id"])

    answers = [
        reference.login(known, "not the right password"),
        reference.login("nobody@example.net"),
        reference.login(disabled["email"]),
        reference.login("odd \0 text, no address at all"),
    ]

    seen = [(answer.status_code, fixed(answer.json()), list(answer.headers), answer.headers["www-authenticate"])
            for answer in answers]  # fmt: skip
    assert seen[0][0] == 401
    assert seen == [seen[0]] * 4


def fixed(body: dict[str, Any]) -> dict[str, Any]:
    """Return *body* without its request identifier."""
    return {name: value for name, value in body.items() if name != "requestId"}


@pytest.mark.parametrize("value", [True, 0, ["x"], {"$ne": ""}, None])
@pytest.mark.parametrize("member", ["email", "password"])
def test_credentials_that_are_no_text_are_refused_by_member(reference: Reference, member: str, value: Any) -> None:
    answer = reference.call("POST", "/auth/login", {"email": "a@b.example", "password": "x", member: value})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{member}")


def test_a_name_can_be_changed_and_cleared_and_nothing_else_can(reference: Reference) -> None:
    token = reference.tokens()["accessToken"]

    named = reference.call("PATCH", "/users/me", {"displayName": "Countess \U0001f600"}, token=token)
    cleared = reference.call("PATCH", "/users/me", {"displayName": None}, token=token)
    refused = [
        reference.call("PATCH", "/users/me", body, token=token).status_code
        for body in ({"role": "admin"}, {"email": "x@example.com"}, {"displayName": "x", "disabled": False}, {})
    ]

    assert (named.json()["displayName"], cleared.json()["displayName"]) == ("Countess \U0001f600", None)
    assert refused == [422] * 4
    assert reference.me(token).json() == cleared.json()


def test_a_password_change_needs_the_current_one_and_ends_the_other_sessions(reference: Reference) -> None:
    email = reference.register()
    here, there = reference.tokens(email), reference.tokens(email)
    new = "another quite long phrase"

    def change(current: str, wanted: str) -> int:
        body = {"currentPassword": current, "newPassword": wanted}
        return reference.call("POST", "/users/me/password", body, token=here["accessToken"]).status_code

    assert [change("wrong", new), change(PASSWORD, "short"), change(PASSWORD, new)] == [403, 422, 204]
    assert (reference.login(email).status_code, reference.login(email, new).status_code) == (401, 200)
    assert (reference.me(here["accessToken"]).status_code, reference.me(there["accessToken"]).status_code) == (200, 401)
    assert reference.refresh(there["refreshToken"]).status_code == 401


def test_only_an_admin_sees_and_changes_others(reference: Reference) -> None:
    admin, user, other = reference.admin(), reference.tokens(), reference.tokens()["user"]["id"]

    def statuses(token: str) -> list[int]:
        return [
            reference.call("GET", "/admin/users?limit=1", token=token).status_code,
            reference.call("PATCH", f"/admin/users/{other}", {"role": "user"}, token=token).status_code,
            reference.call("PATCH", f"/admin/users/{other}", {"role": 7}, token=token).status_code,
            reference.call("PATCH", f"/admin/users/{uuid.uuid4()}", {"role": "user"}, token=token).status_code,
            reference.call("GET", f"/users/{other}", token=token).status_code,
            reference.call("GET", f"/users/{uuid.uuid4()}", token=token).status_code,
        ]

    assert statuses(user["accessToken"]) == [403] * 6
    assert statuses(admin["accessToken"]) == [200, 200, 422, 404, 200, 404]
    assert statuses("") == [401] * 6


def test_pages_of_users_cover_all_of_them_once(reference: Reference) -> None:
    token = reference.admin()["accessToken"]
    made = {reference.tokens()["user"]["id"] for _ in range(3)}
    seen: list[str] = []
    after = ""
    while after is not None:
        page = reference.call("GET", f"/admin/users?limit=7{after and '&after=' + after}", token=token).json()
        seen += [user["id"] for user in page["users"]]
        after = page["next"]

    assert made <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("limit", ["0", "101", "1.5", "1_0", "%D9%A5", "+5", " 5", "x", ""])
def test_a_page_size_that_is_no_number_in_range_is_refused_by_name(reference: Reference, limit: str) -> None:
    answer = reference.call("GET", f"/admin/users?limit={limit}", token=reference.admin()["accessToken"])

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:limit")


def test_a_lost_role_and_a_disabled_account_count_at_once(reference: Reference) -> None:
    first, second, user = reference.admin(), reference.admin(), reference.tokens()

    def change(user_id: str, **members: Any) -> int:
        return reference.call("PATCH", f"/admin/users/{user_id}", members, token=first["accessToken"]).status_code

    assert change(second["user"]["id"], role="user") == 200
    assert reference.call("GET", "/admin/users", token=second["accessToken"]).status_code == 403
    assert change(user["user"]["id"], disabled=True) == 200
    assert reference.me(user["accessToken"]).status_code == 401
    assert reference.refresh(user["refreshToken"]).status_code == 401
    assert reference.login(user["user"]["email"]).status_code == 401
    assert change(user["user"]["id"], disabled=False) == 200
    assert reference.login(user["user"]["email"]).status_code == 200
    assert reference.me(user["accessToken"]).status_code == 401

"""How the reference slows guessing, by direct requests."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
import uuid
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from suites.selftest.reference import DEADLINE_S, PASSWORD, Reference, serving
from suites.selftest.test_reference_http import connected

WRONG = "not the right password"


def fresh() -> str:
    """Return an address that nobody has."""
    return f"nobody-{uuid.uuid4().hex}@example.com"


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_after_five_failures_right_and_wrong_passwords_get_the_same_429(reference: Reference, known: bool) -> None:
    email, other = reference.register() if known else fresh(), reference.register()

    failures = [reference.login(email, WRONG).status_code for _ in range(5)]
    wrong, right = reference.login(email, WRONG), reference.login(email, PASSWORD)

    assert failures == [401] * 5
    assert (wrong.status_code, right.status_code, wrong.json()["type"]) == (429, 429, "urn:authproof:problem:throttled")
    assert wrong.json() | {"requestId": ""} == right.json() | {"requestId": ""}
    assert 890 <= int(right.headers["retry-after"]) <= 900
    assert reference.login(other).status_code == 200


def test_a_success_clears_the_failures_before_it(reference: Reference) -> None:
    email = reference.register()

    tried = [WRONG] * 4 + [PASSWORD] + [WRONG] * 4 + [PASSWORD]
    assert [reference.login(email, password).status_code for password in tried] == [401] * 4 + [200] + [401] * 4 + [200]


def test_neither_spelling_nor_headers_escape_the_count(reference: Reference) -> None:
    email = reference.register()
    spellings = [email, email.upper(), f" {email} ", email.title(), email.replace("u", "\uff55", 1), f"\t{email}"]

    statuses = [
        reference.call(
            "POST",
            "/auth/login",
            {"email": spelling, "password": WRONG},
            x_forwarded_for=f"192.0.2.{number}",
            forwarded=f"for=192.0.2.{number}",
        ).status_code
        for number, spelling in enumerate(spellings)
    ]

    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize("right", [0, 3, 20])
def test_a_burst_gets_no_more_guesses_than_the_limit(reference: Reference, right: int) -> None:
    email = reference.register()
    passwords = [PASSWORD if number == right else WRONG for number in range(40)]

    statuses = released_together(reference, [{"email": email, "password": password} for password in passwords])

    assert len(statuses) == 40
    assert len([status for status in statuses if status != 429]) <= 5


def test_a_right_guess_that_is_over_before_the_others_of_its_burst_gives_them_no_more(reference: Reference) -> None:
    email = reference.register()
    passwords = [PASSWORD, *[WRONG] * 7]

    statuses = released_together(reference, [{"email": email, "password": each} for each in passwords], alone=1)

    assert sorted(statuses) == [200] + [401] * 4 + [429] * 3
    assert [reference.login(email, WRONG).status_code for _ in range(2)] == [401, 429]


def released_together(reference: Reference, logins: list[dict[str, str]], *, alone: int = 0) -> list[int]:
    """
    Send *logins* over separate connections, all but their last bytes, then those; return the statuses.

    The first *alone* of them get their last byte, and are answered, before the others do.
    """
    links = [connected(reference) for _ in logins]
    try:
        bodies = [json.dumps(login).encode() for login in logins]
        for link, body in zip(links, bodies, strict=True):
            head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            link.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:-1])
        reference.call("GET", "/health/live")
        statuses = []
        for some in (slice(0, alone), slice(alone, None)):
            for link, body in zip(links[some], bodies[some], strict=True):
                link.sendall(body[-1:])
            statuses += [int(link.recv(65_536).split()[1]) for link in links[some]]
        return statuses
    finally:
        for link in links:
            link.close()


def test_a_wrong_current_password_counts_as_a_failed_login(reference: Reference) -> None:
    email = reference.register()
    token = reference.tokens(email)["accessToken"]
    body = {"currentPassword": WRONG, "newPassword": "another quite long phrase"}

    statuses = [reference.call("POST", "/users/me/password", body, token=token).status_code for _ in range(6)]

    assert statuses == [403] * 5 + [429]
    assert reference.login(email).status_code == 429


def test_the_wait_that_is_announced_is_true_and_polling_does_not_prolong_it() -> None:
    with serving("--login-limit", "2", "--login-window-s", "2") as reference:
        email = reference.register()
        [reference.login(email, WRONG) for _ in range(2)]

        waits = [int(reference.login(email, WRONG).headers["retry-after"]) for _ in range(4)]
        time.sleep(waits[0])

        assert waits == sorted(waits, reverse=True)
        assert reference.login(email).status_code == 200


@pytest.mark.parametrize("password", [PASSWORD, WRONG], ids=["right", "wrong"])
def test_a_login_that_ends_in_503_gives_its_guess_back_at_once(password: str) -> None:
    with serving("--control") as reference:
        email = reference.register()
        for _ in range(6):  # the guess is reserved, and then the store fails: it can be neither counted nor given back
            reference.control("POST", "/store", {"fault": "unreachable", "calls": "writes", "skip": 1})
            assert reference.login(email, password).status_code == 503
        reference.control("POST", "/store", {"fault": None})

        failures = [reference.login(email, WRONG).status_code for _ in range(4)]
        assert (failures, reference.login(email).status_code) == ([401] * 4, 200)


def test_guesses_that_a_killed_server_was_at_are_free_again_when_the_429_says_so(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as reference:
        email = reference.register()
    (tmp_path / "secret").write_text("a secret of the service", "utf-8")
    with socket.create_server(("127.0.0.1", 0), backlog=5) as silent:
        there = f"http://127.0.0.1:{silent.getsockname()[1]}"
        upstream = ["--upstream", there, "--upstream-id", "api", "--upstream-secret-file", str(tmp_path / "secret")]
        with serving(*upstream, folder=tmp_path) as reference:
            for _ in range(5):
                threading.Thread(target=_cut_short, args=(reference, email), daemon=True).start()
            _wait_for_slots(tmp_path, 5)
            reference.kill()
    with serving("--control", folder=tmp_path) as reference:
        refused = reference.login(email)
        wait = int(refused.headers["retry-after"])
        reference.control("POST", "/clock", {"advanceSeconds": wait})

        assert (refused.status_code, reference.login(email).status_code) == (429, 200)
        assert wait <= 60


def _cut_short(reference: Reference, email: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{reference.url}/api/v1/auth/login", json={"email": email, "password": PASSWORD}, trust_env=False)


def _wait_for_slots(folder: Path, count: int) -> None:
    """Return when *count* guesses are reserved in the store of *folder*."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(folder / "auth.sqlite", timeout=10)) as store:
            if sum(len(json.loads(slots)) for (slots,) in store.execute("SELECT slots FROM attempts")) == count:
                return
        time.sleep(0.01)
    raise AssertionError(f"not {count} guesses within {DEADLINE_S:.0f} s")


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_too_many_failures_in_a_row_call_for_recovery(known: bool) -> None:
    with serving("--login-limit", "0", "--login-consecutive-limit", "7") as reference:
        email = reference.register() if known else fresh()

        kinds = [reference.login(email, WRONG).json()["type"].rpartition(":")[2] for _ in range(8)]
        right = reference.login(email)

    assert kinds == ["invalid-credentials"] * 7 + ["recovery-required"]
    assert (right.status_code, right.json()["type"]) == (401, "urn:authproof:problem:recovery-required")


def test_each_peer_address_has_its_limits() -> None:
    options = ["--source-register-limit", "2", "--source-login-failure-limit", "3", "--source-refresh-limit", "2"]
    with serving(*options) as reference:
        body = reference.tokens()
        reference.register()
        registered = reference.call("POST", "/auth/register", {"email": fresh(), "password": PASSWORD})
        refreshed = [reference.refresh(body["refreshToken"]).status_code for _ in range(3)]
        sprayed = [reference.login(fresh(), WRONG).status_code for _ in range(4)]

    assert (registered.status_code, refreshed, sprayed) == (429, [200, 401, 429], [401, 401, 401, 429])
    assert 890 <= int(registered.headers["retry-after"]) <= 900

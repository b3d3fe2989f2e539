"""The reference in front of an identity service that fails in every way it can."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from suites.selftest.identity_stub import SAID, Stub, failed, identity_entry, identity_stub
from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving

QUICK = ("--upstream-connect-timeout-s", "0.3", "--upstream-read-timeout-s", "0.3", "--upstream-budget-s", "0.6")
PATIENT = ("--upstream-outage-limit", "1000")


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with identity_stub() as running:
        yield running


@pytest.fixture(scope="module")
def server(stub: Stub) -> Iterator[Reference]:
    """A production server whose circuit does not open, so that every login really asks."""
    with serving("--control", "--debug-contract", *stub.options, *QUICK, *PATIENT) as running:
        yield running


@pytest.fixture(autouse=True)
def in_good_health(stub: Stub) -> Iterator[None]:
    yield
    if stub.process.poll() is None:
        stub.mode("ok")


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_accounts_are_known_in_both_places_and_passwords_stay_in_step(server: Reference, stub: Stub) -> None:
    users = stub.control()["users"]
    email = server.register()
    tokens = server.tokens(email)
    assert stub.control()["users"] == users + 1
    change = {"currentPassword": PASSWORD, "newPassword": "a quite different phrase"}

    changed = server.call("POST", "/users/me/password", change, token=tokens["accessToken"])

    assert changed.status_code == 204
    assert [server.login(email, password).status_code for password in (PASSWORD, change["newPassword"])] == [401, 200]
    server.call("POST", "/auth/password-reset", {"email": email})
    token = server.control("GET", "/outbox", recipient=email)["mails"][0]["token"]
    reset = server.call("POST", "/auth/password-reset/confirm", {"token": token, "newPassword": PASSWORD})
    assert (reset.status_code, server.login(email).status_code) == (204, 200)
    eventually(lambda: stub.control()["users"] == users + 1)


@pytest.mark.parametrize("mode", ["reject-400", "reject-401", "reject-401-bare", "reject-403", "reject-404"])
def test_a_refusal_of_the_user_is_the_users_401_however_it_is_worded(server: Reference, stub: Stub, mode: str) -> None:
    email = server.register()
    locally_wrong = server.login(email, "not the password")
    stub.mode(mode)

    refused = server.login(email)

    assert (refused.status_code, refused.json()["type"]) == (401, "urn:authproof:problem:invalid-credentials")
    assert refused.headers["www-authenticate"] == locally_wrong.headers["www-authenticate"]
    assert identity_entry(server) == {"name": "identity-service", "status": "up"}


@pytest.mark.parametrize("mode", ["refuse-service", "refuse-service-401"])
def test_a_refusal_of_the_service_is_no_wrong_password(server: Reference, stub: Stub, mode: str) -> None:
    email = server.register()
    stub.mode(mode)

    failed(server.login(email), "refused-us")

    assert identity_entry(server) == {"name": "identity-service", "status": "down", "cause": "authentication"}


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *((mode, "senseless-answer") for mode in ("html", "html-401", "cut-json", "empty", "null", "redirect")),
        *((mode, "senseless-answer") for mode in ("missing-member", "wrong-types")),
        *((mode, "failing") for mode in ("500", "503")),
        *((mode, "timeout") for mode in ("slow", "silent", "drip")),
        *((mode, "unavailable") for mode in ("reset", "reset-in-body")),
    ],
)
def test_each_fault_is_503_of_its_kind_after_one_call(server: Reference, stub: Stub, mode: str, kind: str) -> None:
    email = server.register()
    stub.mode(mode)

    for _ in range(2):
        failed(server.login(email), kind)

    assert stub.calls == {"POST /verify": 2}
    stub.mode("ok")
    assert server.login(email).status_code == 200


def test_no_outage_is_a_wrong_guess_and_a_wrong_password_is_wrong_in_one(server: Reference, stub: Stub) -> None:
    email = server.register()
    stub.mode("reset")
    for _ in range(6):
        failed(server.login(email), "unavailable")
    wrong = server.login(email, "not the password")

    assert (wrong.status_code, wrong.json()["type"]) == (401, "urn:authproof:problem:invalid-credentials")
    assert stub.calls == {"POST /verify": 6}
    stub.mode("ok")
    assert server.login(email).status_code == 200


def test_other_operations_answer_while_logins_wait(server: Reference, stub: Stub) -> None:
    email = server.register()
    token = server.tokens(email)["accessToken"]
    stub.mode("silent")

    def ask(n: int) -> tuple[int, float]:
        asked_at = time.monotonic()
        status = server.login(email).status_code if n else server.me(token).status_code
        return status, time.monotonic() - asked_at

    answers = in_parallel(ask, 5)

    assert [status for status, _ in answers] == [200, 503, 503, 503, 503]
    assert answers[0][1] < min(elapsed for _, elapsed in answers[1:])


@pytest.mark.parametrize("mode", ["silent", "reset", "500", "html", "refuse-service"])
def test_a_registration_that_failed_there_can_be_repeated(server: Reference, stub: Stub, mode: str) -> None:
    body = {"email": f"again-{mode}@example.com", "password": PASSWORD}
    stub.mode(mode)
    assert server.call("POST", "/auth/register", body).status_code == 503
    assert server.login(body["email"]).status_code == 401
    stub.mode("ok")

    assert server.call("POST", "/auth/register", body).status_code == 201
    assert server.login(body["email"]).status_code == 200


def test_a_registration_that_failed_here_is_undone_there(server: Reference, stub: Stub) -> None:
    email, users = "undone@example.com", stub.control()["users"]
    server.control("POST", "/store", {"fault": "failure", "calls": "writes", "skip": 0, "at": "commit"})
    assert server.call("POST", "/auth/register", {"email": email, "password": PASSWORD}).status_code == 503
    server.control("POST", "/store", {"fault": None})

    eventually(lambda: stub.control()["users"] == users)
    server.register(email)
    assert server.login(email).status_code == 200


@pytest.mark.parametrize("mode", ["silent", "reset", "500"])
def test_a_password_change_that_failed_leaves_the_old_password_in_both_places(
    server: Reference, stub: Stub, mode: str
) -> None:
    email = server.register()
    token = server.tokens(email)["accessToken"]
    stub.mode(mode)
    change = {"currentPassword": PASSWORD, "newPassword": "a quite different phrase"}
    assert server.call("POST", "/users/me/password", change, token=token).status_code == 503
    stub.mode("ok")

    assert [server.login(email, password).status_code for password in (PASSWORD, change["newPassword"])] == [200, 401]
    assert server.call("POST", "/users/me/password", change, token=token).status_code == 204
    assert [server.login(email, password).status_code for password in (PASSWORD, change["newPassword"])] == [401, 200]


def test_under_a_lasting_outage_answers_come_at_once_and_recovery_needs_no_restart(stub: Stub) -> None:
    options = ("--upstream-outage-limit", "3", "--retry-after-s", "2", "--control")
    with serving(*options, *stub.options, *QUICK) as server:
        email = server.register()
        stub.mode("silent")
        for _ in range(10):
            failed(server.login(email), "timeout")
        assert stub.calls == {"POST /verify": 3}
        assert identity_entry(server) == {"name": "identity-service", "status": "down", "cause": "timeout"}
        stub.mode("ok")
        failed(server.login(email), "timeout")

        server.control("POST", "/clock", {"advanceSeconds": 2})

        assert server.login(email).status_code == 200
        assert identity_entry(server) == {"name": "identity-service", "status": "up"}


def test_of_many_callers_one_tries_whether_the_outage_is_over(stub: Stub) -> None:
    options = ("--upstream-outage-limit", "3", "--retry-after-s", "2", "--control", "--login-limit", "0")
    with serving(*options, *stub.options, *QUICK) as server:
        email = server.register()
        stub.mode("silent")
        for _ in range(3):
            failed(server.login(email), "timeout")
        stub.mode("silent")
        server.control("POST", "/clock", {"advanceSeconds": 2})

        answers = in_parallel(lambda _: server.login(email).status_code, 8)

        assert answers == [503] * 8
        assert stub.calls == {"POST /verify": 1}


@pytest.mark.parametrize(("environment", "attempts"), [("production", 1), ("staging", 3)])
def test_only_staging_tries_again_and_only_where_nothing_can_have_happened(environment: str, attempts: int) -> None:
    with identity_stub() as stub:
        options = ("--environment", environment, "--control", "--upstream-outage-limit", "1000")
        with serving(*options, *stub.options) as server:
            email = server.register()
            stub.mode("reset")
            assert server.login(email).json()["type"] == SAID + "unavailable"
            assert stub.calls == {"POST /verify": 1}
            stub.stop()
            before = server.control("GET", "/counters")["identityServiceCalls"]

            refused = server.login(email)

            assert ("debug" in refused.json()) == (environment == "staging")
            assert (refused.status_code, refused.json()["type"]) == (503, SAID + "unavailable")
            assert server.control("GET", "/counters")["identityServiceCalls"] - before == attempts
            assert identity_entry(server) == {"name": "identity-service", "status": "down", "cause": "unreachable"}
            assert server.call("GET", "/health/live").status_code == 200


def test_staging_says_what_lies_behind_a_fault_and_the_log_says_it_everywhere(stub: Stub) -> None:
    with serving("--environment", "staging", "--debug-contract", *stub.options, *QUICK) as server:
        email = server.register()
        stub.mode("html")
        assert server.login(email).json()["debug"] == "UpstreamFault: 200 with a body that is not JSON"
        stub.mode("silent")
        assert server.login(email).json()["debug"].startswith("UpstreamFault: ReadTimeout: , from ReadTimeout: ")
        faults = [line["problem"] for line in server.log if line["event"] == "fault"]

    assert faults == ["identity-service-senseless-answer", "identity-service-timeout"]

"""Which exchanges a repro script repeats, where it has its values from, and what it says about itself."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from contract.answers import Answer, Request
from contract.secret import Secret
from contract.targets.contract_speech import operations
from contract.targets.model import PreparedAccount, Target
from suites.rig.derivation import made_up
from suites.rig.repro import save, script
from suites.rig.repro.relations import NAMES, as_expression, shape_of

URL = "http://api.test/api/v1"
TARGET = Target("made up", URL, operations=operations())
PATHS = {"registerUser": "/auth/register", "loginUser": "/auth/login", "refreshToken": "/auth/refresh",
         "getCurrentUser": "/users/me", "requestPasswordReset": "/auth/password-reset",
         "confirmPasswordReset": "/auth/password-reset/confirm", "getUser": "/users/"}  # fmt: skip


class Talk:
    """Made-up exchanges, one after another, 0.1 s each."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.now_s = 1000.0

    def say(
        self, operation: str, status: int, body: Any = None, answer: Any = None, *, token: str = "", path: str = ""
    ) -> Answer:
        """Add an exchange; *body* and *answer* go as JSON."""
        method = "GET" if operation.startswith("get") else "POST"
        headers = [("Authorization", f"Bearer {token}")] if token else []
        headers += [("Content-Type", "application/json")] if body is not None else []
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, f"{URL}{PATHS[operation]}{path}", tuple(headers), content, operation)
        said = b"" if answer is None else json.dumps(answer).encode()
        self.answers.append(Answer(request, status, (), said, sent_at_s=self.now_s, elapsed_s=0.1))
        self.now_s += 0.1
        return self.answers[-1]

    def account(self, name: str) -> tuple[str, str, str]:
        """Register and log in; return address, access token and refresh token."""
        email, password = f"{name}.1@main-abc123.example.com", made_up(f"{name} lanterns drift 3fa9A7!")
        Secret(password)
        access, refresh = f"access-token-0-of-{name}", f"refresh-token-0-of-{name}"
        Secret(access), Secret(refresh)
        self.say("registerUser", 201, {"email": email, "password": password}, {"id": f"id-of-{name}"})
        answer = {"accessToken": access, "refreshToken": refresh}
        self.say("loginUser", 200, {"email": email, "password": password}, answer)
        return email, access, refresh


def text_of(exchanges: Sequence[Answer], *, requirement: str = "SESS-02", target: Target = TARGET, **more: Any) -> str:
    """Return the script whose answer at fault is the last one."""
    text = script(requirement, "It holds.", "one", "another", exchanges, exchanges[-1], target, **more)
    assert not [secret for secret in Secret.known() if len(secret) >= 6 and secret in text]
    return text


def steps_of(text: str) -> list[str]:
    """Return the lines that begin a step or stand between two, without their options."""
    begins = ("send ", "queue ", "race", "for ", "say ", "sleep ", "control ", "  send ", "  queue ")
    return [
        line.removesuffix(" \\").strip() for line in text.rpartition("\n}\n")[2].splitlines() if line.startswith(begins)
    ]


def assigned(text: str, name: str) -> str:
    """Return what the script gives the variable *name*."""
    return next(line for line in text.splitlines() if line.startswith(f"{name}=")).removeprefix(f"{name}=")


def test_accounts_that_have_nothing_to_do_with_it_and_unused_reads_are_left_out() -> None:
    talk = Talk()
    _, access, refresh = talk.account("mary")
    talk.account("bystander")
    talk.say("getCurrentUser", 200, token=access)
    talk.say("refreshToken", 200, {"refreshToken": refresh}, {"refreshToken": "refresh-token-1-of-mary"})
    talk.say("refreshToken", 200, {"refreshToken": refresh})

    assert steps_of(text_of(talk.answers)) == [
        "send 1 201 'register user'",
        "send 2 200 'login user'",
        "send 3 200 'refresh token'",
        "say '4. refresh token, the request at fault:'",
    ]


def test_a_read_is_kept_whose_answer_is_needed() -> None:
    talk = Talk()
    _, access, _ = talk.account("mary")
    talk.say("getCurrentUser", 200, answer={"number": "0f8fad5b-d9cb-469f-a165-70867728950e"}, token=access)
    talk.say("getUser", 404, token=access, path="0f8fad5b-d9cb-469f-a165-70867728950e")

    text = text_of(talk.answers)

    assert steps_of(text)[2] == "send 3 200 'get current user'"
    assert assigned(text, "NUMBER_1") == "$(take 3 /number) || exit 3"
    assert '-X GET "$BASE_URL/users/$NUMBER_1"' in text


def test_where_it_is_about_how_often_all_of_the_test_is_kept_and_repetitions_are_loops() -> None:
    talk = Talk()
    talk.account("mary")
    for number in range(5):
        Secret(f"sprayed password {number}")
        talk.say("loginUser", 401, {"email": f"nobody.{number}@main-abc123.example.com", "password": "a guess"})
    talk.say("loginUser", 401, {"email": "nobody.9@main-abc123.example.com", "password": "a guess"})

    text = text_of(talk.answers, requirement="ABUSE-05")

    assert steps_of(text) == [
        "send 1 201 'register user'",
        "send 2 200 'login user'",
        "for ((i = 1; i <= 5; i++)); do",
        "send \"3.$i\" 401 'login user'",
        "say '4. login user, the request at fault:'",
    ]
    assert "  EACH_EMAIL=repro-$(fresh 00000000000000)@example.com" in text
    assert steps_of(text_of(talk.answers, requirement="LOGIN-02")) == ["say '1. login user, the request at fault:'"]


def test_a_throttled_request_that_was_repeated_is_left_out_with_its_wait() -> None:
    talk = Talk()
    email, _, _ = talk.account("mary")
    for status in (429, 200):
        talk.say("requestPasswordReset", status, {"email": email})
        talk.now_s += 30
    talk.say("requestPasswordReset", 500, {"email": email})

    assert steps_of(text_of(talk.answers, requirement="RESET-01")) == [
        "send 1 201 'register user'",
        "send 2 200 'login user'",
        "send 3 200 'request password reset'",
        "say 'waiting for 30 s, as the test did'",
        "sleep 30",
        "say '4. request password reset, the request at fault:'",
    ]


def test_requests_under_way_together_are_a_race() -> None:
    talk = Talk()
    _, _, refresh = talk.account("mary")
    for _ in range(2):
        talk.say("refreshToken", 200, {"refreshToken": refresh})
    talk.answers[-1] = replace(talk.answers[-1], sent_at_s=talk.answers[-2].sent_at_s + 0.01)

    text = text_of(talk.answers)

    assert steps_of(text)[2:] == ["say '3. refresh token: 2 at one moment'", "queue 3.1", "queue 3.2", "race"]
    assert text.endswith("concluded_race 3 200 'expected: one; the failed test saw: another'\n")


def test_the_clock_is_moved_by_the_command_of_the_target_file_or_by_hand() -> None:
    talk = Talk()
    _, _, refresh = talk.account("mary")
    talk.say("refreshToken", 200, {"refreshToken": refresh})
    command = {"clock": {"driver": "shell", "command": "date -s '{seconds} seconds'"}}

    by_command = text_of(talk.answers, target=replace(TARGET, facilities=command), moves=[(2, 90.0)])
    Secret("s")  # too short to be hidden anywhere
    assert by_command == text_of(talk.answers, target=replace(TARGET, facilities=command), moves=[(2, 90.0)])
    Secret("date -s")
    by_hand = text_of(talk.answers, target=replace(TARGET, facilities=command), moves=[(2, 90.0)])

    assert "sh -c $'date -s \\'90 seconds\\'' >&2 || exit 3" in by_command
    assert "by_hand 'Move the clock of the target forward by 90 s.'\n" in by_hand


@dataclass
class Broken:
    """An outage as the rig records it."""

    dependency: str
    kind: str
    began_s: float
    ended_s: float


def test_a_dependency_is_broken_and_repaired_where_the_test_did_so() -> None:
    talk = Talk()
    _, _, refresh = talk.account("mary")
    began_s = talk.now_s
    talk.say("refreshToken", 503, {"refreshToken": refresh})
    ended_s = talk.now_s
    talk.say("refreshToken", 500, {"refreshToken": refresh})
    database = {"down": "systemctl stop db", "up": "systemctl start db"}
    target = replace(TARGET, facilities={"faults": {"driver": "shell", "dependencies": {"database": database}}})

    repaired = text_of(talk.answers, outages=[Broken("database", "refused", began_s, ended_s)])
    by_command = text_of(talk.answers[:-1], target=target, outages=[Broken("database", "down", began_s, ended_s)])

    assert [line for line in repaired.splitlines() if line.startswith(("by_hand ", "send ", "curl "))] == [
        "send 1 201 'register user' \\",
        "send 2 200 'login user' \\",
        "by_hand 'Break the dependency database of the target: refused.'",
        "send 3 503 'refresh token' \\",
        "by_hand 'Repair the dependency database of the target.'",
        'curl "${CURL[@]}" -i -D "$DIR/4.head" \\',
    ]
    assert by_command.partition("say 'breaking database: down'\n")[2].splitlines()[:2] == [
        "trap $'sh -c \\'systemctl start db\\' >&2; rm -rf \"$DIR\"' EXIT",
        "sh -c 'systemctl stop db' >&2 || exit 3",
    ]
    assert by_command.endswith("sh -c 'systemctl start db' >&2 || exit 3\ntrap 'rm -rf \"$DIR\"' EXIT\n")


def test_what_only_the_tester_has_is_asked_for() -> None:
    account = PreparedAccount("kept@corp.example", Secret("prepared password"))
    facilities: dict[str, dict[str, Any]] = {
        "accounts": {"driver": "", "accounts": (account,)},
        "admin": {"driver": "", "token": Secret("admin-token-1")},
    }
    talk = Talk()
    talk.say("loginUser", 200, {"email": account.email, "password": account.password.reveal()})
    talk.say("getCurrentUser", 500, token="admin-token-1")

    text = text_of(talk.answers, requirement="ABUSE-01", target=replace(TARGET, facilities=facilities))

    assert [line for line in text.splitlines() if line.startswith(": ")] == [
        ': "${ACCOUNT_EMAIL:?set it to the address of an account in [facilities.accounts] of the target file}"',
        ': "${ACCOUNT_PASSWORD:?set it to the password of an account in [facilities.accounts] of the target file}"',
        ': "${ADMIN_TOKEN:?set it to token in [facilities.admin] of the target file}"',
    ]


def test_a_mailed_token_is_asked_for_when_the_mail_is_due() -> None:
    talk = Talk()
    email, _, _ = talk.account("mary")
    talk.say("requestPasswordReset", 202, {"email": email})
    Secret("mailed-token-0123456789")
    talk.say("confirmPasswordReset", 500, {"token": "mailed-token-0123456789", "newPassword": "chosen by the test"})

    text = text_of(talk.answers)

    assert steps_of(text)[2:] == [
        "send 3 202 'request password reset'",
        "say '4. confirm password reset, the request at fault:'",
    ]
    assert "ask TOKEN_1 'the token from the mail that the account got'\n" in text
    assert '"newPassword": "chosen by the test"' in text


@pytest.mark.parametrize(
    ("wanted", "text", "expression"),
    [
        ("MARY.1@X.EXAMPLE", "mary.1@x.example", "t.upper()"),
        ("mArY.1@x.example", "MaRy.1@X.EXAMPLE", "t.swapcase()"),
        ("mary.1@X.EXAMPLE", "mary.1@x.example", 't.partition("@")[0] + "@" + t.partition("@")[2].upper()'),
        ("mary_1_x_example", "mary.1@x.example", 're.sub(r"[^A-Za-z0-9]+", "_", t)'),
        ("Amélie", "Ame\u0301lie", 'unicodedata.normalize("NFC", t)'),
        ("eyJ0.eyJ1.c2lh", "eyJ0.eyJ1.c2ln", 't[:13] + "h"'),
        ("eyJ0.eyJ1.c2l", "eyJ0.eyJ1.c2ln", "t[:-1]"),
        ("a long passphrase", "a long-passphrase", 't[:6] + " " + t[-10:]'),
        ("x" + "y" * 80, "y" * 80, '"x" + t[-80:]'),
        ("something else", "a long passphrase", None),
        ("ab", "abc", None),
    ],
)
def test_a_text_made_of_another_is_found_out(wanted: str, text: str, expression: str | None) -> None:
    assert as_expression(wanted, text) == expression
    if expression:
        assert eval(expression, dict(NAMES), {"t": text}) == wanted


def test_a_shape_keeps_what_is_no_letter_or_digit_of_ascii() -> None:
    assert shape_of("Mary 3fa-É!") == "Aaaa 0aa-É!"


def test_a_second_script_of_a_requirement_has_a_number(tmp_path: Path) -> None:
    paths = [save(tmp_path / "repro", "TOK-06", "# Run it: ./TOK-06.sh\n") for _ in range(3)]

    assert [path.name for path in paths] == ["TOK-06.sh", "TOK-06-2.sh", "TOK-06-3.sh"]
    assert paths[1].read_text() == "# Run it: ./TOK-06-2.sh\n"
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o755 for path in paths)


def test_without_an_exchange_there_is_nothing_to_repeat() -> None:
    with pytest.raises(ValueError, match="TOK-06: nothing was sent, so there is nothing to repeat"):
        script("TOK-06", "It holds.", "", "", [], None, TARGET)

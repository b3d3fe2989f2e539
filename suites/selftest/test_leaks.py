"""Secrets in logs: found however they are written, and not where a number only looks like a code."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from contract.errors import NotTestable
from contract.leaks import connection_strings, leaks
from contract.secret import Secret
from contract.targets.model import Step
from suites.rig import logs as log_files
from suites.rig.judging import Advice
from suites.rig.launch import Instance
from suites.rig.logs import Logs
from suites.selftest.small_targets import LOGIN, URL, speaking

SECRET = 'correct/horse "bättery" ståple'
LINES = '{"time": "2026-11-27T02:00:00Z", "ms": 123456, "requestId": "2f1c7c9e-0000-4000-8000-123456123456"}\n' * 50
WAYS = {
    "raw": SECRET,
    "in a URL": quote(SECRET, safe=""),
    "in a form": quote_plus(SECRET),
    "in JSON": json.dumps({"password": SECRET}),
    "in JSON as it is": json.dumps({"password": SECRET}, ensure_ascii=False),
    "in Python": repr({"password": SECRET}),
    "in Basic credentials": base64.b64encode(f"ada@example.com:{SECRET}".encode()).decode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_found_however_it_is_written(way: str) -> None:
    text = f"{LINES}login failed: {WAYS[way]}\n{LINES}"

    assert [each.secret for each in leaks(text, [SECRET, "another secret, elsewhere"])] == [SECRET]


def test_a_secret_that_no_utf_8_can_hold_is_looked_for_like_any_other() -> None:
    odd = "a lone surrogate \ud800 and more"

    assert [each.secret for each in leaks(LINES + json.dumps({"password": odd}), [odd])] == [odd]


def test_it_is_told_once_and_nothing_is_told_of_a_clean_log() -> None:
    assert len(list(leaks(f"{SECRET}\n" * 3, [SECRET]))) == 1
    assert list(leaks(LINES, [SECRET, "123456", "correct horse"])) == []


@pytest.mark.parametrize("line", ['{"code": "123456"}', "code=123456", "otp: 123456", "'backup_code': '123456'"])
def test_a_code_counts_behind_its_name_alone(line: str) -> None:
    assert [each.secret for each in leaks(f"{LINES}{line}\n", ["123456"])] == ["123456"]


def test_connection_strings_are_found_unless_their_password_is_blanked() -> None:
    text = (
        "connecting to postgresql://auth:s3cret@db.internal:5432/auth, redis://:***@cache, https://api.example:8443/x@y"
    )

    assert [each.secret for each in connection_strings(text)] == ["s3cret"]


BY_URL = Step("POST", "/login", "none", send={"email": "query:mail", "password": "query:pass"})
TYPED = Secret("a password of this very test, 7Q")


def logs_of(tmp_path: Path, text: str, *steps: Step, sent: str = "") -> Logs:
    """Return the log *text* of a target with *steps*, to which a request was *sent*."""
    (tmp_path / "api.log").write_text(text, "utf-8")
    table = {"logs": {"driver": "", "file": "{dir}/api.log"}}
    instance = Instance(speaking(*steps or [LOGIN], facilities=table), folder=tmp_path)
    return Logs(instance, [f"{URL}/{sent}"])


def test_a_secret_of_the_run_is_told_and_not_shown(tmp_path: Path) -> None:
    logs = logs_of(tmp_path, f"{LINES}body: {TYPED.reveal()}\n")

    (violation,) = logs.told_so_far()

    assert violation.actual == "32 characters in line 51, after 'body: '"
    assert TYPED.reveal() not in str(violation)


def test_what_the_run_itself_put_into_an_address_is_not_held_against_the_log(tmp_path: Path) -> None:
    line = f"GET /login?pass={quote(TYPED.reveal())} 405\n"
    sent = f"login?pass={quote(TYPED.reveal())}"

    assert list(logs_of(tmp_path, line, sent=sent).told_so_far()) == []


def test_a_login_by_address_is_judged_apart(tmp_path: Path) -> None:
    line = f"POST /login?pass={quote(TYPED.reveal())} 200\n"
    sent = f"login?pass={quote(TYPED.reveal())}"

    (violation,) = logs_of(tmp_path, line, BY_URL, sent=sent).told_so_far()

    assert isinstance(violation, Advice)


def test_a_log_that_is_not_there_or_does_not_grow_is_a_facility_that_does_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "LONGEST_S", 0.2)
    logs = logs_of(tmp_path, LINES)

    with pytest.raises(NotTestable, match=r"nothing was added in 0\.2 s"):
        logs.grown(LINES)
    (tmp_path / "api.log").unlink()
    with pytest.raises(NotTestable, match=r"api\.log: No such file or directory"):
        logs.text()


def test_a_command_may_print_the_log(tmp_path: Path) -> None:
    printing = {"logs": {"driver": "", "command": "printf 'one line'"}}
    failing = {"logs": {"driver": "", "command": "echo no such container >&2; exit 3"}}

    assert Logs(Instance(speaking(LOGIN, facilities=printing)), []).text() == "one line"
    with pytest.raises(NotTestable, match=r"ended with code 3: \['no such container'\]"):
        Logs(Instance(speaking(LOGIN, facilities=failing)), []).text()

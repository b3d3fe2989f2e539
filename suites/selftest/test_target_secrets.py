"""Secrets in target files: from the environment or a command, and never printed."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from contract.secret import Secret
from contract.targets import secrets
from contract.targets.model import Target
from contract.targets.read import read
from contract.targets.secrets import CommandFailed, run_command

HEAD = 'name = "my-api"\nbase_url = "http://127.0.0.1:1"\n'

EVERYWHERE = """
name = "my-api"
base_url = "https://${HOST}/api"
features = ["registration", "login", "admin", "reset", "jwt"]
speaks = "contract"

[operations.loginUser]
fixed = { "/client" = "${CANARY}", "/nested" = { deep = ["${CANARY}"] } }
headers = { Authorization = "Basic ${CANARY}", X-Command = { command = "print canary" } }

[[operations.registerUser.steps]]
request = "POST /register"
send = { email = "/email", password = "/password" }
fixed = { "/invitation" = { command = "print canary" } }

[registration]
extra = { "/invitation" = "x-${CANARY}" }

[facilities.admin]
email = "admin@example.com"
password = "${CANARY}"
token = { command = "print canary" }
totp_secret = "${CANARY}"

[facilities.accounts]
list = [{ email = "qa@example.com", password = "written-canary", totp_secret = "${CANARY}" }]
file = "accounts.csv"

[facilities.outbox]
driver = "mailpit"
url = "http://127.0.0.1:8025"
auth = "qa:${CANARY}"

[facilities.signing-key]
secret = "written-canary"
alg = "HS256"

[facilities.clock]
driver = "control"
url = "http://127.0.0.1:2"
secret = "${CANARY}"

[transport]
headers = { X-Api-Key = "written-canary" }
proxy = "http://127.0.0.1:3128"
proxy_auth = "qa:${CANARY}"
client_cert = "accounts.csv"
client_key = "accounts.csv"
client_key_passphrase = "${CANARY}"
"""


def target_of(folder: Path, text: str, *, says: str = "", **environ: str) -> Target:
    """Return the target that *text* says, where every command prints *says*."""
    (folder / "my-api.toml").write_text(text)
    return read(folder / "my-api.toml", environ=environ, run_command=lambda _: says)


@pytest.fixture
def everywhere(tmp_path: Path) -> Target:
    """A target with a canary in every place that takes a secret, and in every place that takes anything."""
    (tmp_path / "accounts.csv").write_text("email,password,totp_secret\nqa2@example.com,csv-canary,csv-canary\n")
    return target_of(tmp_path, EVERYWHERE, says="printed-canary\n", HOST="api.example.com", CANARY="variable-canary")


def test_no_secret_is_in_what_a_target_prints(everywhere: Target) -> None:
    """A target ends up in tracebacks, in assertion messages and in parameters of tests."""
    for printed in (repr(everywhere), str(everywhere), f"{everywhere}", repr(everywhere.facilities)):
        assert not re.findall("[a-z]+-canary", printed)


def test_every_secret_can_be_masked_by_value(everywhere: Target) -> None:
    canaries = {"variable-canary", "written-canary", "printed-canary", "csv-canary", "qa:variable-canary"}

    assert canaries <= Secret.known()


def test_the_secrets_are_there_for_who_sends_them(everywhere: Target) -> None:
    (login,) = everywhere.operations["loginUser"].steps
    admin, accounts = everywhere.facilities["admin"], everywhere.facilities["accounts"]["accounts"]

    assert everywhere.base_url == "https://api.example.com/api"
    assert login.headers == {"Authorization": Secret("Basic variable-canary"), "X-Command": Secret("printed-canary")}
    assert login.fixed == {"/client": Secret("variable-canary"), "/nested": {"deep": [Secret("variable-canary")]}}
    assert everywhere.register_extra == {"/invitation": Secret("x-variable-canary")}
    assert (admin["password"], admin["token"]) == (Secret("variable-canary"), Secret("printed-canary"))
    assert [account.password.reveal() for account in accounts] == ["written-canary", "csv-canary"]
    assert everywhere.transport.headers == {"X-Api-Key": Secret("written-canary")}
    assert everywhere.transport.proxy_auth == Secret("qa:variable-canary")


def test_a_doubled_dollar_is_a_plain_one(tmp_path: Path) -> None:
    target = target_of(
        tmp_path, f'{HEAD}[transport]\nheaders = {{ X-Price = "$${{5}} $6 ${{CURRENCY}}" }}\n', CURRENCY="$${x}"
    )

    assert target.transport.headers["X-Price"] == Secret("${5} $6 $${x}")


def test_a_command_runs_once_however_often_it_is_written(tmp_path: Path) -> None:
    """A password manager may ask its owner each time."""
    ran: list[str] = []
    written = '{ command = "pass show qa" }'
    (tmp_path / "my-api.toml").write_text(
        f"{HEAD}[facilities.admin]\ntoken = {written}\n[transport]\nheaders = {{ A = {written}, B = {written} }}\n"
    )

    def run(command: str) -> str:
        ran.append(command)
        return "s3cret-canary\n"

    target = read(tmp_path / "my-api.toml", environ={}, run_command=run)

    assert ran == ["pass show qa"]
    assert target.facilities["admin"]["token"] == target.transport.headers["B"] == Secret("s3cret-canary")


def test_commands_that_the_run_gives_to_a_shell_stay_as_they_are(tmp_path: Path) -> None:
    """The shell fills its own variables in; filled in here, they would be printed with the target."""
    target = target_of(
        tmp_path,
        HEAD
        + '[facilities.faults]\ndriver = "shell"\n[facilities.faults.database]\ndown = "stop ${DB}"\nup = "go $DB"\n',
    )

    assert target.facilities["faults"]["dependencies"] == {"database": {"down": "stop ${DB}", "up": "go $DB"}}


def test_a_command_gives_its_output_without_the_last_newline_only(tmp_path: Path) -> None:
    target = target_of(
        tmp_path, HEAD + '[transport]\nheaders = { A = { command = "x" } }\n', says=run_command("printf ' a b \\r\\n'")
    )

    assert target.transport.headers["A"] == Secret(" a b ")


FAILING: dict[str, Any] = {
    "exit 3": "ended with status 3",
    "true": "printed nothing",
    "printf '\\377'": "printed what is not UTF-8",
    "yes": "printed more than 64 KiB",
    "kill -9 $$": "ended with status -9",
    "no-such-command-canary": "ended with status 127",
}


@pytest.mark.parametrize("command", FAILING)
def test_a_command_that_gives_no_value_says_why(command: str) -> None:
    with pytest.raises(CommandFailed) as failure:
        run_command(command)

    assert str(failure.value) == FAILING[command]


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its children hold the pipe open, so killing the shell alone would wait for them."""
    monkeypatch.setattr(secrets, "COMMAND_TIMEOUT_S", 0.3)
    mark = tmp_path / "survived"

    with pytest.raises(CommandFailed) as failure:
        run_command(f"(sleep 1; touch {mark}) | cat")

    assert str(failure.value) == "took longer than 0.3 s"
    time.sleep(1)  # the only proof that nothing comes is that nothing has come
    assert not mark.exists()

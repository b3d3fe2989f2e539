"""Repro scripts against a target that speaks otherwise: forms, user names, cookies, a CSRF token, tokens in headers."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.answers import Answer
from contract.secret import Secret
from contract.targets.model import Variant
from contract.targets.read import read
from suites.rig.api import Api
from suites.rig.identities import People
from suites.rig.journal import Journal
from suites.rig.launch import Instance, start
from suites.rig.repro import save, script

ROOT = Path(__file__).parents[2]
TARGET = read(ROOT / "suites" / "selftest" / "data" / "targets" / "facade.toml", environ={})


@pytest.fixture(scope="module")
def facades(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, Instance]]:
    """The façade before a reference whose spent refresh tokens stay alive, and before a sound one."""
    journal = tmp_path_factory.mktemp("facades") / "faults.jsonl"
    defective, sound = (start(TARGET, Variant(), options, journal) for options in ("--defect=SESS-02", ""))
    yield defective, sound
    defective.stop()
    sound.stop()


def spent_refresh_token(api: Api) -> None:
    account = api.fresh_account()
    spent = account.session
    api.refresh(account)
    api.refresh_with(spent)


def second_factor(api: Api) -> None:
    account = api.with_mfa(api.fresh_account())
    api.login(account)
    api.as_(account, "verifyMfa", code=account.unused_code(api.target.profile, api.now()))


@pytest.mark.parametrize(
    ("probe", "bad", "good"),
    [(spent_refresh_token, "204", "401"), (second_factor, "201", "201")],
    ids=["token", "code"],
)
def test_a_script_speaks_as_the_target_does(
    probe: Callable[[Api], None], bad: str, good: str, facades: tuple[Instance, Instance], tmp_path: Path
) -> None:
    defective, sound = facades
    received: list[Answer] = []
    people = People(1, secrets.token_hex(3), "main")
    api = Api(defective.target, people, Journal(tmp_path / "accounts.jsonl"), received.append)
    probe(api)
    api.close()

    text = script("SESS-02", "It holds.", "one", "another", received, received[-1], defective.target)

    assert not [secret for secret in Secret.known() if len(secret) >= 6 and secret in text]
    path = save(tmp_path, "SESS-02", text)
    for instance, status in ((defective, bad), (sound, good)):
        ended = subprocess.run(
            ["bash", path],
            env={"PATH": os.environ["PATH"], "BASE_URL": instance.target.base_url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert re.findall(r"^HTTP/1\.1 (\d+)", ended.stdout, re.MULTILINE) == [status], ended.stderr
        assert "in the failed test" not in ended.stderr

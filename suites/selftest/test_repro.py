"""Repro scripts, run by bash: the failure shows on a fresh target with the defect, and does not on a sound one."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from contract.answers import Answer
from contract.secret import Secret
from contract.targets.read import resolve
from suites.rig.api import Api
from suites.rig.control import Control
from suites.rig.forge import decoded, unsigned
from suites.rig.identities import People
from suites.rig.journal import Journal
from suites.rig.repro import save, script
from suites.selftest.reference import Reference, serving

DEFECTS = ("LOGIN-02", "SESS-02", "MFA-04", "TOK-06", "REG-04", "HTTP-07", "LOGIN-03")
OPTIONS = ("--control", *(f"--defect={each}" for each in DEFECTS), "--defect-window-ms", "100")
RACERS = 12


@dataclass
class Recording:
    """What a test would have: a voice on one instance, and what it received."""

    api: Api
    received: list[Answer]
    moves: list[tuple[int, float]]
    control: Control


Probe = Callable[[Recording], None]


def wrong_password(recording: Recording) -> None:
    account = recording.api.fresh_account()
    recording.api.call("loginUser", email=account.email, password="пароль-密码-🔑 it's $HOME `id`")


def spent_refresh_token(recording: Recording) -> None:
    account, bystander = recording.api.fresh_account(), recording.api.fresh_account()
    spent = account.session
    recording.api.refresh(account)
    recording.api.refresh(bystander)
    recording.api.as_(account, "getCurrentUser")
    recording.api.refresh_with(spent)


def used_code(recording: Recording) -> None:
    api = recording.api
    account = api.with_mfa(api.fresh_account())
    api.login(account)
    code = account.unused_code(api.target.profile, api.now())
    api.as_(account, "verifyMfa", code=code)
    api.login(account)
    api.as_(account, "verifyMfa", code=code)


def used_code_after_a_move_of_the_clock(recording: Recording) -> None:
    recording.moves.append((len(recording.received), 3590))
    recording.control.advance(3590)
    recording.api.clock_offset_s += 3590
    used_code(recording)


def unsigned_token(recording: Recording) -> None:
    account = recording.api.fresh_account()
    assert account.session.access_token
    recording.api.with_token(account, Secret(unsigned(account.session.access_token.reveal(), "none")))


def broken_json(recording: Recording) -> None:
    account = recording.api.fresh_account()
    recording.api.call(
        "loginUser",
        mutate=lambda request: replace(request, body=request.body[:-2]),
        email=account.email,
        password=account.password,
    )


def password_changed_after_72_bytes(recording: Recording) -> None:
    api = recording.api
    account = api.people.person(api.target.profile)
    whole = " ".join(api.people.password(api.target.profile).reveal() for _ in range(3))
    account.password = Secret(whole)
    api.register(account)
    api.call("loginUser", email=account.email, password=f"{whole[:75]}~{whole[76:]}")


def spent_reset_token(recording: Recording) -> None:
    api = recording.api
    account = api.fresh_account()
    api.call("requestPasswordReset", email=account.email)
    token = Secret(recording.control.mails(account.email)[-1]["token"])
    for _ in range(2):
        api.call("confirmPasswordReset", token=token, newPassword=api.people.password(api.target.profile))


def ordinary_user_as_admin(recording: Recording) -> None:
    api = recording.api
    admin = api.people.person(api.target.profile)
    recording.control.make_account(admin.email, admin.password, role="admin")
    api.login(admin)
    user = api.fresh_account()
    api.as_(admin, "updateUser", userId=user.user_id, role="user")
    api.as_(user, "listUsers")


def token_that_lives_longer(recording: Recording) -> None:
    api = recording.api
    account, other = api.fresh_account(), api.fresh_account()
    assert account.session.access_token
    claims = decoded(account.session.access_token.reveal().split(".")[1])
    claims |= {"exp": int(str(claims["exp"])) + 600, "friend": other.user_id, "name": "it's $HOME"}
    api.with_token(account, recording.control.mint(claims, header={"x": "y"}))


CASES: dict[str, tuple[Probe, str, str]] = {
    "LOGIN-02": (wrong_password, "500", "401"),
    "SESS-02": (spent_refresh_token, "200", "401"),
    "MFA-04": (used_code, "200", "401"),
    "MFA-04 later": (used_code_after_a_move_of_the_clock, "200", "401"),
    "TOK-06": (unsigned_token, "200", "401"),
    "HTTP-07": (broken_json, "500", "400"),
    "LOGIN-03": (password_changed_after_72_bytes, "200", "401"),
    "RESET-01": (spent_reset_token, "422", "422"),
    "TOK-14": (token_that_lives_longer, "200", "200"),
    "AUTHZ-01": (ordinary_user_as_admin, "403", "403"),
}
"""By requirement: what is done, and the status of its last answer with the defects and without."""


@contextmanager
def recording_on(reference: Reference, folder: Path) -> Iterator[Recording]:
    """Yield a voice on *reference*."""
    target = replace(resolve("reference", environ={}), base_url=f"{reference.url}/api/v1", start="")
    received: list[Answer] = []
    api = Api(target, People(1, secrets.token_hex(3), "main"), Journal(folder / "accounts.jsonl"), received.append)
    door = reference.announced["control"]
    try:
        yield Recording(api, received, [], Control(door["url"], Secret(door["secret"])))
    finally:
        api.close()


@pytest.fixture(scope="module")
def defective() -> Iterator[Reference]:
    """A reference with the defects, whose answers are recorded."""
    with serving(*OPTIONS) as running:
        yield running


@pytest.fixture(scope="module")
def fresh() -> Iterator[tuple[Reference, Reference]]:
    """Two others that never saw the recorded requests: one with the defects, one without."""
    with serving(*OPTIONS) as as_bad, serving("--control") as sound:
        yield as_bad, sound


def recorded(probe: Probe, requirement: str, reference: Reference, folder: Path) -> Path:
    """Do what *probe* does on *reference*; return the script that repeats it, which is what it should be."""
    with recording_on(reference, folder) as recording:
        probe(recording)
    last = recording.received[-1]
    text = script(
        requirement,
        "It holds.",
        "another status",
        str(last.status),
        recording.received,
        last,
        recording.api.target,
        moves=recording.moves,
    )
    told = [secret for secret in Secret.known() if len(secret) >= 6 and secret in text]
    assert told == []
    path = save(folder, requirement, text)
    if linter := shutil.which("shellcheck"):
        assert subprocess.run([linter, path], capture_output=True, text=True, check=False).stdout == ""
    return path


def run(path: Path, reference: Reference) -> subprocess.CompletedProcess[str]:
    """Run the script *path* on *reference*, with nothing but what its comment asks for."""
    door = reference.announced["control"]
    environment = {"PATH": os.environ["PATH"], "BASE_URL": f"{reference.url}/api/v1"}
    environment |= {"CONTROL_URL": door["url"], "CONTROL_SECRET": door["secret"]}
    return subprocess.run(
        ["bash", path],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_on_both(path: Path, fresh: tuple[Reference, Reference]) -> list[subprocess.CompletedProcess[str]]:
    """Run the script *path* on the defective and on the sound target."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda reference: run(path, reference), fresh))


def shown(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the status that the script printed of its last answer."""
    lines = re.findall(r"^HTTP/1\.1 (\d+)", ended.stdout, re.MULTILINE)
    assert lines, ended.stderr
    return str(lines[-1])


@pytest.mark.parametrize("case", CASES)
def test_a_script_shows_the_failure_where_it_is_and_nowhere_else(
    case: str, defective: Reference, fresh: tuple[Reference, Reference], tmp_path: Path
) -> None:
    probe, bad, good = CASES[case]

    as_bad, sound = run_on_both(recorded(probe, case.partition(" ")[0], defective, tmp_path), fresh)

    assert (shown(as_bad), shown(sound)) == (bad, good), as_bad.stderr + sound.stderr
    assert (as_bad.returncode, sound.returncode) == (0, 0)
    assert as_bad.stdout.splitlines()[-1] == (
        f"status {bad}, as in the failed test; expected: another status; the failed test saw: {bad}"
    )
    assert "in the failed test" not in as_bad.stderr, "a step before the last went otherwise than in the test"
    if bad != good:
        assert sound.stdout.splitlines()[-1] == (
            f"status {good}; in the failed test it was {bad}; expected: another status; the failed test saw: {bad}"
        )


def test_a_race_is_run_as_a_race(defective: Reference, fresh: tuple[Reference, Reference], tmp_path: Path) -> None:
    def race(recording: Recording) -> None:
        passwords = [recording.api.people.password(recording.api.target.profile) for _ in range(RACERS)]
        recording.api.race_to_register(recording.api.people.email(), passwords)

    as_bad, sound = run_on_both(recorded(race, "REG-04", defective, tmp_path), fresh)

    verdict = as_bad.stdout.splitlines()[-1]
    assert re.match(r"status: (?!1 x 201)\d+ x 201", verdict), verdict
    assert sound.stdout.splitlines()[-1] == (
        f"status: 1 x 201, {RACERS - 1} x 409; in the failed test the answer at fault was 201; "
        "expected: another status; the failed test saw: 201"
    )


def test_a_script_makes_the_account_that_earlier_tests_shared(
    defective: Reference, fresh: tuple[Reference, Reference], tmp_path: Path
) -> None:
    with recording_on(defective, tmp_path) as recording:
        shared = recording.api.shared_account()
        last = recording.api.as_(shared, "getCurrentUser").answer

    text = script(
        "TOK-01", "It holds.", "401", "200", [last], last, recording.api.target, earlier=recording.api.founding
    )

    ended = run(save(tmp_path, "TOK-01", text), fresh[1])
    assert shown(ended) == "200"
    assert ended.stderr == "1. register user: 201\n2. login user: 200\n3. get current user, the request at fault:\n"

"""How load runs end that do not go as planned: one clear line, the right exit code, and what was measured is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import psutil
import pytest

from contract.errors import BindingError
from load.settings import OPTIONS, settle
from suites.rig.processes import free_port
from suites.selftest.load_run import RESPONDER, ROOT, budget, command, left, profile, run

LOOSE = "[loginUser]\np99_ms = 20000\nerror_ratio = 0.01\n[refreshToken]\np99_ms = 20000\nerror_ratio = 0.01\n"
PROFILES = """
[logins]
duration_s = 3
operations.loginUser = { shape = "constant", rate_per_s = 100 }

[refreshes]
duration_s = 3
operations.refreshToken = { shape = "constant", rate_per_s = 50 }
"""
DEADLINE_S = 60.0


def test_a_target_that_dies_in_mid_run_is_gone_and_not_slow(tmp_path):
    """Connection refused is quick: counted as answers, it would make a dead target the fastest."""
    options = [profile(tmp_path, PROFILES), budget(tmp_path, LOOSE), "--load-profile=logins"]
    done = run(*options, "--target-options=--die-after 1.5", folder=tmp_path / "out")

    assert done.code == 6
    assert done.lines[0].startswith("unreachable: logins against responder: the target is gone: ")
    assert done.good()["count"] > 20, "what was measured before is kept"


def test_a_target_that_is_not_there_is_said_at_once(tmp_path):
    """Nobody waits a minute for a typing error."""
    url = f"http://127.0.0.1:{free_port()}/api/v1"
    done = run("--load-profile=login", folder=tmp_path / "out", target=url)

    assert done.code == 6
    assert done.lines[0].endswith(f"{url}: connection refused")
    assert done.said["phases"] == []


def test_a_run_that_only_meets_a_throttle_says_so(tmp_path):
    """A limit that was hit is neither the target's speed nor its failure, and its cheap refusals are no latencies."""
    options = [profile(tmp_path, PROFILES), budget(tmp_path, LOOSE), "--load-profile=logins"]
    done = run(*options, "--target-options=--status 429", folder=tmp_path / "out")

    assert done.code == 1
    whole = done.operation()["counts"]["completed"]
    assert f"  loginUser: {whole} of {whole} answers were throttled: a limit of the target was hit" in "\n".join(
        done.lines
    )
    assert (done.folder / "junit.xml").read_text().count("<failure") == 1


def test_right_passwords_that_are_answered_500_are_counted_by_requirement(tmp_path):
    """An error ratio says that something is wrong; the requirement says what."""
    options = [profile(tmp_path, PROFILES), budget(tmp_path, LOOSE), "--load-profile=logins"]
    done = run(*options, "--target-options=--status 500", folder=tmp_path / "out")

    assert done.code == 1
    wrong = [
        each for each in done.said["findings"] if each["requirement"] == "LOGIN-01" and "right input" in each["message"]
    ]
    assert [each["count"] for each in wrong] == [done.operation()["counts"]["completed"]]
    assert wrong[0]["verdict"] == "fail"


def test_sessions_that_are_all_lost_end_in_a_clear_line(tmp_path):
    """Arrivals that nothing can serve are no load."""
    options = [profile(tmp_path, PROFILES), budget(tmp_path, LOOSE), "--load-profile=refreshes", "--load-pool=10"]
    done = run(*options, "--target-options=--status 401 --warm-up 10", folder=tmp_path / "out")

    assert done.code == 1
    assert "no session is left to refresh: all 10 were refused or not answered" in "\n".join(done.lines)
    assert done.operation("refreshToken")["counts"]["completed"] == 10


@pytest.fixture
def started_by_hand(tmp_path):
    """What starts a run, to be stopped in the middle, and its folder."""
    folder = tmp_path
    options = [profile(folder, PROFILES), budget(folder, LOOSE), "--load-profile=logins", "-t30"]

    def start(*more: str) -> subprocess.Popen[str]:
        line = command(*options, *more, folder=folder / "out")
        return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return folder, start


def measuring(process: subprocess.Popen[str]) -> str:
    """Read what *process* prints until it tells its first figures."""
    read = []
    assert process.stdout is not None
    for line in process.stdout:
        read.append(line)
        if "loginUser" in line and " in flight" in line:
            return "".join(read)
    raise AssertionError("".join(read))


def test_a_worker_that_is_killed_makes_the_run_invalid_and_not_faster(started_by_hand):
    """With half of the load gone, every target is fast."""
    folder, start = started_by_hand
    with start("--processes=2", "-t12") as process:
        try:
            measuring(process)
            workers = [
                each for each in psutil.Process(process.pid).children() if "guard.py" not in " ".join(each.cmdline())
            ]
            assert len(workers) == 2
            os.kill(workers[0].pid, signal.SIGKILL)
            text, _ = process.communicate(timeout=DEADLINE_S)
        finally:
            process.kill()
    done = left(process.returncode, text, folder / "out")

    assert done.code == 3
    assert "was lost: its share of the arrivals was not sent" in done.lines[0]
    assert [each["lost"] for each in done.said["generator"]["workers"]].count(True) == 1
    counts = done.operation()["counts"]
    assert 0.3 * counts["intended"] < counts["completed"] < counts["intended"]


def test_an_interrupted_run_keeps_what_it_measured_and_proves_nothing(started_by_hand):
    """Ctrl-C is no way to a green run."""
    folder, start = started_by_hand
    with start() as process:
        try:
            measuring(process)
            began_s = time.monotonic()
            process.send_signal(signal.SIGINT)
            text, _ = process.communicate(timeout=DEADLINE_S)
        finally:
            process.kill()
    done = left(process.returncode, text, folder / "out")

    assert done.code == 3
    assert time.monotonic() - began_s < 25
    assert "interrupted" in done.lines[0]
    assert done.good()["count"] > 50


def options(**given) -> dict:
    """Return the options of a run as locust gives them, with *given* among them."""
    said = {name.strip("-").replace("-", "_"): how["default"] for name, how in OPTIONS}
    return said | {"host": None, "num_users": None, "run_time": None, "target": str(RESPONDER)} | given


WRONG = {
    "an unknown profile": (
        {"load_profile": "logn"},
        "--load-profile: unknown profile 'logn'. Did you mean 'login'? Valid: capacity, ",
    ),
    "too high a rate": (
        {"max_rate": 50.0},
        "--load-profile=login asks for 100 arrivals a second, more than --max-rate=50 allows.",
    ),
    "a shared target": (
        {"target": "https://staging.example.com/api/v1"},
        "staging.example.com is shared with others: a load run needs --consent=staging.example.com.",
    ),
    "no such target": ({"target": "nowhere.toml"}, "--target=nowhere.toml: no such file."),
    "options for a target that is not started here": (
        {"target": "http://127.0.0.1:1/api/v1", "target_options": "--x"},
        "--target-options=--x: 127.0.0.1:1 is not started here; it has no start line.",
    ),
    "no such accounts": ({"load_accounts": "gone.csv"}, "--load-accounts=gone.csv: "),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_told_in_one_line(given, said):
    """Where, what, and how to mend it; before anything is sent."""
    with pytest.raises(BindingError) as caught:
        settle(options(**given), environ={})

    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_an_operation_without_a_budget_ends_the_command_with_2(tmp_path):
    """A run that cannot fail proves nothing, and is not begun."""
    done = run(budget(tmp_path, "[refreshToken]\np95_ms = 100\n"), "--load-profile=login", folder=tmp_path / "out")

    assert done.code == 2
    said = "--load-profile=login asks for loginUser, which has no budget: give budgets.toml a table [loginUser]."
    assert said in done.text.splitlines()[-1]
    assert not done.said


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--load-profile=logn", "load: --load-profile: unknown profile 'logn'."),
        ("--load-rate=0", "error: argument --load-rate: 0: nothing would be sent. Give arrivals a second, above 0."),
    ],
)
def test_wrong_input_ends_the_command_with_2_and_that_line(tmp_path, option, said):
    """The exit code of every other command of the project."""
    done = run(option, folder=tmp_path / "out")

    assert done.code == 2
    assert said in done.text.splitlines()[-1]
    assert not done.said

"""Load runs in all the ways that a Locust user knows, and against targets that speak in all the ways a file can say."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp

from suites.rig.processes import free_port
from suites.selftest.load_run import LOCUSTFILE, RESPONDER, ROOT, budget, command, left, profile, run
from suites.selftest.reference import PASSWORD, serving
from suites.selftest.second_factor import confirm, set_up

BUDGETED = ("loginUser", "registerUser", "refreshToken", "verifyMfa")
LOOSE = "".join(f"[{name}]\np99_ms = 20000\nerror_ratio = 0.5\n" for name in BUDGETED)
PROFILES = """
[all]
duration_s = 3
operations.loginUser    = { shape = "constant", rate_per_s = 8 }
operations.registerUser = { shape = "constant", rate_per_s = 3 }
operations.refreshToken = { shape = "constant", rate_per_s = 8 }

[logins]
duration_s = 3
operations.loginUser = { shape = "constant", rate_per_s = 5, spread = "even" }
"""
DEADLINE_S = 60.0
FACADE = ROOT / "suites" / "selftest" / "data" / "targets" / "facade.toml"


def test_the_awkward_facade_is_put_under_load_by_its_target_file(tmp_path):
    """Forms, CSRF, cookies, user names, a registration in two steps: one user class for all of it."""
    options = [profile(tmp_path, PROFILES), budget(tmp_path, LOOSE), "--load-profile=all", "--load-pool=8"]
    done = run(*options, folder=tmp_path / "out", target=FACADE)

    for name in ("loginUser", "registerUser", "refreshToken"):
        counts, kinds = done.operation(name)["counts"], done.operation(name)["outcomes"]
        assert counts["completed"] == counts["intended"] > 0
        assert [each["kind"] for each in kinds] == ["accepted"], done.lines
    assert not [each for each in done.said["findings"] if each["verdict"] == "fail"], done.said["findings"]


def test_a_login_with_two_factors_goes_on_to_the_second(tmp_path):
    """Half a login is no login, and each code is good once."""
    with serving("--control") as server:
        rows = ["email,password,totp_secret"]
        for _ in range(12):
            email = server.register()
            token = server.tokens(email)["accessToken"]
            secret = set_up(server, token)["secret"]
            assert confirm(server, token, pyotp.TOTP(secret).at(time.time() - 30)).status_code == 204
            rows.append(f"{email},{PASSWORD},{secret}")
        accounts = tmp_path / "accounts.csv"
        accounts.write_text("\n".join(rows))
        options = [profile(tmp_path, PROFILES), budget(tmp_path, LOOSE), f"--load-accounts={accounts}"]
        done = run(*options, "--load-profile=logins", folder=tmp_path / "out", target=f"{server.url}/api/v1")

    assert [each["kind"] for each in done.operation("loginUser")["outcomes"]] == ["challenged"], done.lines
    assert [each["kind"] for each in done.operation("verifyMfa")["outcomes"]] == ["accepted"], done.lines
    assert (
        done.operation("verifyMfa")["counts"]["completed"] == done.operation("loginUser")["counts"]["completed"] == 15
    )


def test_a_locust_conf_and_locusts_own_files_work(tmp_path):
    """Nobody has to learn another tool for what Locust does already."""
    conf = tmp_path / "locust.conf"
    conf.write_text(
        f"locustfile = {LOCUSTFILE}\nheadless = true\nload-profile = logins\ntarget = {RESPONDER}\n"
        f"load-out = {tmp_path / 'out'}\nload-calibrate = no\n"
        f"csv = {tmp_path / 'own'}\nhtml = {tmp_path / 'own.html'}\n"
        f"{profile(tmp_path, PROFILES)[2:]}\n{budget(tmp_path, LOOSE)[2:]}\n".replace("=/", " = /")
    )
    plain = [sys.executable, "-m", "locust", f"--config={conf}"]
    subprocess.run(plain, cwd=tmp_path, capture_output=True, check=False, timeout=DEADLINE_S)
    said = json.loads((tmp_path / "out" / "load.json").read_text())

    assert said["phases"][0]["operations"][0]["counts"]["completed"] == 15
    assert "loginUser accepted,15," in (tmp_path / "own_stats.csv").read_text()
    assert "loginUser accepted" in (tmp_path / "own.html").read_text()
    names = {each.name for each in (tmp_path / "out").iterdir()}
    assert {"load.hlog", "budgets.csv", "operations.csv", "over-time.csv", "junit.xml"} <= names
    assert "1-loginUser-accepted-response.hgrm" in names


def test_a_master_and_workers_that_are_started_apart_are_one_run(tmp_path):
    """As they are on several machines: the workers are told nothing but where the master is."""
    port = free_port()
    options = [
        profile(tmp_path, PROFILES),
        budget(tmp_path, LOOSE),
        "--load-profile=logins",
        "--master-bind-host=127.0.0.1",
    ]
    start = command(*options, "--master", f"--master-bind-port={port}", "--expect-workers=2", folder=tmp_path / "out")
    worker = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker", f"--master-port={port}"]
    with contextlib.ExitStack() as started:
        workers = [
            started.enter_context(subprocess.Popen(worker, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
            for _ in range(2)
        ]
        for each in workers:
            started.callback(each.kill)
        master = subprocess.run(start, cwd=ROOT, capture_output=True, text=True, check=False, timeout=DEADLINE_S)
        done = left(master.returncode, master.stdout + master.stderr, tmp_path / "out")
        for each in workers:
            each.communicate(timeout=DEADLINE_S)

    assert done.operation()["counts"]["completed"] == 15, done.text
    said = done.said["generator"]["workers"]
    assert [each["lost"] for each in said] == [False, False]


@contextlib.contextmanager
def web_interface(folder: Path) -> Iterator[httpx.Client]:
    """Start the web interface; yield a client of it."""
    port = free_port()
    start = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), f"--target={RESPONDER}", f"--load-out={folder}"]
    start += [f"--web-port={port}", "--web-host=127.0.0.1", "--load-calibrate=no", "--load-profile=logins"]
    start += [profile(folder.parent, PROFILES), budget(folder.parent, LOOSE)]
    with (
        subprocess.Popen(start, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client,
    ):
        try:
            until(lambda: answers(client))
            yield client
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE_S)


def answers(client: httpx.Client) -> bool:
    """Whether the web interface is there."""
    with contextlib.suppress(httpx.TransportError):
        return client.get("/stats/requests").status_code == 200
    return False


def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.2)


def test_the_web_interface_starts_runs_one_after_the_other(tmp_path):
    """Options that are changed there count, wrong ones start nothing, and its tables are ours."""
    folder = tmp_path / "out"
    with web_interface(folder) as client:

        def swarm(**options: Any) -> None:
            said = client.post("/swarm", data={"user_count": 10, "spawn_rate": 10, "host": "", **options})
            assert said.json()["success"], said.text

        def finished() -> dict[str, Any]:
            file = folder / "load.json"
            said: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
            return said if said.get("finished") else {}

        swarm(load_profile="logins")
        until(lambda: bool(finished()))
        first = finished()
        until(lambda: client.get("/stats/requests").json()["state"] == "stopped")
        shown = client.get("/stats/requests").json()["stats"]
        swarm(load_profile="nothing")
        until(lambda: client.get("/stats/requests").json()["state"] == "stopped")
        swarm(load_profile="all", load_rate="10")
        until(lambda: finished().get("profile", {}).get("name") == "all")

    assert first["phases"][0]["operations"][0]["counts"]["completed"] == 15
    assert (shown[0]["name"], shown[0]["num_requests"]) == ("loginUser accepted", 15)

"""
What a request costs the generator: our user class beside Locust's FastHttpUser and HttpUser, and wrk.

    python -m suites.benchmarks.bench_load_generator [--rounds 5] [--seconds 8] [--users 64]

Every generator sends the same login as fast as it can, in turn, to one server that answers at once: nginx with a fixed
answer where it is installed, else `python -m load.responder`. Requests per CPU second of the generator are printed,
medians over the rounds: on a machine that is busy otherwise, requests per second say how busy it is. Ours is asked for
far more than it can send, so that none of its users ever waits; it also measures, classifies and checks the answers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from load.responder import BODIES
from suites.rig.processes import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TRIES = 3  # on a machine so busy that Locust ends before its users have begun
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{port}; default_type application/json; {places} }}
}}
"""
PROFILES = """
[flat-out]
duration_s = {seconds}
operations.loginUser = {{ shape = "constant", rate_per_s = 100000, spread = "even" }}
"""
BUDGETS = "[loginUser]\np99_ms = 5000\n"
WRK = 'wrk.method="POST"; wrk.headers["Content-Type"]="application/json"\nwrk.body=[[{body}]]\n'


@contextlib.contextmanager
def answering(folder: Path) -> Iterator[str]:
    """Start the server; yield its URL."""
    if nginx := shutil.which("nginx"):
        port = free_port()
        places = "".join(
            f"location /api/v1/auth{path.decode()} {{ return {status} '{json.dumps(body)}'; }}"
            for path, (status, body) in BODIES.items()
        )
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, places=places))
        server = subprocess.Popen([nginx, "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        time.sleep(0.5)
    else:
        server = subprocess.Popen([sys.executable, "-m", "load.responder"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["listening"]
    try:
        yield url
    finally:
        server.terminate()
        server.wait()


def plain(url: str, user_class: str, users: int, seconds: int) -> tuple[float, float]:
    """Return requests and CPU seconds of one of Locust's own classes."""
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "plain_locust.py"), user_class, "--headless"]
    command += ["-u", str(users), "-r", str(users), "-t", str(seconds), "-H", url, "--only-summary"]
    for _ in range(TRIES):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"requests"')]
        if told and told[0]["requests"] and not told[0]["failures"]:
            return told[0]["requests"], told[0]["cpu_s"]
    raise SystemExit(f"{user_class} measured nothing: {done.stderr}")


def ours(url: str, users: int, seconds: int, folder: Path) -> tuple[float, float]:
    """Return requests and CPU seconds of our user class while its clock runs."""
    (folder / "profiles.toml").write_text(PROFILES.format(seconds=seconds))
    (folder / "budgets.toml").write_text(BUDGETS)
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(ROOT / "load" / "locustfile.py"),
        "--headless",
        "-u",
        str(users),
    ]
    command += [f"--target={url}/api/v1", "--load-profile=flat-out", f"--load-profiles={folder / 'profiles.toml'}"]
    command += [f"--load-budgets={folder / 'budgets.toml'}", f"--load-out={folder / 'out'}", "--max-rate=1000000"]
    command += ["--load-calibrate=no", "--load-pool=64"]
    subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    phase = json.loads((folder / "out" / "load.json").read_text())["phases"][-1]
    series = phase["series"]
    clock = slice(0, seconds)
    done = sum(series["operations"]["loginUser"]["outcomes"]["accepted"][clock])
    return done, sum(series["cpu_percent"][clock]) / 100


def wrk(url: str, users: int, seconds: int, folder: Path) -> tuple[float, float]:
    """Return requests and CPU seconds of wrk with one thread."""
    script = folder / "login.lua"
    script.write_text(WRK.format(body='{"email": "someone@example.com", "password": "correct horse battery staple"}'))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["wrk", "-t1", f"-c{users}", f"-d{seconds}s", "-s", str(script), f"{url}/api/v1/auth/login"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    requests = int(next(line for line in done.stdout.splitlines() if " requests in " in line).split()[0])
    return requests, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where ours costs more than 15 % above FastHttpUser."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.bench_load_generator")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--users", type=int, default=64)
    options = parser.parse_args(arguments)
    users, seconds = options.users, options.seconds
    per_cpu_s: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as temporary, answering(Path(temporary)) as url:
        folder = Path(temporary)
        ways: dict[str, Callable[[], tuple[float, float]]] = {
            "authproof": lambda: ours(url, users, seconds, folder),
            "Locust FastHttpUser": lambda: plain(url, "FastLogin", users, seconds),
            "Locust HttpUser": lambda: plain(url, "SlowLogin", users, seconds),
        }
        if shutil.which("wrk"):
            ways["wrk -t1"] = lambda: wrk(url, users, seconds, folder)
        for number in range(options.rounds):
            for name, measure in ways.items():
                requests, cpu_s = measure()
                per_cpu_s.setdefault(name, []).append(requests / cpu_s)
                print(f"round {number + 1}: {name}: {requests:.0f} requests, {cpu_s:.2f} s of CPU", file=sys.stderr)
    fast = statistics.median(per_cpu_s["Locust FastHttpUser"])
    print(
        f"| generator ({os.cpu_count()} cores, {users} at once) | requests per CPU second | each round "
        "| beside FastHttpUser |"
    )
    print("| --- | --- | --- | --- |")
    for name, found in per_cpu_s.items():
        each = ", ".join(f"{value:,.0f}" for value in found)
        print(f"| {name} | {statistics.median(found):,.0f} | {each} | {statistics.median(found) / fast:.2f} |")
    if "wrk -t1" not in per_cpu_s:
        print("wrk was not found: apt-get install wrk")
    return int(statistics.median(per_cpu_s["authproof"]) < 0.85 * fast)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

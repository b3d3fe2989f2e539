"""
How fast the reference is on this machine, beside what its cores can hash.

    python -m suites.benchmarks.bench_reference [--database URL] [--seconds 10]

First the hash alone: as many argon2id verifications at once as there are cores. Then one server with its production
defaults (limits per peer address off), and clients that each wait for an answer before they send again: so latencies
are those of a closed model, the server never idle and never flooded. The clients share the cores with it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
from argon2 import PasswordHasher

from suites.selftest.reference import PASSWORD, Reference, serving

CLIENTS = 8
DEFAULT_HASH = ("--hash-memory-kib", "19456", "--hash-passes", "2")


class Client:
    """One connection, one account and its tokens."""

    def __init__(self, reference: Reference, number: int) -> None:
        self._connection = http.client.HTTPConnection(reference.url.removeprefix("http://"))
        self._email = f"bench-{os.getpid()}-{number}@example.com"
        self.call("POST", "/auth/register", {"email": self._email, "password": PASSWORD})
        self._tokens = self.login()

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """Send one request; return the body of its answer, which must be a success."""
        fields = {"Content-Type": "application/json"} if body else {}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        self._connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, fields)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{method} {path}: {answer.status} {content.decode()}")
        return json.loads(content)

    def login(self) -> Any:
        """Log in."""
        return self.call("POST", "/auth/login", {"email": self._email, "password": PASSWORD})

    def refresh(self) -> None:
        """Exchange the refresh token."""
        self._tokens = self.call("POST", "/auth/refresh", {"refreshToken": self._tokens["refreshToken"]})

    def profile(self) -> None:
        """Read the profile."""
        self.call("GET", "/users/me", token=self._tokens["accessToken"])


def hashing(seconds: float) -> tuple[float, float]:
    """Return how many verifications all cores together do in a second, and the CPU time of one in milliseconds."""
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    made, until = hasher.hash(PASSWORD), time.monotonic() + seconds

    def verify_until(_: int) -> int:
        done = 0
        while time.monotonic() < until:
            hasher.verify(made, PASSWORD)
            done += 1
        return done

    cores, before = os.cpu_count() or 1, time.process_time()
    with ThreadPoolExecutor(cores) as threads:
        done = sum(threads.map(verify_until, range(cores)))
    return done / seconds, (time.process_time() - before) / done * 1000


def run(clients: list[Client], act: Callable[[Client], object], seconds: float) -> list[float]:
    """Let every client *act* again and again for *seconds*; return how long each act took, sorted."""
    took: list[float] = []
    until = time.monotonic() + seconds

    def again_and_again(client: Client) -> None:
        while (begun := time.monotonic()) < until:
            act(client)
            took.append(time.monotonic() - begun)

    threads = [threading.Thread(target=again_and_again, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took)


def rows(options: list[str], seconds: float) -> Iterator[str]:
    """Yield the lines of the table."""
    ceiling, hash_ms = hashing(seconds)
    yield f"{os.cpu_count()} cores hash {ceiling:.0f} passwords a second, {hash_ms:.1f} ms of CPU each"
    yield f"{CLIENTS} clients, {seconds:g} s for each operation"
    yield ""
    yield "| operation | per second | of the ceiling | p50 ms | p99 ms | server CPU ms |"
    yield "| --- | --- | --- | --- | --- | --- |"
    with serving(*DEFAULT_HASH, *options) as reference:
        clients = [Client(reference, number) for number in range(CLIENTS)]
        process = psutil.Process(reference.process.pid)
        for name, act in (("login", Client.login), ("refresh", Client.refresh), ("profile", Client.profile)):
            before = process.cpu_times()
            took = run(clients, act, seconds)
            after = process.cpu_times()
            rate, cpu = len(took) / seconds, after.user + after.system - before.user - before.system
            share = f"{rate / ceiling:.0%}" if name == "login" else "-"
            middle, high = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
            yield f"| {name} | {rate:.0f} | {share} | {middle:.1f} | {high:.1f} | {cpu / len(took) * 1000:.2f} |"
        yield ""
        yield f"memory of the server afterwards: {process.memory_info().rss / 2**20:.0f} MiB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="", help="as the reference takes it; default: SQLite")
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    for line in rows(["--database", chosen.database] if chosen.database else [], chosen.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()

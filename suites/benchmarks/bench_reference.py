"""
How fast the reference is on this machine, beside what its cores can hash.

    python -m suites.benchmarks.bench_reference [--store sqlite|postgresql] [--rounds 7] [--seconds 3]

One server with its production defaults (limits per peer address off), and clients that each wait for an answer before
they send again: latencies of a closed model, the server never idle and never flooded. The clients share the cores with
it, and so may other programs. So the hash alone (as many argon2id verifications at once as there are cores) is measured
in the same run, in turn with logins, refreshes and profile reads; of every figure the median over the rounds is
printed, and logins are compared with the hash of their own round. Where other programs keep the cores busy, the CPU
times still tell what a login costs beside its hash.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psutil
from argon2 import PasswordHasher

from suites.rig.postgres import postgres
from suites.selftest.reference import PASSWORD, Reference, serving
from suites.selftest.storms import PRODUCTION_HASH

CLIENTS = 8
CORES = os.cpu_count() or 1
MIB = 2**20


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


OPERATIONS: dict[str, Callable[[Client], object]] = {
    "login": Client.login,
    "refresh": Client.refresh,
    "profile": Client.profile,
}


@dataclass(frozen=True, slots=True)
class Phase:
    """What one operation did in one round; `cpu_ms` is what one of them cost the server, on any core."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Round:
    """The hash alone, then each operation."""

    hashes_per_s: float
    hash_cpu_ms: float
    phases: dict[str, Phase]

    @property
    def share(self) -> float:
        """Logins for each password that the cores could hash in the same time."""
        return self.phases["login"].per_s / self.hashes_per_s


def hash_alone(seconds: float) -> tuple[float, float]:
    """Return how many verifications all cores together do in a second, and what one costs, in milliseconds of CPU."""
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    made, before, begun = hasher.hash(PASSWORD), time.process_time(), time.monotonic()

    def verify_until(_: int) -> int:
        done = 0
        while time.monotonic() < begun + seconds:
            hasher.verify(made, PASSWORD)
            done += 1
        return done

    with ThreadPoolExecutor(CORES) as threads:
        done = sum(threads.map(verify_until, range(CORES)))
    return done / (time.monotonic() - begun), (time.process_time() - before) / done * 1000


def phase(server: psutil.Process, clients: list[Client], act: Callable[[Client], object], seconds: float) -> Phase:
    """Let every client *act* again and again for *seconds*."""
    took: list[float] = []
    before, begun = server.cpu_times(), time.monotonic()

    def again_and_again(client: Client) -> None:
        while (sent := time.monotonic()) < begun + seconds:
            act(client)
            took.append((time.monotonic() - sent) * 1000)

    threads = [threading.Thread(target=again_and_again, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted, after = time.monotonic() - begun, server.cpu_times()
    cpu_s = after.user + after.system - before.user - before.system
    percentiles = statistics.quantiles(took, n=100)
    return Phase(len(took) / lasted, percentiles[49], percentiles[98], cpu_s / len(took) * 1000)


@contextlib.contextmanager
def sampled(server: psutil.Process) -> Iterator[list[int]]:
    """Yield what fills up with the resident memory of *server*, in bytes, fifty times a second."""
    seen, over = [server.memory_info().rss], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            seen.append(server.memory_info().rss)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()


def lines(store: str, options: list[str], rounds: int, seconds: float) -> Iterator[str]:
    """Measure on one store; yield the lines to print, a table in Markdown."""
    with serving(*PRODUCTION_HASH, *options) as reference:
        server = psutil.Process(reference.process.pid)
        with sampled(server) as memory:
            clients = [Client(reference, number) for number in range(CLIENTS)]
            seen = [
                Round(*hash_alone(seconds), {name: phase(server, clients, act, seconds) for name, act in acts})
                for acts in [OPERATIONS.items()] * rounds
            ]

    def middle(figure: Callable[[Round], float]) -> float:
        return statistics.median(map(figure, seen))

    def part(name: str, figure: str) -> float:
        return middle(lambda one: getattr(one.phases[name], figure))

    hash_cpu_ms, shares = middle(lambda one: one.hash_cpu_ms), sorted(one.share for one in seen)
    yield f"| {store} | per second | p50 ms | p99 ms | CPU ms of the server |"
    yield "| --- | --- | --- | --- | --- |"
    yield f"| hash alone | {middle(lambda one: one.hashes_per_s):.0f} | | | {hash_cpu_ms:.2f} |"
    for name in OPERATIONS:
        per_s, p50_ms, p99_ms = part(name, "per_s"), part(name, "p50_ms"), part(name, "p99_ms")
        yield f"| {name} | {per_s:.0f} | {p50_ms:.1f} | {p99_ms:.1f} | {part(name, 'cpu_ms'):.2f} |"
    yield ""
    share, cpu_share = middle(lambda one: one.share), hash_cpu_ms / part("login", "cpu_ms")
    yield f"Logins: {share:.0%} of what the cores can hash ({shares[0]:.0%} to {shares[-1]:.0%} in a round);"
    yield f"the hash is {cpu_share:.0%} of the CPU time that a login takes."
    yield f"Memory of the server: {memory[0] / MIB:.0f} MiB at the start, {max(memory) / MIB:.0f} MiB at most."


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), help="default: one after the other")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each operation in each round")
    chosen = parser.parse_args()
    print(f"{CORES} cores, {platform.python_implementation()} {platform.python_version()}; {CLIENTS} clients;")
    print(f"medians of {chosen.rounds} rounds of {chosen.seconds:g} s for each row\n")
    if chosen.store != "postgresql":
        for line in lines("SQLite", [], chosen.rounds, chosen.seconds):
            print(line, flush=True)
        print()
    if chosen.store != "sqlite":
        with postgres() as server:
            for line in lines("PostgreSQL", ["--database", server.url], chosen.rounds, chosen.seconds):
                print(line, flush=True)


if __name__ == "__main__":
    main()

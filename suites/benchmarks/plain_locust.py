"""
Locust's own user classes on one request, for comparison: `locust -f suites/benchmarks/plain_locust.py FastLogin`.

Prints requests and CPU seconds from the moment at which all users run to the end, as one line of JSON.
"""

from __future__ import annotations

import json
import time

from locust import FastHttpUser, HttpUser, constant_throughput, events, task
from locust.env import Environment

BODY = '{"email": "someone@example.com", "password": "correct horse battery staple"}'
FIELDS = {"Content-Type": "application/json", "Accept": "application/json"}
seen: dict[str, float] = {}


class FastLogin(FastHttpUser):
    """The plain way with FastHttpUser."""

    @task
    def login(self) -> None:
        """Log in."""
        self.client.post("/api/v1/auth/login", data=BODY, headers=FIELDS, name="login")


class SlowLogin(HttpUser):
    """The plain way with HttpUser."""

    @task
    def login(self) -> None:
        """Log in."""
        self.client.post("/api/v1/auth/login", data=BODY, headers=FIELDS, name="login")


class PacedLogin(FastLogin):
    """The usual way to ask for a rate: each user waits for its answer, and then for the rest of its interval."""

    wait_time = constant_throughput(10)


@events.spawning_complete.add_listener
def begin(user_count: int) -> None:
    """Start to count."""
    seen["users"], seen["cpu_s"], seen["at_s"] = user_count, time.process_time(), time.monotonic()
    seen["requests"] = environments[0].stats.total.num_requests


@events.test_stopping.add_listener
def end(environment: Environment) -> None:
    """Say what was counted."""
    total = environment.stats.total
    print(
        json.dumps(
            {
                "requests": total.num_requests - seen["requests"],
                "cpu_s": time.process_time() - seen["cpu_s"],
                "lasted_s": time.monotonic() - seen["at_s"],
                "failures": total.num_failures,
                "p50_ms": total.get_response_time_percentile(0.5),
                "p99_ms": total.get_response_time_percentile(0.99),
                "max_ms": total.max_response_time,
            }
        ),
        flush=True,
    )


environments: list[Environment] = []


@events.init.add_listener
def remember(environment: Environment, **_: object) -> None:
    """Keep the environment, whose statistics are asked."""
    environments.append(environment)

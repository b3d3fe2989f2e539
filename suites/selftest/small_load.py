"""A `load.json` with something of everything, for the tests of the load page: a stall at 40 s, one budget missed."""

from __future__ import annotations

import random
from typing import Any

SECONDS = 90
RATE = 40


def load_document(*, seed: int = 1, stall_at_s: int = 40) -> dict[str, Any]:
    """Return a document of the load room's schema; the same *seed* gives the same one."""
    rng = random.Random(seed)
    t_s = list(range(SECONDS))
    stalled = range(stall_at_s, stall_at_s + 4)
    p50 = [None if t in stalled else 11 + rng.random() * 3 + 900 * (t == stall_at_s + 4) for t in t_s]
    p95 = [None if each is None else each * (1.6 + rng.random() / 3) for each in p50]
    p99 = [None if each is None else each * (1.2 + rng.random()) for each in p95]
    done = [0 if t in stalled else RATE + rng.choice((-1, 0, 1)) + 4 * RATE * (t == stall_at_s + 4) for t in t_s]
    throttled = [rng.choice((0, 0, 1, 2)) if count else 0 for count in done]
    over_time = {"50": p50, "95": p95, "99": p99, "max": [each and each * 1.3 for each in p99]}
    flat = {"50": [0.1] * SECONDS, "99": [0.4] * SECONDS, "max": [0.5 + rng.random() for _ in t_s]}
    backlog = {"50": [0.0] * SECONDS, "99": [600.0 if t in stalled else 0.0 for t in t_s]}
    backlog["max"] = [each * 1.4 for each in backlog["99"]]
    series = {
        "asked": [RATE] * SECONDS,
        "started": [RATE] * SECONDS,
        "completed": done,
        "outcomes": {"accepted": [a - b for a, b in zip(done, throttled, strict=True)], "throttled": throttled},
        "response_ms": over_time,
        "service_ms": over_time,
    }
    total = sum(done)
    good = {
        "kind": "accepted", "good": True, "count": total - sum(throttled), "response_ms": summary(12.4, total),
        "service_ms": summary(12.1, total), "response_spectrum": spectrum(12.4, total),
        "service_spectrum": spectrum(12.1, total),
    }  # fmt: skip
    bad = good | {"kind": "throttled", "good": False, "count": sum(throttled), "response_spectrum": spectrum(3, 90)}
    operation = {
        "operation": "loginUser", "asked_per_s": RATE, "achieved_per_s": total / SECONDS,
        "achieved_ratio": total / (RATE * SECONDS), "error_ratio": sum(throttled) / total, "peak_in_flight": 172,
        "counts": {
            "intended": RATE * SECONDS, "started": RATE * SECONDS, "completed": total, "late": 160, "unfinished": 0,
            "dropped": 0,
        },
        "outcomes": [good, bad],
    }  # fmt: skip
    lag = {name: summary(value, total) for name, value in (("start_ms", 3), ("backlog_ms", 2), ("wake_ms", 0.3))}
    phase = {
        "name": "steady", "duration_s": SECONDS, "ended": "", "outcome": "missed", "invalid": [],
        "operations": [operation], "budgets": [budget("p95_ms", 50, 22.5), budget("p99_ms", 400, 931.0)],
        "lag": lag | {"heartbeat_ms": None},
        "series": {
            "t_s": t_s, "operations": {"loginUser": series}, "in_flight": [rng.randrange(1, 5) for _ in t_s],
            "backlog_ms": backlog, "wake_ms": flat, "heartbeat_ms": flat,
            "cpu_percent": [20 + 5 * rng.random() for _ in t_s],
        },
    }  # fmt: skip
    return {
        "schema": "urn:authproof:load:1", "id": "20270115-100000-abc123", "started": "2027-01-15T10:00:00Z",
        "finished": "2027-01-15T10:01:31Z", "argv": ["locust", "--load-profile=login"], "seed": 7,
        "target": {
            "name": "acme", "base_url": "http://127.0.0.1:8000", "environment": "test", "started_here": True,
            "hashes_here": True,
        },
        "profile": {
            "name": "login", "about": "Logins at a steady rate.", "model": "open", "duration_s": SECONDS, "users": 200,
            "operations": {"loginUser": {"spread": "poisson", "rate": [[0, RATE], [SECONDS, RATE]]}},
        },
        "verdict": {
            "outcome": "missed", "exit_code": 1, "invalid": [],
            "lines": ["missed: loginUser p99 is 931 ms, the budget is 400 ms", "3 of 4 budgets met"],
        },
        "phases": [phase],
        "findings": [{
            "requirement": "AVAIL-02", "operation": "loginUser", "kind": "throttled", "status": 429, "count": 55,
            "message": "no Retry-After", "known": "", "verdict": "warn",
        }],
        "generator": {
            "healthy": True, "wake_limit_ms": 10,
            "workers": [{
                "index": 0, "lost": False, "cpu_percent": 22.5, "cpu_s": 20.1, "wake_ms": summary(0.3, total),
                "heartbeat_ms": None,
            }],
        },
        "machine": {
            "measured": "2027-01-15", "cores": 2, "arrivals_per_s": 400, "requests_per_cpu_s": 900, "hash": "argon2id",
            "hash_cpu_ms": 21.0, "hashes_per_s": 95.0,
        },
        "notes": ["a note with <b>markup</b>"], "versions": {"locust": "2.47.0"}, "environment": {"python": "3.11.2"},
    }  # fmt: skip


def summary(middle: float, count: int) -> dict[str, Any]:
    """Return a summary whose median is *middle* ms."""
    percentiles = {"50": middle, "90": middle * 1.5, "95": middle * 1.8, "99": middle * 3, "99.9": middle * 70}
    return {"count": count, "mean": middle * 1.3, "min": middle / 2, "max": middle * 80, "percentiles": percentiles}


def spectrum(middle: float, count: int) -> list[list[float]]:
    """Return a distribution with a slow end."""
    percents = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 100]
    return [[each, middle * (1 + (100 / (100.02 - each)) / 50), round(count * each / 100)] for each in percents]


def budget(measure: str, limit: float, value: float) -> dict[str, Any]:
    """Return a budget of the login."""
    met = value <= limit
    return {
        "operation": "loginUser", "measure": measure, "limit": limit, "value": value, "low": value * 0.95,
        "high": value * 1.1, "samples": 3600, "needed": 600, "outcome": "met" if met else "missed",
        "text": f"{measure} {value} against {limit}",
    }  # fmt: skip

"""Each planted defect is there when it is asked for, and only then; nothing but the defects knows of them."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reference_impl import defects
from suites.selftest import defect_signs_upstream
from suites.selftest.defect_signs import SIGNS
from suites.selftest.reference import ROOT, Reference, serving
from suites.selftest.test_reference_start import certificate

OPTIONS = ("--control", "--allowed-origin", "https://app.example.com")


@cache
def listed() -> list[dict[str, Any]]:
    """Return what `--list-defects --json` prints."""
    command = [sys.executable, "-m", "reference_impl", "--list-defects", "--json"]
    found: list[dict[str, Any]] = json.loads(subprocess.check_output(command, cwd=ROOT, text=True))
    return found


def test_every_requirement_has_a_defect_with_a_sign_and_all_are_data() -> None:
    signs = {*SIGNS, *defect_signs_upstream.SIGNS, "ABUSE-09", "DATA-05"}
    unsigned = {defect["id"] for defect in listed()} - signs
    assert signs <= {defect["id"] for defect in listed()}
    assert {name for name in unsigned if name[-1].isdigit()} == set()  # of several the first will do
    assert len({defect["requirement"] for defect in listed()}) == 135
    assert [defect for defect in listed() if defect["requirement"] not in defect["red"] or not defect["what"]] == []


class Ahead:
    """Starts the servers of the next defects while the present one is looked at."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._started: dict[str, Future[tuple[ExitStack, Reference]]] = {}

    @contextmanager
    def misbehaving(self, defect: str) -> Iterator[Reference]:
        """A server with *defect*, ended in the background."""
        order = list(SIGNS)
        for name in order[order.index(defect) :][:3]:
            if name not in self._started:
                self._started[name] = self._threads.submit(self._start, name)
        stack, reference = self._started[defect].result()
        try:
            yield reference
        finally:
            self._threads.submit(stack.close)

    def close(self) -> None:
        """End every server."""
        self._threads.shutdown()
        for started in self._started.values():
            if started.exception() is None:
                started.result()[0].close()

    @staticmethod
    def _start(defect: str) -> tuple[ExitStack, Reference]:
        stack = ExitStack()
        return stack, stack.enter_context(serving(*OPTIONS, "--defect", defect))


@pytest.fixture(scope="module")
def ahead() -> Iterator[Ahead]:
    starting = Ahead()
    yield starting
    starting.close()


@pytest.mark.parametrize("defect", SIGNS)
def test_a_defect_shows_when_it_is_asked_for(ahead: Ahead, defect: str) -> None:
    with ahead.misbehaving(defect) as reference:
        assert SIGNS[defect](reference)


@pytest.mark.parametrize("planted", [True, False], ids=["planted", "sound"])
def test_unknown_addresses_are_answered_sooner_only_when_that_is_asked_for(planted: bool) -> None:
    dear = ("--hash-memory-kib", "65536", "--hash-passes", "4", "--login-limit", "0")
    with serving(*dear, *(("--defect", "ABUSE-09") if planted else ())) as reference:
        email = reference.register()
        known = min(elapsed_s(reference, email) for _ in range(3))
        unknown = min(elapsed_s(reference, "nobody@example.com") for _ in range(3))

    assert (unknown < known / 2) is planted


def elapsed_s(reference: Reference, email: str) -> float:
    """Return how long a login with a wrong password takes."""
    return reference.login(email, "not the right password").elapsed.total_seconds()


def test_hsts_ends_at_once_only_when_that_is_asked_for(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, days=9)
    tls = ("--tls-cert", cert, "--tls-key", key, "--defect", "DATA-05")
    with serving(*tls, verify=ssl._create_unverified_context()) as reference:
        assert reference.call("GET", "/health/live").headers["strict-transport-security"] == "max-age=0"


@pytest.fixture(scope="module")
def sound() -> Iterator[Reference]:
    with serving(*OPTIONS, "--debug-contract") as reference:
        yield reference


@pytest.mark.parametrize("defect", SIGNS)
def test_the_sound_reference_shows_no_defect(sound: Reference, defect: str) -> None:
    assert not SIGNS[defect](sound)


@pytest.mark.parametrize("defect", defects.planted())
def test_a_defect_replaces_functions_that_exist(defect: str) -> None:
    for seam in defects.find(defect).seams:
        owner, name = defects.locate(seam)
        assert callable(getattr(owner, name))


def test_only_the_start_knows_of_defects() -> None:
    knowing = {
        path.relative_to(ROOT / "reference_impl").as_posix()
        for path in (ROOT / "reference_impl").rglob("*.py")
        if re.search(r"defect", path.read_text(encoding="utf-8"), re.IGNORECASE)
    }

    assert {path for path in knowing if not path.startswith("defects/")} == {"__main__.py", "options.py"}


def test_several_defects_at_once() -> None:
    with serving("--defect", "HTTP-01", "--defect", "REG-01") as reference:
        assert SIGNS["HTTP-01"](reference)
        assert SIGNS["REG-01"](reference)

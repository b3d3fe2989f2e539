"""Each planted defect is there when it is asked for, and only then; nothing but the defects knows of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from reference_impl import defects
from suites.selftest import defect_signs_upstream
from suites.selftest.defect_signs import SIGNS
from suites.selftest.reference import ROOT, Reference, serving


@cache
def listed() -> list[dict[str, Any]]:
    """Return what `--list-defects --json` prints."""
    command = [sys.executable, "-m", "reference_impl", "--list-defects", "--json"]
    found: list[dict[str, Any]] = json.loads(subprocess.check_output(command, cwd=ROOT, text=True))
    return found


def test_every_defect_has_a_sign_and_is_data() -> None:
    signs = {*SIGNS, *defect_signs_upstream.SIGNS}
    assert [defect["id"] for defect in listed() if defect["id"] not in signs] == []
    assert [name for name in SIGNS if name not in {defect["id"] for defect in listed()}] == []
    assert [defect for defect in listed() if defect["requirement"] not in defect["red"] or not defect["what"]] == []


@pytest.mark.parametrize("defect", SIGNS)
def test_a_defect_shows_when_it_is_asked_for(defect: str) -> None:
    with serving("--control", "--defect", defect) as reference:
        assert SIGNS[defect](reference)


@pytest.fixture(scope="module")
def sound() -> Iterator[Reference]:
    with serving("--control", "--debug-contract") as reference:
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

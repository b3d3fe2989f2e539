"""The table of outages: who was answered what during which outage, how late, and when it worked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from contract.answers import Answer, Request
from contract.outages import FaultKind
from suites.rig.faults import Faults, Outage
from suites.rig.outage_table import Met, lines, met, read, write

NOBODY = cast("Faults", None)


def outage(dependency: str, kind: FaultKind, began_s: float, ended_s: float) -> Outage:
    return Outage(dependency, kind, NOBODY, began_s, ended_s)


def answered(operation: str, status: int, at_s: float, elapsed_s: float = 0.25) -> Answer:
    request = Request("GET", "http://127.0.0.1/", operation=operation)
    return Answer(request, status, sent_at_s=at_s, elapsed_s=elapsed_s)


def test_an_answer_belongs_to_the_outage_in_which_it_was_asked_for() -> None:
    outages = [outage("database", FaultKind.SILENT, 10, 20), outage("database", FaultKind.DOWN, 30, 40)]
    answers = [
        answered("loginUser", 200, 9),
        answered("loginUser", 503, 11, 5.0),
        answered("loginUser", 0, 12, 6.5),
        answered("", 404, 12.5),
        answered("getReadiness", 503, 13),
        answered("loginUser", 503, 20, 0.5),
        answered("loginUser", 401, 21),
        answered("loginUser", 503, 31),
    ]

    assert met(outages, answers) == [
        Met("database", "silent", "loginUser", (0, 503), 6.5, 1.25),
        Met("database", "silent", "getReadiness", (503,), 0.25, None),
        Met("database", "down", "loginUser", (503,), 0.25, None),
    ]


def test_what_several_processes_met_is_one_table(tmp_path: Path) -> None:
    write(tmp_path, [Met("mail", "down", "getReadiness", (503,), 0.01, None), met_login((503,), 0.25, 1.0)])
    write(tmp_path, [met_login((500,), 0.5, None), met_login((503,), 0.125, 2.0)])
    write(tmp_path, [])

    assert lines(read(tmp_path)) == [
        "dependency  fault  operation     status    answered  works again",
        "database    down   loginUser     500, 503  0.50 s    2.00 s",
        "mail        down   getReadiness  503       0.01 s",
    ]


def met_login(*rest: Any) -> Met:
    return Met("database", "down", "loginUser", *rest)


def test_a_run_without_outages_has_no_table(tmp_path: Path) -> None:
    write(tmp_path, [])

    assert list(tmp_path.iterdir()) == []
    assert lines(read(tmp_path)) == []


def test_no_answer_is_said_in_words() -> None:
    assert lines([met_login((0,), 10.0, None)])[1] == "database    down   loginUser  no answer  10.00 s"

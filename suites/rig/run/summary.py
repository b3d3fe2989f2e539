"""The end of a run in the terminal: what a tired engineer takes in at a glance, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from contract.catalogue import known
from contract.results import ExitCode, Results, Verdict, is_red, wording
from contract.results.events import Judgement
from contract.targets.model import Target
from suites.rig import outage_table
from suites.rig.run.options import Options

COLOURS = {"fail": {"red": True}, "warn": {"yellow": True}, "open": {"yellow": True}}
SENTENCES = {
    ExitCode.GREEN: "green: nothing that binds this target is broken",
    ExitCode.RED: "red: see the findings above",
    ExitCode.INTERRUPTED: "interrupted: what is above is what was known by then",
    ExitCode.HARNESS_ERROR: "error of the harness: this run cannot be trusted",
    ExitCode.NOTHING_JUDGED: "nothing was judged",
    ExitCode.UNREACHABLE: "the target cannot be reached",
}


def show(out: pytest.TerminalReporter, results: Results, options: Options, target: Target, folder: Path) -> None:
    """Print the summary of *results*."""
    beside: dict[str, list[Judgement]] = {}
    for judgement in results.findings:
        if not judgement.test:
            beside.setdefault(f"{judgement.requirement} {judgement.verdict}", []).append(judgement)
    for alike in beside.values():
        show_beside_the_tests(out, alike, folder)
    place = "started by this run" if target.start else target.base_url
    out.section(f"{target.name}, {place}", sep="-")
    if not target.transport.verify:
        out.line("TLS certificates were not verified: the target file says verify = false", yellow=True)
    table(out, results.areas)
    for verdict, heading in ((Verdict.UNDECIDED, "not decided"), (Verdict.NOT_EXERCISED, "not exercised")):
        listed(out, heading, {row.requirement: row.why for row in results.rows if row.verdict is verdict})
    for note in results.notes:
        out.line(f"note: {note}")
    for line in outage_table.lines(outage_table.read(folder)):
        out.line(line)
    if results.unreachable:
        out.line(results.unreachable, red=True)
    for fault in results.faults:
        out.line(f"error of the harness in {fault.test or 'the run'}: {fault.message}", red=True)
    code = ExitCode(results.exit_code if results.exit_code is not None else ExitCode.HARNESS_ERROR)
    red = sum(
        is_red(row.verdict, strict_should=options.strict_should, require_all=options.require_all)
        for row in results.rows
    )
    out.line("")
    out.line(
        f"{SENTENCES[code]}; {counted(len(results.rows), 'requirement')}, {red} red; "
        f"{counted(results.cost.requests, 'request')}, {counted(results.cost.accounts, 'account')}; "
        f"seed {options.seed}",
        bold=True,
        green=code == ExitCode.GREEN,
        red=code not in (ExitCode.GREEN, ExitCode.NOTHING_JUDGED),
    )
    out.line(f"results in {folder / 'results.json'}")


def counted(number: int, what: str) -> str:
    """Return *number* with its noun: 1 account, 2 accounts."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def show_beside_the_tests(out: pytest.TerminalReporter, alike: list[Judgement], folder: Path) -> None:
    """Print a finding that belongs to no test: the first of *alike*, and where else it was seen."""
    judgement = alike[0]
    row = known(judgement.requirement)
    heading = wording.HEADINGS[judgement.verdict]
    out.section(f"{judgement.requirement}: {heading}", sep="_")
    repro = str(folder / judgement.repro) if judgement.repro else ""
    if row is None:
        for label in ("message", "expected", "actual"):
            out.line("\n".join(wording.labelled(label if label != "message" else "what", getattr(judgement, label))))
        if judgement.exchanges:
            out.line("\n".join(wording.labelled("exchange", wording.exchange(judgement.exchanges[-1]))))
        return
    out.line(wording.finding(row, judgement, repro=repro))
    others = sorted({f"{each.operation or 'outside the contract'} {each.status}" for each in alike[1:]})
    if others:
        out.line("\n".join(wording.labelled("also", ", ".join(others))))


def table(out: pytest.TerminalReporter, areas: Mapping[str, Mapping[Verdict, int]]) -> None:
    """Print one line for each area, with how many requirements came to what."""
    out.line(f"{'':<16}" + "".join(f"{name:>7}" for name in wording.COLUMNS))
    for area, counts in areas.items():
        out.write(f"{area:<16}")
        for name, verdicts in wording.COLUMNS.items():
            number = sum(counts.get(verdict, 0) for verdict in verdicts)
            out.write(f"{number or '.':>7}", **(COLOURS.get(name, {}) if number else {}))
        out.line("")


def listed(out: pytest.TerminalReporter, heading: str, rows: Mapping[str, tuple[str, ...]]) -> None:
    """Print which requirements were left open, together where the reason is one."""
    by_reason: dict[str, list[str]] = {}
    for name, why in rows.items():
        by_reason.setdefault("; ".join(why) or "no test said why", []).append(name)
    for why, names in by_reason.items():
        out.line(f"{heading}: {', '.join(names)}: {why}")

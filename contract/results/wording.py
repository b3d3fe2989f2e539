"""How one finding reads as text: in the terminal, in JUnit, wherever else."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from contract.catalogue import Requirement
from contract.results.events import Judgement
from contract.results.verdict import Verdict

WIDTH = 100
LABEL = 12

COLUMNS: dict[str, tuple[Verdict, ...]] = {
    "pass": (Verdict.PASS,),
    "fail": (Verdict.FAIL, Verdict.UNTESTABLE, Verdict.STALE_ENTRY),
    "warn": (Verdict.WARN,),
    "known": (Verdict.KNOWN_FAILURE,),
    "open": (Verdict.UNDECIDED, Verdict.NOT_REACHED, Verdict.NOT_EXERCISED),
    "n/a": (Verdict.NOT_APPLICABLE,),
}
"""The columns of every table, and what is counted in each."""

HEADINGS = {
    Verdict.FAIL: "FAIL",
    Verdict.UNTESTABLE: "UNTESTABLE",
    Verdict.STALE_ENTRY: "STALE ENTRY",
    Verdict.KNOWN_FAILURE: "known failure",
    Verdict.WARN: "warning",
}


def finding(row: Requirement, judgement: Judgement, *, why_warning: str = "", repro: str = "") -> str:
    """Return the finding as a block of text: requirement, source, expected, actual, exchange, usual cause, script."""
    star = "*" if row.project_rule else ""
    level = f"ASVS L{row.asvs_level}, " if row.asvs_level else ""
    lines = textwrap.wrap(f"{row.id} ({level}{row.level}{star})  {row.statement}", WIDTH)
    lines += labelled("what", judgement.message)
    lines += labelled("source", row.source)
    lines += labelled("expected", judgement.expected)
    lines += labelled("actual", judgement.actual)
    lines += labelled("story", "\n".join(f"{number}. {each}" for number, each in enumerate(judgement.story, 1)))
    if judgement.exchanges:
        lines += labelled("exchange", exchange(judgement.exchanges[-1]))
    if judgement.known_failure:
        entry = judgement.known_failure
        lines += labelled("known", f"{entry.reason}; {entry.owner}, until {entry.until}")
    elif why_warning:
        lines += labelled("weight", f"only a warning: {why_warning}")
    elif judgement.verdict is Verdict.FAIL:
        lines += labelled("often", row.causes[0])
        lines += labelled("repair", row.fix)
    lines += labelled("script", repro)
    lines += [f"  {'again':<{LABEL - 2}}{judgement.again}"] if judgement.again else []  # whole, to be copied
    return "\n".join(lines)


def labelled(label: str, text: str) -> list[str]:
    """Return *text* wrapped beside its label; nothing where there is no text."""
    if not text:
        return []
    lines = [piece for line in text.splitlines() for piece in textwrap.wrap(line, WIDTH - LABEL) or [""]]
    return [f"  {label if number == 0 else '':<{LABEL - 2}}{line}" for number, line in enumerate(lines)]


def exchange(recorded: Mapping[str, Any]) -> str:
    """Return one masked exchange in two lines: what was sent, and what came back."""
    body = clipped(recorded.get("request_body", ""))
    came = clipped(recorded.get("body", ""))
    status = recorded["status"] or recorded.get("fault", "no answer")
    return f"{recorded['method']} {recorded['url']} {body}".rstrip() + f"\n-> {status} {came}".rstrip()


def clipped(text: str, length: int = 240) -> str:
    """Return *text* on one line, and not at length."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 3] + "..."

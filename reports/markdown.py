"""A run as Markdown for a pull request: the verdict first, what is long folded away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import escape

from contract.catalogue import known
from contract.results import Results, Row, Verdict, is_red
from contract.results.events import Judgement
from contract.results.wording import COLUMNS, exchange
from reports.verdicts import place, sentence

SHOWN = 30  # findings in full; a pull request is read by people, and comments end at 65,536 characters

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&]|^[-+#])")
_REFERENCE = re.compile(r"([@#])(?=\w)")


def markdown(results: Results) -> str:
    """Return the run as GitHub's Markdown; nothing that the target said is taken for markup."""
    red = [row for row in results.rows if is_red(row.verdict)]
    parts = [_head(results, red), _table(results.areas)]
    parts += [_finding(each) for each in _shown(results, red)]
    parts.append(_folded("Warnings", _lines(results, Verdict.WARN)))
    parts.append(_folded("Known failures", _lines(results, Verdict.KNOWN_FAILURE)))
    left = [row for row in results.rows if row.verdict in COLUMNS["open"]]
    parts.append(_folded("Not judged", [_left(row) for row in left]))
    parts.append(_folded("Notes", [f"- {text(note)}" for note in results.notes]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(results: Results, red: list[Row]) -> str:
    met = sum(row.verdict is Verdict.PASS for row in results.rows)
    what = f"{len(results.rows)} requirements: {met} met, {len(red)} red"
    target = results.run.target
    where = f"{code(target['name'] or 'unknown')}, {code(place(results))}"
    lines = [f"### authproof: {text(sentence(results))}", f"{what}. Target {where}."]
    if results.unreachable:
        lines.append(f"> {text(results.unreachable)}")
    lines += [f"> error of the harness: {text(fault.message)}" for fault in results.faults]
    return "\n\n".join(lines)


def _table(areas: Mapping[str, Mapping[Verdict, int]]) -> str:
    lines = ["| area | " + " | ".join(COLUMNS) + " |", "|---|" + "--:|" * len(COLUMNS)]
    for area, counts in areas.items():
        cells = (sum(counts.get(verdict, 0) for verdict in verdicts) for verdicts in COLUMNS.values())
        lines.append(f"| {text(area)} | " + " | ".join(str(number) if number else "" for number in cells) + " |")
    return "\n".join(lines)


def _shown(results: Results, red: list[Row]) -> Iterable[Judgement | str]:
    """Yield the red findings, one for each requirement, and a sentence about those that there is no room for."""
    wanted = {row.requirement for row in red}
    first: dict[str, Judgement] = {}
    for each in results.judgements:
        if each.requirement in wanted and is_red(each.verdict):
            first.setdefault(each.requirement, each)
    yield from list(first.values())[:SHOWN]
    if len(first) > SHOWN:
        yield f"… and {len(first) - SHOWN} more: {', '.join(list(first)[SHOWN:])}"


def _finding(judgement: Judgement | str) -> str:
    if isinstance(judgement, str):
        return text(judgement)
    row = known(judgement.requirement)
    lines = [f"expected {code(judgement.expected)}, actual {code(judgement.actual)}"] if judgement.expected else []
    if row:
        lines += [f"Source: {text(row.source)}", f"Repair: {text(row.fix)}"]
    if judgement.exchanges:
        lines.append(fenced(exchange(judgement.exchanges[-1])))
    if judgement.repro:
        lines.append(f"Script: {code(judgement.repro)}")
    said = escape(" ".join((row.statement if row else judgement.message).split()))
    body = "\n\n".join([text(judgement.message), *lines])
    return f"<details><summary><b>{escape(judgement.requirement)}</b> {said}</summary>\n\n{body}\n\n</details>"


def _lines(results: Results, verdict: Verdict) -> list[str]:
    lines = []
    for each in results.judgements:
        if each.verdict is verdict:
            entry = each.known_failure
            excused = f" ({text(entry.reason)}; {text(entry.owner)}, until {entry.until})" if entry else ""
            lines.append(f"- **{each.requirement}** {text(each.message)}{excused}")
    return list(dict.fromkeys(lines))


def _left(row: Row) -> str:
    return f"- **{row.requirement}** {text(row.verdict)}: {text('; '.join(row.why))}"


def _folded(heading: str, lines: list[str]) -> str:
    if not lines:
        return ""
    body = "\n".join(lines)
    return f"<details><summary>{heading}: {len(lines)}</summary>\n\n{body}\n\n</details>"


def text(said: str) -> str:
    """Return *said* so that Markdown shows it as it is, on one line, and nobody is called by it."""
    return _REFERENCE.sub(r"\1<!-- -->", _MARKUP.sub(r"\\\1", " ".join(said.split())))


def code(said: str) -> str:
    """Return *said* as code within a line, fenced by more backticks than it holds in a row."""
    line = " ".join(said.split())
    fence = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}" if line else ""


def fenced(said: str) -> str:
    """Return *said* as a block of code that nothing within it can end."""
    fence = "`" * max(3, _longest_run(said) + 1)
    return f"{fence}\n{said}\n{fence}"


def _longest_run(said: str) -> int:
    return max((len(run) for run in re.findall("`+", said)), default=0)

"""Changes between two documents in the words of other tools: findings, cases, and Markdown for a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from contract.diff.change import Change
from contract.diff.rating import RULES, Consumer, Posture
from contract.diff.result import Diff
from contract.diff.text import rating, sentence, summary
from reports.junit import Case
from reports.markdown import code, text
from reports.sarif import Finding, Level

SHOWN = 100  # changes in a table; a pull request is read by people, and comments end at 65,536 characters
MARKS = {Consumer.BREAKING: "**breaking**", Posture.WEAKENED: "**weakened**"}
OPERATIONS_SHOWN = 3
WITNESS_SHOWN = 200  # characters of a value


def findings(diff: Diff) -> list[Finding]:
    """Return every change as a finding on its line of the new document."""
    return [_finding(diff, each) for each in diff.changes]


def _finding(diff: Diff, change: Change) -> Finding:
    rule, known = RULES[change.rule], change.known_failure
    level: Level = "error" if diff.fails(change) else "note" if change.consumer is Consumer.COMPATIBLE else "warning"
    return Finding(
        rule=change.rule,
        level=level,
        message=f"{rating(change)}: {sentence(change)}{_witness(change)}",
        file=file_of(diff.new),
        line=change.new.line,
        help=rule.why,
        statement=rule.statement,
        excused=f"{known.reason}; {known.owner}, until {known.until}" if known else "",
        key=f"{change.old.pointer} {change.new.pointer} {change.direction}",
    )


def cases(diff: Diff) -> Iterator[Case]:
    """Yield a case for each change, which fails where it is not allowed; one that passed where nothing changed."""
    if not diff.changes:
        yield Case("contract", "no change")
    for change in diff.changes:
        name = f"{change.rule} {change.new.pointer}"
        what = f"{file_of(diff.new)}:{change.new.line}: {sentence(change)}"
        if change.known_failure:
            yield Case("contract", name, "skipped", f"known: {change.known_failure.reason}", type="known-failure")
        elif diff.fails(change):
            body = f"{what}{_witness(change)}\n{RULES[change.rule].statement} {RULES[change.rule].why}"
            yield Case("contract", name, "failed", what, body, type=rating(change))
        else:
            yield Case("contract", name)


def markdown(diff: Diff) -> str:
    """Return the changes as GitHub's Markdown: what is not allowed first, what is allowed folded away."""
    verdict = "changes that are not allowed" if diff.failed else "nothing that is not allowed"
    parts = [f"### Contract: {verdict}", f"{text(summary(diff))}. {code(diff.old)} → {code(diff.new)}"]
    failing = [each for each in diff.changes if diff.fails(each)]
    known = [each for each in diff.changes if each.known_failure]
    allowed = [each for each in diff.changes if not (diff.fails(each) or each.known_failure)]
    parts += _table(failing)
    for heading, changes in (("Allowed", allowed), ("Known", known)):
        if changes:
            body = "\n\n".join(_table(changes))
            parts.append(f"<details><summary>{heading}: {len(changes)}</summary>\n\n{body}\n\n</details>")
    parts += [f"> {text(each)}" for each in diff.unused]
    return "\n\n".join(parts) + "\n"


def _table(changes: list[Change]) -> list[str]:
    if not changes:
        return []
    rows = ["| line | clients | security | change | operations |", "|--:|---|---|---|---|"]
    rows += [_row(each) for each in changes[:SHOWN]]
    more = [f"… and {len(changes) - SHOWN} more."] if len(changes) > SHOWN else []
    return ["\n".join(rows), *more]


def _row(change: Change) -> str:
    names = [code(name) for name in change.operations[:OPERATIONS_SHOWN]]
    more = len(change.operations) - len(names)
    concerned = ", ".join(names) + (f" and {more} more" if more else "")
    clients, security = (MARKS.get(each, str(each)) for each in (change.consumer, change.posture))
    security = "" if change.posture is Posture.NEUTRAL else security
    shown = f"<br>{text(_witness(change).strip())}" if change.witness else ""
    what = f"{text(change.message)} {code(change.rule)}{shown}"
    return f"| {change.new.line} | {clients} | {security} | {what} | {concerned} |"


def _witness(change: Change) -> str:
    if change.witness is None:
        return ""
    value = json.dumps(change.witness.value)
    value = value if len(value) <= WITNESS_SHOWN else f"{value[: WITNESS_SHOWN - 1]}…"
    other = "after" if change.witness.valid == "before" else "before"
    return f" Valid {change.witness.valid}, not {other}: {value}"


def file_of(source: str) -> str:
    """Return the file that *source* names, below the working directory where it is there; of `REV:path` the path."""
    if not Path(source).exists() and ":" in source:
        return source.partition(":")[2]
    path = Path(source).resolve()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()

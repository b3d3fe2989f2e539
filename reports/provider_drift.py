"""A provider's drift in the words of other tools: findings, cases, and Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from contract.drift.result import Drift, Finding
from contract.drift.rules import RULES
from reports import sarif
from reports.document_changes import file_of
from reports.junit import Case
from reports.markdown import code, text

SHOWN = 100


def findings(drift: Drift) -> list[sarif.Finding]:
    """Return every difference as a finding on the line of the document that is at odds."""
    return [_finding(drift, each) for each in drift.findings]


def _finding(drift: Drift, finding: Finding) -> sarif.Finding:
    known = finding.known_failure
    return sarif.Finding(
        rule=finding.rule,
        level="error" if finding.fails else "warning",
        message=_said(finding),
        file=file_of(drift.document),
        line=finding.line,
        help="Change what is wrong: the answer, or the document in a change of its own.",
        statement=RULES[finding.rule],
        excused=f"{known.reason}; {known.owner}, until {known.until}" if known else "",
        key=f"{finding.label} {finding.status} {finding.pointer}",
    )


def cases(drift: Drift) -> Iterator[Case]:
    """Yield a case for each operation that was seen, one for each difference, and one for each refusal not produced."""
    differing = {each.label for each in drift.findings if each.fails}
    for operation in drift.operations:
        if operation.statuses and operation.label not in differing:
            yield Case("operations", operation.label)
        elif not operation.statuses:
            yield Case("operations", operation.label, "skipped", "no exchange was seen", type="not-exercised")
    for finding in drift.findings:
        name = f"{finding.rule} {finding.label} {finding.status or ''} {finding.pointer}".rstrip()
        if finding.known_failure:
            yield Case("drift", name, "skipped", f"known: {finding.known_failure.reason}", type="known-failure")
        elif finding.fails:
            yield Case("drift", name, "failed", _said(finding), RULES[finding.rule], type=finding.rule)
        else:
            yield Case("drift", name)
    for status in drift.statuses:
        name = f"{status.label} {status.status}"
        yield Case("statuses", name) if status.reached else Case("statuses", name, "skipped", status.why)


def markdown(drift: Drift) -> str:
    """Return the drift as GitHub's Markdown: what differs, then which documented refusals were seen."""
    verdict = "the provider has drifted" if drift.failed else "the provider keeps its document"
    counted = f"{drift.exchanges} exchanges with {code(drift.traffic)} against {code(drift.document)}"
    parts = [f"### Drift: {verdict}", f"{counted}: {len(drift.findings)} differences."]
    if drift.findings:
        rows = ["| line | rule | answer | at | expected | actual |", "|--:|---|---|---|---|---|"]
        rows += [_row(each) for each in drift.findings[:SHOWN]]
        parts.append("\n".join(rows))
        if len(drift.findings) > SHOWN:
            parts.append(f"… and {len(drift.findings) - SHOWN} more.")
    missing = [each for each in drift.statuses if not each.reached]
    reached = len(drift.statuses) - len(missing)
    parts.append(f"{reached} of {len(drift.statuses)} documented refusals were produced.")
    if missing:
        body = "\n".join(f"- {code(f'{each.label} {each.status}')}: {text(each.why)}" for each in missing)
        parts.append(f"<details><summary>Not produced: {len(missing)}</summary>\n\n{body}\n\n</details>")
    parts += [f"> {text(each)}" for each in (*drift.left_out, *drift.unused)]
    return "\n\n".join(parts) + "\n"


def _row(finding: Finding) -> str:
    known = f" (known: {text(finding.known_failure.reason)})" if finding.known_failure else ""
    answer = f"{code(finding.label)} {finding.status or ''}{f', {finding.count} times' if finding.count > 1 else ''}"
    cells = (code(finding.pointer), text(finding.expected), text(finding.actual))
    return f"| {finding.line} | {code(finding.rule)}{known} | {answer} | {' | '.join(cells)} |"


def _said(finding: Finding) -> str:
    return str(finding).partition(" ")[2]

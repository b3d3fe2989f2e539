"""Judging exchanges, wherever they come from, against one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from contract.answers import Answer
from contract.document import Document, OperationSpec, child
from contract.drift.result import Drift, Finding, OperationSeen, StatusSeen
from contract.drift.rules import MISSING, RULES, UNDOCUMENTED
from contract.known_failures import match
from contract.masking import mask_exchange
from contract.schemas import Judge, Violation
from contract.targets.model import KnownFailure

REFUSALS = ("401", "403", "409", "422", "429", "503")
"""The statuses of which it is told whether any exchange produced them."""

ABSENT = frozenset({404, 405, 501})
"""How a server says that it has no such operation."""

Why = Callable[[OperationSpec, str], str]
"""Says why no exchange produced a documented status of an operation."""


@dataclass
class Traffic:
    """
    Exchanges with one provider, sorted into the operations of *document* as they come.

    *base_path* is what every path of the document has before it; exchanges elsewhere are left out, and counted.
    """

    document: Document
    base_path: str
    exchanges: int = 0
    elsewhere: int = 0
    unread: int = 0
    by_operation: dict[str, list[Answer]] = field(default_factory=dict)
    strangers: list[Answer] = field(default_factory=list)

    def add(self, answer: Answer, *, body_known: bool = True) -> None:
        """Take one exchange. *body_known*: false where the recording left the body out."""
        self.exchanges += 1
        self.unread += not body_known
        path = urlsplit(answer.request.url).path
        if answer.request.layer == "transport" or not (path == self.base_path or path.startswith(f"{self.base_path}/")):
            self.elsewhere += 1
            return
        inner = path[len(self.base_path) :]
        method = answer.request.method.upper()
        operation = self.document.match(method, inner) or (
            self.document.match("GET", inner) if method == "HEAD" else None
        )
        if operation is not None:
            self.by_operation.setdefault(operation.pointer, []).append(answer)
        elif method not in ("OPTIONS", "HEAD", "TRACE") and 200 <= answer.status < 400:
            self.strangers.append(answer)


def differences(
    traffic: Traffic,
    *,
    kind_of: Callable[[Answer], str] | None = None,
    unknown_bodies: Iterable[Answer] = (),
) -> list[tuple[Finding, Answer]]:
    """
    Return each difference between *traffic* and its document once, with how many answers have it, and the first one.

    Args:
        kind_of: Says what an answer means, in contract words.

        unknown_bodies: Answers whose bodies the recording left out; nothing is said of them.

    Raises:
        BindingError: a schema of the document is none.
    """
    judge = Judge(traffic.document)
    silent = {id(answer) for answer in unknown_bodies}
    found: dict[tuple[Any, ...], tuple[Finding, Answer]] = {}
    for finding, answer in (*_of_operations(traffic, judge, silent), *_strangers(traffic)):
        told = replace(finding, kind=kind_of(answer)) if kind_of else finding
        key = (told.rule, told.label, told.status, told.pointer, told.expected, told.actual)
        first, seen_in = found.get(key, (replace(told, count=0), answer))
        found[key] = replace(first, count=first.count + 1), seen_in
    return list(found.values())


def drift_of(
    traffic: Traffic,
    name: str,
    findings: Sequence[Finding],
    *,
    known: Sequence[KnownFailure] = (),
    why: Why | None = None,
    today: date | None = None,
) -> Drift:
    """
    Return what *traffic*, called *name*, came to, *findings* being its differences and whatever else was found.

    Args:
        known: Failures that are excused: rule, operationId or "*", status or kind.

        why: Says why a documented refusal was not produced.
    """
    document = traffic.document
    marked, unused = excused(findings, known, today or date.today())
    return Drift(
        document=document.source,
        traffic=name,
        exchanges=traffic.exchanges,
        judged=sum(map(len, traffic.by_operation.values())),
        findings=marked,
        operations=tuple(_seen(traffic, each) for each in document.all_operations),
        statuses=tuple(_statuses(traffic, why or _no_exchange)),
        left_out=tuple(_left_out(traffic)),
        unused=unused,
    )


def excused(
    findings: Sequence[Finding], known: Sequence[KnownFailure], today: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return *findings* with those marked that *known* excuses, and a sentence for each entry that excuses nothing."""
    marked = []
    used = set()
    for finding in findings:
        entry = match(known, finding.rule, finding.operation, finding.kind, finding.status, today)
        used |= {entry} if entry else set()
        marked.append(replace(finding, known_failure=entry))
    unused = tuple(
        f"{entry.requirement} is listed under [[known_failure]] ({entry.operation}, {entry.actual}) "
        + (f"until {entry.until}, which has passed." if entry.until < today else "and excuses nothing here.")
        for entry in known
        if entry.requirement in RULES and entry not in used
    )
    return tuple(marked), unused


def _of_operations(traffic: Traffic, judge: Judge, silent: set[int]) -> Iterator[tuple[Finding, Answer]]:
    for operation in traffic.document.all_operations:
        answers = [each for each in traffic.by_operation.get(operation.pointer, ()) if each.status]
        if answers and all(_says_absent(operation, each) for each in answers):
            statuses = ", ".join(sorted({str(each.status) for each in answers}))
            missing = Violation(MISSING, "", "an operation that is served", statuses, operation.pointer)
            yield _finding(traffic, operation, answers[0], missing), answers[0]
            continue
        for answer in answers:
            for each in judge.violations(operation, answer):
                if not (id(answer) in silent and each.rule.startswith("DRIFT-BODY-")):
                    yield _finding(traffic, operation, answer, each), answer


def _says_absent(operation: OperationSpec, answer: Answer) -> bool:
    """Whether *answer* says that there is no such operation; a 404 that is documented speaks of something else."""
    return answer.status in ABSENT and not (answer.status == 404 and "404" in operation.responses)


def _finding(traffic: Traffic, operation: OperationSpec, answer: Answer, violation: Violation) -> Finding:
    return Finding(
        rule=violation.rule,
        operation=answer.request.operation or operation.id,
        label=operation.label,
        status=answer.status,
        pointer=violation.pointer,
        expected=violation.expected,
        actual=violation.actual,
        document_pointer=violation.document,
        line=traffic.document.line(violation.document),
        exchange=mask_exchange(answer),
    )


def _strangers(traffic: Traffic) -> Iterator[tuple[Finding, Answer]]:
    for answer in traffic.strangers:
        path = urlsplit(answer.request.url).path[len(traffic.base_path) :] or "/"
        known = traffic.document.path_exists(path)
        yield (
            Finding(
                rule=UNDOCUMENTED,
                operation=answer.request.operation,
                label=f"{answer.request.method} {path}",
                status=answer.status,
                pointer="",
                expected=f"only {'methods' if known else 'paths'} that the document has",
                actual=str(answer.status),
                document_pointer="/paths",
                line=traffic.document.line("/paths"),
                exchange=mask_exchange(answer),
            ),
            answer,
        )


def _seen(traffic: Traffic, operation: OperationSpec) -> OperationSeen:
    statuses = Counter(str(each.status) for each in traffic.by_operation.get(operation.pointer, ()) if each.status)
    line = traffic.document.line(operation.pointer)
    return OperationSeen(operation.id, operation.label, line, dict(sorted(statuses.items())))


def _statuses(traffic: Traffic, why: Why) -> Iterator[StatusSeen]:
    for operation in traffic.document.all_operations:
        answers = traffic.by_operation.get(operation.pointer, ())
        for status in (status for status in REFUSALS if status in operation.responses):
            answer = next((each for each in answers if str(each.status) == status), None)
            line = traffic.document.line(child(operation.pointer, "responses", status))
            names = (operation.id, operation.label, status, line)
            if answer is None:
                yield StatusSeen(*names, why=why(operation, status))
            else:
                yield StatusSeen(*names, exchange=_short(answer))


def _no_exchange(operation: OperationSpec, status: str) -> str:
    asked = "no exchange of the traffic gave"
    return f"{asked} {status} to {operation.label}."


def _short(answer: Answer) -> Mapping[str, Any]:
    masked = mask_exchange(answer)
    return {name: masked[name] for name in ("method", "url", "status")}


def _left_out(traffic: Traffic) -> Iterator[str]:
    if traffic.elsewhere:
        yield f"{traffic.elsewhere} exchanges are not below {traffic.base_path or '/'}, or are no well-formed HTTP."
    if traffic.unread:
        yield f"of {traffic.unread} answers the body was not recorded; only status and header fields are judged."

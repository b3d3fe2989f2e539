"""
What allure-pytest writes of a run, put right before it is on disk: `pytest --alluredir=DIR`.

Everything that allure-pytest says goes through one door, its file logger. Here each result is masked before it goes
through, gets level, sources and exchanges, and says what it came to in our words: allure has one word, skipped, for a
known failure, a feature that is not claimed, and what nobody could test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import uuid4

import allure_commons
import attr
from allure_commons.model2 import Attachment, Label, Link, Status, StatusDetails, TestResult, TestStepResult
from allure_commons.types import LabelType, LinkType, Severity

from contract import catalogue
from contract.answers import Answer
from contract.masking import mask_exchange, mask_text
from contract.results import Judgement, Results, Verdict, wording
from contract.results.verdict import worst
from contract.sources import pieces

STATUSES = {
    Verdict.PASS: Status.PASSED,
    Verdict.FAIL: Status.FAILED,
    Verdict.STALE_ENTRY: Status.FAILED,
    Verdict.UNTESTABLE: Status.BROKEN,
}
"""Every other verdict is skipped, which turns no build red; its label and its category say which one it is."""

SEVERITIES = {"MUST": Severity.CRITICAL, "SHOULD": Severity.NORMAL, "MAY": Severity.MINOR}

CATEGORIES = (
    ("Broken", Status.FAILED, ".*"),
    ("Could not be tested", Status.BROKEN, ".*"),
    ("Known failures, excused for a time", Status.SKIPPED, "known-failure: .*"),
    ("Warnings", Status.SKIPPED, "warn: .*"),
    ("Not claimed by the target", Status.SKIPPED, "not-applicable: .*"),
    ("Not judged", Status.SKIPPED, "(not-exercised|not-reached|undecided): .*"),
)
EXCHANGES_KEPT = 12
IDENTIFIERS = frozenset("uuid historyId testCaseId id source children type status stage".split())
"""Members of allure's model by which it finds its own files again."""


class AllureResults:
    """
    Stands in front of allure's file logger in one process.

    `judgements` gives what the test that just ended came to, `exchanges` the answers that it received.
    """

    def __init__(
        self, judgements: Callable[[], Sequence[Judgement]], exchanges: Callable[[], Sequence[Answer]]
    ) -> None:
        self._judgements = judgements
        self._exchanges = exchanges

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Mask the result of a test, and let it say what the judgement says."""
        mask(result)
        judged = self._judgements()
        if judged:
            verdict = worst(each.verdict for each in judged)
            tell(result, next(each for each in judged if each.verdict is verdict))
            result.steps.extend(steps(map(mask_exchange, self._exchanges()[-EXCHANGES_KEPT:])))

    @allure_commons.hookimpl(tryfirst=True)
    def report_container(self, container: object) -> None:
        """Mask what fixtures said."""
        mask(container)

    @allure_commons.hookimpl(tryfirst=True)
    def report_globals(self, globals_item: object) -> None:
        """Mask what was said outside of tests."""
        mask(globals_item)


def begin(folder: Path, environment: Mapping[str, str]) -> None:
    """Write into allure's *folder* how results are told apart, and what was run."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = [{"name": name, "matchedStatuses": [status], "messageRegex": said} for name, status, said in CATEGORIES]
    (folder / "categories.json").write_text(json.dumps(groups, indent=1), "utf-8")
    lines = (f"{name}={' '.join(value.split())}\n" for name, value in environment.items())
    (folder / "environment.properties").write_text("".join(lines), "utf-8")


def add_what_no_test_says(results: Results) -> None:
    """Give allure a result for each finding that belongs to no test: an answer that breaks what holds on every one."""
    for judgement in results.judgements:
        if not judgement.test:
            name = f"{judgement.operation or 'every answer'} {judgement.status or ''}".strip()
            full = f"{judgement.requirement} {name} {judgement.message}"
            digest = md5(full.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
            result = TestResult(uuid=str(uuid4()), name=name, fullName=full, historyId=digest, testCaseId=digest)
            tell(result, judgement)
            result.steps.extend(steps(judgement.exchanges))
            mask(result)
            allure_commons.plugin_manager.hook.report_result(result=result)


def tell(result: TestResult, judgement: Judgement) -> None:
    """Let *result* say what *judgement* says: status, words, level, area, sources."""
    row = catalogue.known(judgement.requirement)
    result.name = f"{judgement.requirement} {result.name}"
    result.status = STATUSES.get(judgement.verdict, Status.SKIPPED)
    result.labels = [label for label in result.labels if label.name not in (LabelType.SEVERITY, LabelType.TAG)]
    labels = {"tag": judgement.requirement, "verdict": str(judgement.verdict), "epic": "authproof"}
    text = ""
    if row is not None:
        level = "SHOULD" if row.project_rule else row.level
        labels |= {"feature": row.area, "story": row.statement, "severity": SEVERITIES[level]}
        result.description = f"{row.statement}\n\nSource: {row.source}"
        result.links.extend(Link(LinkType.LINK, each.url, each.text) for each in pieces(row.source) if each.url)
        text = wording.finding(row, judgement, repro=judgement.repro)
    result.labels.extend(Label(name, value) for name, value in labels.items())
    result.labels.append(Label("tag", str(judgement.verdict)))
    if judgement.verdict is not Verdict.PASS:
        message = f"{judgement.verdict}: {judgement.message}"
        if entry := judgement.known_failure:
            message += f" ({entry.reason}; {entry.owner}, until {entry.until})"
        known = judgement.verdict is Verdict.KNOWN_FAILURE or None
        result.statusDetails = StatusDetails(known=known, message=message, trace=text)


def steps(exchanges: Iterable[Mapping[str, Any]]) -> Iterator[TestStepResult]:
    """Yield a step for each of *exchanges*, which are masked, with the whole of it attached."""
    for each in exchanges:
        name = f"{uuid4()}-attachment.txt"
        allure_commons.plugin_manager.hook.report_attached_data(body=written(whole(each)), file_name=name)
        status = each["status"] or each.get("fault") or "no answer"
        yield TestStepResult(
            name=written(f"{each['method']} {each['url']} -> {status}"),
            status=Status.PASSED,
            attachments=[Attachment("exchange, secrets masked", name, "text/plain")],
        )


def whole(exchange: Mapping[str, Any]) -> str:
    """Return *exchange* as text, as it went over the wire."""
    sent = [f"{exchange['method']} {exchange['url']}", *_fields(exchange.get("request_headers", ()))]
    came = [f"{exchange['status'] or exchange.get('fault') or 'no answer'}", *_fields(exchange.get("headers", ()))]
    parts = ("\n".join(sent), exchange.get("request_body", ""), "\n".join(came), exchange.get("body", ""))
    return "\n\n".join(part for part in parts if part) + "\n"


def _fields(headers: Iterable[Sequence[str]]) -> Iterator[str]:
    return (f"{name}: {value}" for name, value in headers)


def mask(item: Any) -> None:
    """Mask every text within *item*, a value of allure's model, at whatever depth."""
    for name in (field.name for field in attr.fields(type(item))):
        if name not in IDENTIFIERS:
            setattr(item, name, _masked(getattr(item, name)))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return written(mask_text(value))
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if attr.has(type(value)):
        mask(value)
    return value


def written(text: str) -> str:
    """Return *text* so that it can be written as UTF-8, which allure does: unpaired surrogates are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()

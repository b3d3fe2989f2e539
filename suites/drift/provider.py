"""The conversation with one provider, what it shows, and the verdict of each rule."""

from __future__ import annotations

import json
from functools import partial

import pytest

from contract import catalogue
from contract.answers import Answer
from contract.classify import classify
from contract.document import Document, OperationSpec
from contract.drift.result import Drift, Finding
from contract.drift.rules import PAGES, UNREACHED
from contract.drift.traffic import REFUSALS, Traffic, differences, drift_of
from contract.errors import ContractViolation
from contract.outages import FaultKind
from contract.targets.model import Target
from suites.drift.causes import FEATURES, Causes
from suites.drift.conversation import guesses, ordinary, refused, sources, throttle
from suites.drift.pages import Unread, pages
from suites.drift.published import published
from suites.rig.breakable import Breakable
from suites.rig.dependencies import ServiceMissing
from suites.rig.documented import base_of, document_in_force
from suites.rig.identities import Account
from suites.rig.judging import NOT_EXERCISED, Advice, not_applicable, not_exercised
from suites.rig.outbox import Outbox
from suites.rig.run.plugin import Worker
from suites.rig.run.select import NO_CONSENT, declared
from suites.rig.valid_calls import valid_call

MOST_GUESSES = 12
MOST_OF_A_SOURCE = 25


class Provider:
    """What one conversation with the target came to; `drift` is all of it, as `drift.json` has it."""

    def __init__(self, worker: Worker, document: Document) -> None:
        self._worker = worker
        target = worker.target
        causes = Causes(target)
        self._answers: list[Answer] = []
        with pytest.MonkeyPatch.context() as patience:
            self._converse(causes, patience)
        traffic = Traffic(document, base_of(target, document))
        for answer in self._answers:
            traffic.add(answer)
        found = differences(traffic, kind_of=lambda answer: _kind(target, answer))
        found += [(finding, self._answers[-1]) for finding in published(worker.state.api(), document)]
        self._left: dict[str, str] = {}  # rules that could not be judged, and why
        found += self._pages(document)
        found += list(_unreached(causes, document))
        self._first = {id(finding): answer for finding, answer in found}
        self._found = [finding for finding, _ in found]
        self.drift = drift_of(
            traffic,
            f"{target.name}, {'started by this run' if target.start else target.base_url}",
            self._found,
            known=worker.judge.known_failures,
            why=partial(_why, causes),
        )
        self._save(self.drift)

    def holds(self, rule: str) -> None:
        """
        End the test well where nothing of the provider is at odds with *rule*.

        What is excused, and all but one of the other differences, are written down beside the test.

        Raises:
            ContractViolation: a difference that is not excused, or the last one that is.
            Advice: the same, where the rule only advises.
        """
        if not self.drift.judged:
            not_exercised("no exchange belongs to an operation of the document")
        if rule in self._left:
            not_exercised(self._left[rule])
        pairs = [pair for pair in zip(self._found, self.drift.findings, strict=True) if pair[1].rule == rule]
        pairs.sort(key=lambda pair: pair[1].known_failure is None)
        row = catalogue.find(rule)
        for number, (plain, finding) in enumerate(pairs, 1):
            answer = self._first[id(plain)]
            violation = (Advice if rule == UNREACHED else ContractViolation)(
                f"{finding.label} {finding.status or ''}: {catalogue.find(rule).statement}".replace(" :", ":")
                + (f" At {finding.pointer}." if finding.pointer else ""),
                expected=finding.expected,
                actual=finding.actual,
                answer=answer,
            )
            if number == len(pairs):
                raise violation
            self._worker.recorder.judgement(self._worker.judge.violated(row, "", violation, [answer]))

    def _pages(self, document: Document) -> list[tuple[Finding, Answer]]:
        """Return where pages differ; say why where they could not be judged, which is not green."""
        target, state = self._worker.target, self._worker.state
        if not target.speaks_contract or "listUsers" not in document.operations:
            self._left[PAGES] = "only our contract is known to say how the next page is asked for"
        elif "admin" not in declared(target):
            self._left[PAGES] = "needs an admin; declare [facilities.admin] in the target file"
        else:
            try:
                return list(pages(state.api(), state.admin(), document))
            except Unread as why:
                self._left[PAGES] = str(why)
        return []

    def _converse(self, causes: Causes, patience: pytest.MonkeyPatch) -> None:
        worker, state = self._worker, self._worker.state
        api = state.api()
        patience.setattr(api, "patient", False)

        def admin() -> Account:
            worker.need("admin")
            return state.admin()

        def outbox() -> Outbox:
            worker.need("outbox")
            return state.outbox(api)

        ordinary(api, causes, admin, outbox)
        refused(api, causes, admin)
        self._keep()
        if not worker.may_disturb:
            for operation in FEATURES:
                causes.leave(operation, 429, NO_CONSENT)
                causes.leave(operation, 503, NO_CONSENT)
            return
        for operation, prepare in guesses(api).items():
            throttle(causes, operation, prepare, MOST_GUESSES)
        low = state.variant("low-limits") or api
        patience.setattr(low, "patient", False)
        for operation, prepare in sources(low).items():
            throttle(causes, operation, prepare, MOST_OF_A_SOURCE)
        self._keep()
        self._break(causes, patience)
        self._keep()

    def _break(self, causes: Causes, patience: pytest.MonkeyPatch) -> None:
        """Call every operation while the database cannot be used."""
        database, why = self._database()
        if database is None:
            for operation in FEATURES:
                causes.leave(operation, 503, why)
            return
        api = database.api
        patience.setattr(api, "patient", False)
        account = api.fresh_account()
        session = account.session
        kinds = [kind for kind in (FaultKind.REFUSED, FaultKind.RESET, FaultKind.DOWN) if kind in database.kinds]
        inputs = {operation: valid_call(operation, api, account).inputs for operation in FEATURES}
        with database.broken(kinds[0]) if kinds else not_exercised("the database cannot be made unreachable"):
            for operation in FEATURES:
                call = partial(api.call, operation, session, **inputs[operation])
                causes.make(operation, 503, "a database that cannot be used", call)

    def _database(self) -> tuple[Breakable | None, str]:
        try:
            self._worker.need("faults")
            found = self._worker.state.breakable("database")
        except (pytest.skip.Exception, ServiceMissing) as why:
            return None, f"no outage can be made: {str(why).removeprefix(f'{NOT_EXERCISED}: ')}"
        return found, "" if found else "no [facilities.faults.database] in the target file"

    def _keep(self) -> None:
        """Take over what was received since the last time; a test's own exchanges begin afresh."""
        state = self._worker.state
        self._answers += state.exchanges
        self._worker.sent += len(state.exchanges)
        state.exchanges.clear()

    def _save(self, drift: Drift) -> None:
        path = self._worker.folder / "drift.json"
        path.write_text(json.dumps(drift.to_json(), indent=2) + "\n", encoding="utf-8")


def provider_of(worker: Worker) -> Provider:
    """Return what the target is like by the document in force; the test ends where there is none."""
    document = document_in_force(worker.target)
    if document is None:
        not_applicable("the target neither speaks our contract nor has a document of its own")
    return Provider(worker, document)


def _kind(target: Target, answer: Answer) -> str:
    operation = answer.request.operation
    return str(classify(target, operation, answer)) if operation else ""


def _why(causes: Causes, operation: OperationSpec, status: str) -> str:
    return causes.told.get((operation.id, int(status)), "the conversation has no way to bring it about.")


def _unreached(causes: Causes, document: Document) -> list[tuple[Finding, Answer]]:
    """Return where a cause was made and the documented refusal for it was not given."""
    found = []
    for (name, status), outcome in causes.missed.items():
        operation = document.operations.get(name)
        documented = operation is not None and str(status) in operation.responses
        if operation is not None and documented and str(status) in REFUSALS and outcome.answer.status:
            place = f"{operation.pointer}/responses/{status}"
            finding = Finding(
                rule=UNREACHED,
                operation=name,
                label=operation.label,
                status=outcome.answer.status,
                pointer="",
                expected=str(status),
                actual=causes.told[name, status],
                document_pointer=place,
                line=document.line(place),
                kind=str(outcome.kind),
            )
            found.append((finding, outcome.answer))
    return found

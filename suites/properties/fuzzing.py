"""The document in force as a source of requests: what schemathesis makes of it, sent by our own transport."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode

from contract.answers import Answer, Request
from contract.document import CONTRACT_FILE, Document, OperationSpec
from contract.encoding import encode, path_of
from contract.errors import ContractViolation, HarnessError
from contract.schemas import Judge
from contract.schemas.compiled import Schemas
from contract.session import Session
from contract.targets.model import Step, Target
from suites.rig.api import Api
from suites.rig.documented import base_of, document_in_force
from suites.rig.identities import Account
from suites.rig.valid_calls import valid_call

MODES = {"as documented": GenerationMode.POSITIVE, "against the document": GenerationMode.NEGATIVE}
REQUEST_ACCEPTED = "DRIFT-REQUEST-ACCEPTED"
FRESH = frozenset({"registerUser", "logoutUser", "refreshToken", "changePassword", "disableMfa", "setupMfa"})
"""Operations that use up what an account has: each of their cases is sent as a new session, or with new values."""
JSON = "application/json"
DEEP = 1000
HOP_BY_HOP = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"})
"""Fields that schemathesis adds to every request and that the transport sets here."""


def labels(target: Target) -> list[str]:
    """Return "METHOD /path" of every operation of the document in force; none where there is none."""
    document = document_in_force(target)
    return [operation.label for operation in document.all_operations] if document else []


@cache
def _operations(path: Path) -> dict[str, Any]:
    found = [each.ok() for each in schemathesis.openapi.from_path(str(path)).get_all_operations()]
    return {each.label: each for each in found}


@dataclass
class Fuzzer:
    """
    One operation of the document in force.

    `operation_id` is the contract's name for it, "" where it is none of the contract's. Cases are sent as an account
    of their own: the one that other tests share is never logged out, locked or renamed.
    """

    api: Api
    document: Document
    spec: OperationSpec
    operation_id: str
    generator: Any
    judge: Judge
    account: Account

    @classmethod
    def of(cls, api: Api, label: str) -> Fuzzer:
        """Return what makes and sends the cases of the operation *label*."""
        target, document = api.target, document_in_force(api.target)
        assert document is not None, "an operation of no document"
        spec = next(each for each in document.all_operations if each.label == label)
        generator = _operations(CONTRACT_FILE if target.speaks_contract else target.document or Path())[label]
        return cls(api, document, spec, _contract_name(target, document, spec), generator, Judge(document),
                   api.fresh_account())  # fmt: skip

    @property
    def takes_input(self) -> bool:
        """Whether the operation has a body or a parameter."""
        return bool(self.spec.request_media or self.spec.parameters)

    def generated(self, mode: GenerationMode) -> SearchStrategy[Case]:
        """Return a strategy of requests, all of them as the document wants them, or none."""
        strategy: SearchStrategy[Case] = self.generator.as_strategy(generation_mode=mode)
        return strategy

    def covering(self, mode: GenerationMode) -> Iterator[Case]:
        """Yield the requests at the bounds of the operation's schemas, which are always the same ones."""
        schema = self.generator.schema
        config = schema.config.generation_for(operation=self.generator, phase="coverage")
        for case in schema.iter_coverage_cases(self.generator, generation_modes=[mode], generation_config=config):
            if case.method.upper() == self.spec.method.upper():  # other methods are HTTP-02's and HTTP-17's
                yield case

    def send(self, case: Case) -> Answer:
        """Send *case* as somebody who may, with fresh values in it where it keeps the document and would be stale."""
        self._freshen(case)
        kwargs = case.as_transport_kwargs(base_url=self.api.target.base_url)
        sent = requests.Request(**{**kwargs, "headers": kwargs.get("headers") or {}}).prepare()
        fields = [(name, _text(value)) for name, value in sent.headers.items() if name.lower() not in HOP_BY_HOP]
        body = sent.body.encode() if isinstance(sent.body, str) else bytes(sent.body or b"")
        names = {name.lower() for name, _ in fields}
        fields += [each for each in self._credentials() if each[0].lower() not in names]
        url = str(sent.url).replace("#", "%23")
        request = Request(str(sent.method), url, tuple(fields), body, self.operation_id)
        try:
            return self.api.send(request)
        except HarnessError:  # httpx sends no such field
            return self.api.send_raw(
                Request(request.method, url, request.headers, body, self.operation_id, "transport")
            )

    def with_odd_bodies(self) -> Iterator[tuple[str, Answer]]:
        """
        Send bodies that no schema tells apart: too large, too deep, cut short, under another label. Yield each by its
        name, with the answer.

        Only a document that is ours is known to say what becomes of these.
        """
        if not (self.api.target.speaks_contract and self.spec.request_media):
            return
        most = self.api.target.profile.body_limit_bytes
        for what, (body, label) in {
            "a body over the limit": (b'{"a": "%s"}' % (b"x" * most), JSON),
            "arrays nested too deeply": (b'{"a": %s%s}' % (b"[" * DEEP, b"]" * DEEP), JSON),
            "JSON cut short": (b'{"a": ', JSON),
            "an object under another label": (b"{}", "text/plain"),
        }.items():
            yield what, self._sent(body, label)

    def with_line_breaks(self) -> Iterator[tuple[str, Answer]]:
        """
        Send bodies as documented, but for a line break at the end of a text whose schema refuses that. Yield as above.

        The patterns of a document are those of ECMA-262, whose `$` is the end; elsewhere a line break may follow it.
        """
        if JSON not in self.spec.request_media:
            return
        schema = Schemas(self.document).at(self.spec.request_media[JSON])
        bodies = (case.body for case in self.covering(GenerationMode.POSITIVE))
        body = next((each for each in bodies if isinstance(each, dict) and schema.is_faultless(each)), {})
        for name, spoilt in ((name, {**body, name: f"{text}\n"}) for name, text in body.items()):
            if isinstance(body[name], str) and not schema.is_faultless(spoilt):
                yield f"{name} with a line break at its end", self._sent(json.dumps(spoilt).encode(), JSON)

    def refuses(self, what: str, answer: Answer) -> None:
        """Judge that *what*, which the document refuses, was refused as documented. Raises ContractViolation."""
        if 200 <= answer.status < 300:
            raise _broken(REQUEST_ACCEPTED, answer, "a refusal", f"{answer.status}: {what}")
        self.documented(answer)

    def documented(self, answer: Answer) -> None:
        """Judge *answer* by the document. Raises ContractViolation, whose requirement is the rule's."""
        for each in self.judge.violations(self.spec, answer):
            place = f" at {each.pointer}" if each.pointer else ""
            raise _broken(each.rule, answer, each.expected, f"{each.actual}{place}")
        if not answer.status:
            raise _broken("DRIFT-STATUS", answer, "an answer", answer.fault or "none")

    def holds(self, case: Case, answer: Answer) -> None:
        """
        Judge *answer* by the document, and whether a request that the document refuses was refused.

        Raises:
            ContractViolation: one of both does not hold; its requirement is the rule's.
        """
        if answer.request.layer == "transport":
            if not answer.status or answer.status >= 500:
                raise _broken(
                    "DRIFT-STATUS", answer, "an answer that is no server error", str(answer.status or answer.fault)
                )
            return
        if wrong_in_body(case):
            self.refuses(described(case), answer)
        else:
            self.documented(answer)

    def _sent(self, body: bytes, label: str) -> Answer:
        path = re.sub(r"\{[^}]*\}", str(uuid.uuid4()), self.spec.path)
        headers = (("Content-Type", label), *self._credentials())
        url = f"{self.api.target.base_url}{path}"
        return self.api.send(Request(self.spec.method.upper(), url, headers, body, self.operation_id))

    def _freshen(self, case: Case) -> None:
        """Make *case*, where nothing is wrong with it, one that the target has not seen, from outside Hypothesis."""
        if self.operation_id in FRESH and self.operation_id != "registerUser":
            self.api.login(self.account)
        if case.meta is None or case.meta.generation.mode.is_negative or not isinstance(case.body, dict):
            return
        if self.operation_id in ("registerUser", "refreshToken"):
            inputs = valid_call(self.operation_id, self.api, self.account).inputs
            for word in ("email", "refreshToken"):
                if word in case.body and word in inputs:
                    value = inputs[word]
                    case.body[word] = value if isinstance(value, str) else value.reveal()

    def _credentials(self) -> tuple[tuple[str, str], ...]:
        if not self.spec.security:
            return ()
        session: Session = self.account.session
        return encode(self.api.target, Step("GET", "/", "none", auth="session"), session, {}).headers


def described(case: Case) -> str:
    """Return what is wrong with *case*, or what it is, in a line."""
    data = getattr(getattr(case.meta, "phase", None), "data", None)
    said = getattr(data, "description", None) or "as documented"
    body = json.dumps(case.body, default=repr)[:120] if isinstance(case.body, dict | list) else ""
    return f"{case.method.upper()} {case.formatted_path}: {' '.join(str(said).split())} {body}".strip()


def wrong_in_body(case: Case) -> bool:
    """Whether the body of *case* is one that its schema refuses; what is wrong elsewhere may be ignored by a server."""
    parts = case.meta.components if case.meta else {}
    return any(part.name == "BODY" and info.mode.is_negative for part, info in parts.items())


def _contract_name(target: Target, document: Document, spec: OperationSpec) -> str:
    """Return the contract's name of the operation *spec*, by what the target file says of its requests."""
    base = base_of(target, document)
    for operation in target.operations.values():
        step = operation.steps[-1]
        whole = (target.base_url.rstrip("/") + path_of(step)).partition("://")[2]
        path = "/" + whole.partition("/")[2]
        if document.match(step.method, path.removeprefix(base)) is spec:
            return operation.id
    return ""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _broken(rule: str, answer: Answer, expected: str, actual: str) -> ContractViolation:
    violation = ContractViolation(
        f"{answer.request.method} {answer.request.operation or answer.request.url}: {rule}",
        expected=expected,
        actual=actual,
        answer=answer,
    )
    violation.requirement = rule
    return violation

"""The judge of answers against one OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract import strict_json
from contract.answers import Answer
from contract.checks.violation import shown, violation
from contract.document import Document, HeaderSpec, OperationSpec, ResponseSpec, child
from contract.errors import HarnessError, unknown
from contract.schemas.compiled import Schema, Schemas, readable
from contract.schemas.faults import VALUE_SHOWN_MAX, faults
from contract.schemas.fields import field_value
from contract.schemas.members import surplus
from contract.schemas.violations import Violation

NAMED_MAX = 5  # differences that one message of `conforms` names


@dataclass(frozen=True, slots=True)
class _Expectation:
    """What one response of the document expects, compiled. `media` is by media type in lower case, ranges included."""

    spec: ResponseSpec
    headers: tuple[tuple[str, str, HeaderSpec, Schema | None], ...]
    media: dict[str, Schema | None]


class Judge:
    """
    Tells what an answer breaks of what *document* says about its operation.

    With *undocumented* false, members that no schema names are let pass, unless a schema itself refuses further ones.

    Raises:
        BindingError: from `violations`, where a schema of the document is none.
    """

    def __init__(self, document: Document, *, undocumented: bool = True) -> None:
        self.document = document
        self._undocumented = undocumented
        self._schemas = Schemas(document)
        self._expectations: dict[tuple[str, int], _Expectation | None] = {}

    def violations(self, operation: str | OperationSpec, answer: Answer) -> tuple[Violation, ...]:
        """
        Return every difference between *answer* and the document, in order: status, headers, media type, body.

        No answer at all (status 0) is no difference from a document.

        Args:
            operation: An operationId of the document, or the operation itself where it has none.
        """
        if not answer.status:
            return ()
        spec = self._operation(operation) if isinstance(operation, str) else operation
        key = (spec.pointer, answer.status)
        if key not in self._expectations:
            self._expectations[key] = self._expectation(spec, answer.status)
        expectation = self._expectations[key]
        if expectation is None:
            documented = ", ".join(spec.responses) or "none"
            place = child(spec.pointer, "responses")
            return (Violation("DRIFT-STATUS", "", f"a documented status ({documented})", str(answer.status), place),)
        found = [*self._headers(expectation, answer), *self._content(expectation, answer)]
        return tuple(dict.fromkeys(found)) if found else ()

    def _operation(self, operation_id: str) -> OperationSpec:
        try:
            return self.document.operations[operation_id]
        except KeyError:
            problem = unknown("operation", operation_id, self.document.operations)
            raise HarnessError(f"{self.document.source}: {problem}") from None

    def _expectation(self, operation: OperationSpec, status: int) -> _Expectation | None:
        by_status = {name.upper(): response for name, response in operation.responses.items()}
        names = (str(status), f"{status // 100}XX", "DEFAULT")
        spec = next((by_status[name] for name in names if name in by_status), None)
        if spec is None:
            return None
        headers = tuple(
            (name.lower(), name, header, self._schemas.at(header.schema) if header.schema else None)
            for name, header in spec.headers.items()
            if name.lower() != "content-type"  # the media type says it (OpenAPI 3.1, Response Object)
        )
        media = {
            name.partition(";")[0].strip().lower(): self._schemas.at(pointer) if pointer else None
            for name, pointer in spec.media.items()
        }
        return _Expectation(spec, headers, media)

    def _headers(self, expectation: _Expectation, answer: Answer) -> Iterator[Violation]:
        values: dict[str, str] = {}
        for name, value in answer.headers:
            name = name.lower()  # noqa: PLW2901 - the same name, comparable
            values[name] = f"{values[name]}, {value}" if name in values else value
        for key, name, header, schema in expectation.headers:
            if key not in values:
                if header.required:
                    place = child(expectation.spec.pointer, "headers", name)
                    yield Violation("DRIFT-HEADER-MISSING", name, f"a header {name}", "absent", place)
            elif schema and key != "set-cookie":  # several cookies are no list
                value = field_value(values[key], self._schemas.data, header.schema)
                if not schema.open.is_valid(value):
                    for fault in faults(self._schemas, schema, value):
                        rule = "DRIFT-HEADER-TYPE" if fault.rule == "DRIFT-FIELD-TYPE" else "DRIFT-HEADER-VALUE"
                        yield Violation(rule, name, fault.expected, shown(values[key], VALUE_SHOWN_MAX), fault.document)

    def _content(self, expectation: _Expectation, answer: Answer) -> Iterator[Violation]:
        spec = expectation.spec
        without = answer.request.method == "HEAD" or answer.status in (204, 304)
        if without or not expectation.media:
            if answer.body:
                reason = f"{answer.request.method} with {answer.status}" if without else "as documented"
                actual = f"{len(answer.body)} bytes of {answer.media_type or 'unknown type'}"
                yield Violation("DRIFT-BODY-UNEXPECTED", "", f"no content ({reason})", actual, spec.pointer)
            return
        place = child(spec.pointer, "content")
        if not answer.body:
            yield Violation("DRIFT-BODY-MISSING", "", f"content of {', '.join(spec.media)}", "no content", place)
            return
        media_type = answer.media_type
        key = next((key for key in _ranges(media_type) if key in expectation.media), None)
        if key is None:
            actual = shown(media_type) or "no Content-Type"
            yield Violation("DRIFT-MEDIA", "", f"a documented media type ({', '.join(spec.media)})", actual, place)
            return
        schema = expectation.media[key]
        if strict_json.is_json(media_type):
            try:
                value = strict_json.parse(answer.body)
            except strict_json.NotStrictJson as fault:
                yield Violation("DRIFT-BODY-MALFORMED", "", "one strict JSON text", shown(str(fault)), place)
                return
        elif media_type.startswith("text/"):
            value = answer.body.decode("utf-8", "replace")
        else:
            return
        if schema:
            yield from self._value(schema, value)

    def _value(self, schema: Schema, value: Any) -> Iterator[Violation]:
        try:
            if schema.is_faultless(value):
                return
        except ValueError:
            value = readable(value)
        found = list(faults(self._schemas, schema, value)) if not schema.open.is_valid(value) else []
        yield from found
        told = {fault.pointer for fault in found}
        for fault in surplus(self._schemas, schema, value):
            wanted = self._undocumented or fault.rule != "DRIFT-FIELD-UNDOCUMENTED"
            if wanted and fault.pointer not in told:
                yield fault


def conforms(answer: Answer, judge: Judge, operation: str | OperationSpec) -> Answer:
    """Return *answer* if it keeps what the document of *judge* says about *operation*."""
    found = judge.violations(operation, answer)
    if found:
        more = f" and {len(found) - NAMED_MAX} more" if len(found) > NAMED_MAX else ""
        first = found[:NAMED_MAX]
        raise violation(
            answer,
            ", ".join(f"{one.rule} {one.pointer}".rstrip() for one in first) + more,
            expected="; ".join(one.expected for one in first),
            actual="; ".join(one.actual for one in first),
        )
    return answer


def _ranges(media_type: str) -> tuple[str, str, str]:
    """Return the keys under which a document may have *media_type*, the most specific first."""
    return media_type, f"{media_type.partition('/')[0]}/*", "*/*"

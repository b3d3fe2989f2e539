"""Whether a body is what its label says."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from contract import strict_json
from contract.answers import Answer
from contract.checks.fields import FieldSyntaxError, parse_media_type
from contract.checks.violation import shown, violation
from contract.errors import ContractViolation

PROBLEM_JSON = "application/problem+json"
_NO_JSON_OBJECT = ("text/html", "text/plain", "text/xml", "application/xml", "application/xhtml+xml")
_URI_REFERENCE = jsonschema_rs.Draft202012Validator({"format": "uri-reference"}, validate_formats=True)


def media_type_matches(answer: Answer) -> Answer:
    """
    Return *answer* if it has no content, or one Content-Type that its bytes agree with.

    JSON must be strict (`contract.strict_json`), a text in a declared UTF-8 or ASCII must be that, and an object in
    JSON must not be labelled HTML, XML or plain text. Content in a content coding is not looked into.

    Source: RFC 9110 section 8.3; RFC 8259 section 8.1; OWASP ASVS 5.0, 4.1.1.
    """
    if not has_content(answer):
        return answer
    values = answer.header_list("content-type")
    if len(values) != 1:
        raise violation(
            answer,
            "content without one media type",
            expected=f"one Content-Type for {len(answer.body)} bytes of content",
            actual=f"Content-Type: {shown(', '.join(values))}" if values else "no Content-Type",
        )
    label = f"Content-Type: {shown(values[0])}"
    try:
        media_type, parameters = parse_media_type(values[0])
    except FieldSyntaxError as fault:
        raise violation(
            answer, "the media type does not follow the grammar", expected=f"a media type: {fault}", actual=label
        ) from None
    if (answer.header("content-encoding") or "identity").strip().lower() != "identity":
        return answer
    if strict_json.is_json(media_type):
        _strict(answer, media_type)
    elif media_type in _NO_JSON_OBJECT and _is_json_object(answer.body):
        raise violation(answer, "JSON under another label", expected="Content-Type: application/json", actual=label)
    charset = parameters.get("charset", "").lower()
    if charset in ("utf-8", "us-ascii"):
        try:
            answer.body.decode(charset)
        except UnicodeDecodeError as fault:
            raise violation(
                answer,
                "the bytes are not in the declared charset",
                expected=label,
                actual=f"byte {fault.start} is not {charset}",
            ) from None
    return answer


def problem_details(answer: Answer) -> Answer:
    """
    Return *answer* if it is no problem document, or one whose members have the standard types and whose status is true.

    Source: RFC 9457 sections 3 and 3.1.
    """
    if answer.media_type != PROBLEM_JSON or not has_content(answer):
        return answer
    problem = _strict(answer, PROBLEM_JSON)
    if not isinstance(problem, dict):
        raise violation(
            answer, "a problem document is an object", expected="a JSON object", actual=shown(_kind(problem))
        )
    for name in ("title", "detail"):
        if name in problem and not isinstance(problem[name], str):
            raise _member(answer, name, "a string", problem[name])
    for name in ("type", "instance"):
        if name in problem and not _is_uri_reference(problem[name]):
            raise _member(answer, name, "a URI reference", problem[name])
    if "status" in problem:
        status = problem["status"]
        if isinstance(status, bool) or status != answer.status:
            raise _member(answer, "status", f"{answer.status}, as the status line says", status)
    return answer


def has_content(answer: Answer) -> bool:
    """Tell whether *answer* carries content; an answer to HEAD, a 204 and a 304 have none (RFC 9110 section 6.4.1)."""
    return bool(answer.body) and answer.request.method != "HEAD" and answer.status not in (204, 304)


def _strict(answer: Answer, media_type: str) -> Any:
    try:
        return strict_json.parse(answer.body)
    except strict_json.NotStrictJson as fault:
        raise violation(
            answer,
            f"{media_type} that is not JSON",
            expected="one strict JSON text in UTF-8 (RFC 8259)",
            actual=f"{shown(str(fault))}; the body starts {shown(answer.body[:40].decode('utf-8', 'replace'))}",
        ) from None


def _is_json_object(body: bytes) -> bool:
    try:
        return body.lstrip()[:1] == b"{" and isinstance(strict_json.parse(body), dict)
    except strict_json.NotStrictJson:
        return False


def _is_uri_reference(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and _URI_REFERENCE.is_valid(value)


def _member(answer: Answer, name: str, expected: str, value: Any) -> ContractViolation:
    return violation(
        answer, f"the member {name} of the problem document is wrong", expected=expected, actual=shown(repr(value))
    )


def _kind(value: Any) -> str:
    return {list: "an array", str: "a string", bool: "a truth value", type(None): "null"}.get(type(value), "a number")

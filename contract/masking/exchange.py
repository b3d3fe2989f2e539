"""Blanking the secrets of one exchange, as the results keep it."""

from __future__ import annotations

from typing import Any

from contract.answers import Answer, Headers
from contract.masking.decoding import text_of
from contract.masking.places import header_spans
from contract.masking.text import blank, mask_text, secret_spans

BODY_SHOWN = 4096  # characters of a masked body
BODY_READ_BYTES = 65_536  # what lies behind is left out unread: masking takes time

_TEXTUAL = ("text/", "application/json", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data")
_IDENTIFIERS = frozenset("x-request-id request-id x-correlation-id x-trace-id traceparent etag".split())


def mask_headers(headers: Headers) -> Headers:
    """Return *headers* with their secrets blanked; schemes, names and attributes of cookies, and ids stay."""
    return tuple((name, _mask_header(name, value)) for name, value in headers)


def mask_body(body: bytes, media_type: str) -> str:
    """Return *body* as text with its secrets blanked, cut where it is long; other than text is told by its length."""
    if not body:
        return ""
    if not _is_text(body, media_type.partition(";")[0].strip().lower()):
        return f"[{len(body)} bytes of {media_type or 'no media type'}]"
    whole = len(body) <= BODY_READ_BYTES
    text = mask_text(text_of(body[:BODY_READ_BYTES]))
    return text if whole and len(text) <= BODY_SHOWN else f"{text[:BODY_SHOWN]}… [{len(body)} bytes in all]"


def mask_exchange(answer: Answer) -> dict[str, Any]:
    """Return request and answer as JSON values, secrets blanked: an `exchange` of `results.schema.json`."""
    request = answer.request
    return {
        "operation": request.operation,
        "method": mask_text(request.method),
        "url": mask_text(request.url),
        "request_headers": [list(pair) for pair in mask_headers(request.headers)],
        "request_body": mask_body(request.body, request.header("content-type") or ""),
        "status": answer.status,
        "headers": [list(pair) for pair in mask_headers(answer.headers)],
        "body": mask_body(answer.body, answer.header("content-type") or ""),
        "protocol": answer.protocol,
        "fault": mask_text(answer.fault),
        "elapsed_s": round(answer.elapsed_s, 6),
    }


def _mask_header(name: str, value: str) -> str:
    by_name = [span for span in header_spans(name, value) if span[0] < span[1]]
    return blank(value, [*by_name, *secret_spans(value, by_shape=name.lower() not in _IDENTIFIERS)])


def _is_text(body: bytes, media_type: str) -> bool:
    """Whether a reader can make sense of *body*: its label says text, or it has none and reads as UTF-8."""
    if media_type.startswith(_TEXTUAL) or media_type.endswith(("+json", "+xml")):
        return True
    try:
        return body[:BODY_READ_BYTES].decode("utf-8", "strict").isprintable() or not media_type
    except UnicodeDecodeError:
        return False

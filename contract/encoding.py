"""From one step of a target file and the values of its words to one request, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from contract.answers import Request
from contract.errors import HarnessError
from contract.places import Draft, text_of
from contract.session import Session
from contract.targets.model import Encoding, Step, Target

CHANGES_STATE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PARAMETER = r"\{([^{}]+)\}"


def encode(
    target: Target,
    step: Step,
    session: Session,
    values: Mapping[str, Any],
    *,
    operation: str = "",
    extra: Mapping[str, Any] | None = None,
) -> Request:
    """
    Build the request of *step*.

    Args:
        target: Says base URL, scheme and place of the CSRF token.

        step: Says all else; its own headers win over every other.

        session: Its cookies and extra headers go out always, its token where the step says `auth = "session"`, its
            CSRF token where the method changes state.

        values: By contract word; any JSON value, a Secret, or OMIT.

        operation: The operationId that the request is kept under.

        extra: Further values by place, written last.

    Raises:
        HarnessError: A value has no place: a body member without a body, a path parameter that the path lacks.
    """
    draft = Draft(cookies={name: value.reveal() for name, value in session.cookies.items()})
    draft.put("header:Accept", "application/json")
    _add_credentials(draft, target, step, session)
    for place, constant in step.fixed.items():
        draft.put(place, constant)
    for word, value in values.items():
        for place in places_of(step, word):
            draft.put(place, value)
    for place, value in (extra or {}).items():
        draft.put(place, value)
    if step.encoding == "none" and draft.body:
        raise HarnessError(f"{target.name}: {operation} has no body, so '/{next(iter(draft.body))}' goes nowhere.")
    body, media_type = write_body(step.encoding, draft.body)
    if media_type:
        draft.put("header:Content-Type", media_type)
    for name, header in step.headers.items():
        draft.put(f"header:{name}", header)
    return Request(step.method, _url(target, step, draft, operation), _headers(draft), body, operation)


def wants_csrf(target: Target, step: Step, session: Session) -> bool:
    """Whether *step* must carry a CSRF token that *session* does not hold and that the target gives to whoever asks."""
    return bool(target.scheme.csrf_from) and step.method in CHANGES_STATE and session.csrf is None


def path_of(step: Step) -> str:
    """Return the path of *step* without its query, constants filled in; what each call says anew stays in braces."""

    def constant(match: re.Match[str]) -> str:
        value = step.fixed.get(f"path:{match[1]}")
        return match[0] if value is None else _segment(value)

    return re.sub(PARAMETER, constant, step.path.partition("?")[0])


def places_of(step: Step, word: str) -> tuple[str, ...]:
    """Return every place where *step* sends *word*."""
    places = step.send.get(word, ())
    return (places,) if isinstance(places, str) else places


def write_body(encoding: Encoding, members: Mapping[str, Any] | None) -> tuple[bytes, str]:
    """Return *members* in *encoding*, and the media type to announce; no bytes and "" where there are none to write."""
    if members is None or encoding == "none":
        return b"", ""
    if encoding == "json":
        return _json(members), "application/json"
    if encoding == "form":
        return _form(members).encode("ascii"), "application/x-www-form-urlencoded"
    return _multipart(members)


def _add_credentials(draft: Draft, target: Target, step: Step, session: Session) -> None:
    scheme = target.scheme
    if step.auth == "session" and session.access_token is not None and scheme.place:
        prefix = scheme.prefix if scheme.place.startswith("header:") else ""
        draft.put(scheme.place, prefix + session.access_token.reveal())
    if step.method in CHANGES_STATE and session.csrf is not None and scheme.csrf:
        draft.put(scheme.csrf, session.csrf)
    for name, value in session.headers.items():
        draft.put(f"header:{name}", value)


def _url(target: Target, step: Step, draft: Draft, operation: str) -> str:
    def parameter(match: re.Match[str]) -> str:
        name = match[1]
        if name not in draft.path:
            raise HarnessError(f"{target.name}: {operation} has no value for '{{{name}}}' in its path {step.path}.")
        return _segment(draft.path.pop(name))

    path = re.sub(PARAMETER, parameter, step.path)
    for name in draft.path:
        raise HarnessError(f"{target.name}: the path {step.path} of {operation} has no '{{{name}}}'.")
    query = _form(draft.query, quote)
    joint = "&" if "?" in path else "?"
    return target.base_url.rstrip("/") + path + (f"{joint}{query}" if query else "")


def _segment(value: Any) -> str:
    """Write *value* as one segment of a path."""
    return quote(text_of(value).encode("utf-8", "surrogatepass"), safe="")


def _headers(draft: Draft) -> tuple[tuple[str, str], ...]:
    cookies = "; ".join(f"{name}={value}" for name, value in draft.cookies.items())
    return (*draft.headers.values(), *([("Cookie", cookies)] if cookies else []))


def _json(members: Mapping[str, Any]) -> bytes:
    """Write UTF-8 as clients do; a lone surrogate, which UTF-8 cannot hold, is escaped."""
    try:
        return json.dumps(members, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(members).encode("ascii")


def _form(members: Mapping[str, Any], quote_via: Callable[..., str] = quote_plus) -> str:
    return urlencode(list(_fields(members)), quote_via=quote_via)


def _fields(members: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield name and value, in UTF-8, of each field; a list is its name repeated."""
    for name, value in members.items():
        for element in value if isinstance(value, list) else [value]:
            yield name, text_of(element).encode("utf-8", "surrogatepass")


def _multipart(members: Mapping[str, Any]) -> tuple[bytes, str]:
    """
    Write text parts; the boundary is a digest of what it separates, so that it is the same every time and not in it.

    Source: RFC 7578 section 4; the escapes of names are those of the HTML standard.
    """
    parts = []
    for name, value in _fields(members):
        escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode("utf-8")
        parts.append(b'Content-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (escaped, value))
    boundary = hashlib.sha256(b"\0".join(parts)).hexdigest()[:40].encode("ascii")
    body = b"".join(b"--%s\r\n%s" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary
    return body, f"multipart/form-data; boundary={boundary.decode()}"

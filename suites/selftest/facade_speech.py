"""How the awkward façade speaks: each operation beside the reference's, and the way between their words."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx
from starlette.requests import Request
from starlette.responses import Response

SPEECH = """
GET  /csrf                 -                                 204
POST /accounts             -                                 401  form  username=username email=email password=password
                                                                        password_again=password name=displayName
POST /accounts/terms       POST /auth/register               204  form  ticket=ticket accepted=accepted
POST /sessions             POST /auth/login                  201  form  username=email password=password
POST /sessions/code        POST /auth/mfa/verify             201  form  ticket=sessionToken code=code rescue=backupCode
PUT  /sessions             POST /auth/refresh                204  none
DELETE /sessions           POST /auth/logout                 204  none
GET  /profile              GET /users/me                     200  none
POST /profile              PATCH /users/me                   200  json  name=displayName
POST /profile/password     POST /users/me/password           204  form  old=currentPassword new=newPassword
                                                                        new_again=newPassword
POST /profile/code         POST /auth/mfa/setup              200  none
PUT  /profile/code         POST /auth/mfa/setup/verify       204  form  code=code
POST /profile/code/off     POST /auth/mfa/disable            204  form  password=password
GET  /people               GET /admin/users                  200  none  max=limit from=after
GET  /people/{number}      GET /users/{number}               200  none
POST /people/{number}      PATCH /admin/users/{number}       200  json  kind=role locked=disabled
POST /forgotten            POST /auth/password-reset         202  form  email=email
PUT  /forgotten            POST /auth/password-reset/confirm 204  form  token=token new=newPassword
                                                                        new_again=newPassword
GET  /alive                GET /health/live                  200  none
GET  /ready                GET /health/ready                 200  none
"""
"""
A line for each operation: the request here, the reference's, the status of a success here, how the body is written, and
our words with the reference's. Two of ours for one of the reference's must both be said, and say the same.
"""

SAID = {
    **{"id": "number", "email": "mail", "displayName": "name", "role": "kind", "disabled": "locked", "users": "people"},
    **{"secret": "key", "otpauthUri": "uri", "qrCode": "picture", "backupCodes": "rescue"},
}
"""Members of the reference's answers that have another name here."""

REFUSED: Mapping[tuple[int, str], tuple[int, str]] = {
    (400, "malformed-body"): (400, "invalid"),
    (401, "authentication-required"): (401, "sign_in"),
    (401, "invalid-token"): (401, "sign_in"),
    (401, "invalid-credentials"): (400, "wrong_credentials"),
    (401, "recovery-required"): (400, "wrong_credentials"),
    (403, "proof-refused"): (400, "wrong_credentials"),
    (422, "validation-failed"): (400, "invalid"),
    (422, "invalid-reset-token"): (400, "bad_token"),
}
"""Status and kind of the reference's refusals, with status and `error` here. What is not listed keeps its status."""

WRITTEN_HERE = frozenset(
    "connection content-length content-type date location transfer-encoding www-authenticate".split()
)
COOKIE = "rt={}; Path=/; HttpOnly; Secure; SameSite=Strict"
Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of `SPEECH`; `there` is "" where the façade answers by itself."""

    method: str
    path: str
    there: str
    success: int
    body: str
    words: Mapping[str, str]

    def match(self, path: str) -> re.Match[str] | None:
        """Match *path* below /api, as it came over the wire."""
        return re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), path)


class Refusal(Exception):
    """The façade itself refuses: status, `error`, further fields."""

    def __init__(self, status: int, error: str, **fields: str) -> None:
        self.status, self.error, self.fields = status, error, fields
        super().__init__(error)


def operations() -> tuple[Operation, ...]:
    """Return the lines of `SPEECH`."""
    pattern = r"([A-Z]+) +(\S+) +(-|[A-Z]+ \S+) +([0-9]+) *(\S*) *(.*)"
    found = []
    for line in re.sub(r"\n +", " ", SPEECH).strip().splitlines():
        match = re.fullmatch(pattern, line)
        assert match, line
        method, path, there, success, body, words = match.groups()
        pairs = dict(pair.split("=") for pair in words.split())
        found.append(Operation(method, path, there.strip("-"), int(success), body, pairs))
    return tuple(found)


OPERATIONS = operations()


def form(operation: Operation, request: Request, raw: bytes) -> dict[str, str]:
    """Return the fields of a form in the reference's words; one that is no word of ours keeps its name."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refusal(415, "forms_only")
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=bool(raw), errors="strict")
    except ValueError:
        raise Refusal(400, "invalid") from None
    said = {(operation.words.get(name, name), value) for name, value in pairs}
    members, names = dict(said), {name for name, _ in pairs}
    half = any(word in members and name not in names for name, word in operation.words.items())
    if half or len(names) != len(pairs) or len(members) != len(said):
        raise Refusal(400, "invalid")
    return members


def renamed(operation: Operation, raw: bytes) -> bytes:
    """Return a JSON object in the reference's words; what is none goes on as it is, for the reference to refuse."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {operation.words.get(name, name): value for name, value in pairs}
        if len(found) != len(pairs):
            raise ValueError("a name is repeated")
        return found

    try:
        return json.dumps(json.loads(raw, object_pairs_hook=members)).encode()
    except (ValueError, RecursionError):
        return raw


def translated(operation: Operation, said: httpx.Response) -> Response:
    """Return the reference's answer in our words."""
    fields = passed_on(said)
    body: Any = said.json() if said.content else None
    if said.status_code >= 400:
        kind = body["type"].rpartition(":")[2]
        status, error = REFUSED.get((said.status_code, kind), (said.status_code, kind.replace("-", "_")))
        if status in (401, 403) and (challenge := said.headers.get("www-authenticate")):
            fields.append(("WWW-Authenticate", challenge.replace('Bearer realm="authproof"', 'Session realm="facade"')))
        more = {name: value for name, value in body.items() if name not in ("type", "title", "status")}
        return written(status, {"error": error, **more}, fields, said)
    status = operation.success
    if operation.there == "POST /auth/logout":
        fields.append(("Set-Cookie", COOKIE.format("") + "; Max-Age=0"))
    if body and "accessToken" in body:
        fields += [("X-Auth-Token", body["accessToken"]), ("X-Expires-In", str(body["expiresIn"] * 1000))]
        fields.append(("Set-Cookie", COOKIE.format(body["refreshToken"])))
    if body and "sessionToken" in body:
        ticket = {
            "error": "code_required",
            "ticket": body["sessionToken"],
            "requestId": said.headers.get("x-request-id"),
        }
        return with_csrf(written(403, ticket, fields, said))
    if body and "accessToken" in body:
        return with_csrf(written(status, None, fields))
    body = in_our_words(body)
    return written(status, {"me": body} if operation.path == "/profile" else body, fields, said)


def in_our_words(value: Any) -> Any:
    """Return *value* with the members renamed as `SAID` has it, at whatever depth."""
    if isinstance(value, dict):
        return {SAID.get(name, name): in_our_words(member) for name, member in value.items()}
    return [in_our_words(each) for each in value] if isinstance(value, list) else value


def passed_on(said: httpx.Response) -> Fields:
    """Return the fields of the reference's answer that are not ours to write."""
    return [(name, value) for name, value in said.headers.multi_items() if name not in WRITTEN_HERE]


def with_csrf(response: Response) -> Response:
    """Give a CSRF token beside *response*; in the cookie it is percent-encoded, for scripts to decode."""
    token = quote(secrets.token_urlsafe(24) + "=")
    response.headers.append("Set-Cookie", f"csrf={token}; Path=/; Secure; SameSite=Strict")
    return response


def written(status: int, body: Any, fields: Fields, said: httpx.Response | None = None) -> Response:
    """Return an answer with *body* as JSON; labelled otherwise where the reference has done so in *said*."""
    label = (said.headers.get("content-type", "") if said else "").replace("problem+json", "json") or "application/json"
    response = Response(b"" if body is None else json.dumps(body).encode(), status)
    for name, value in [*fields, *([("Content-Type", label)] if body is not None else [])]:
        response.headers.append(name, value)
    return response

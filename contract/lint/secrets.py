"""Rules about where secrets may stand, and about what is asked of a new password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contract.document import Document, child
from contract.document.operations import mapping
from contract.document.schemas import reachable
from contract.lint.nature import new_passwords
from contract.lint.rule import Place, rule

_SECRET = re.compile(
    r"(?i).*(password|passwd|pwd|passphrase|secret|apikey|api[_-]key|jwt|otp|session[_-]?id)|(.*[_-])?pin|.*token"
)
_NO_SECRET = re.compile(r"(?i)(next|page|paging|continuation|cursor|sync|skip)[_-]?(page[_-]?)?token")

SHORTEST_PASSWORD = 8  # NIST SP 800-63B-4 section 3.1.1.2, with a second factor; OWASP ASVS 5.0, 6.2.1
RECOMMENDED_PASSWORD = 15  # the same, where the password is all there is


@rule(
    "LINT-SECRET-IN-URL",
    statement="No password, token or other secret is a query or path parameter.",
    source="OWASP ASVS 5.0, 14.2.1; RFC 6750 section 5.3; RFC 9110 section 17.9",
    cause="A GET was easier to try in a browser; but addresses are logged by everything on the way.",
)
def secret_in_url(document: Document) -> Iterator[Place]:
    """What is in an address is in logs, histories and Referer fields."""
    for operation in document.all_operations:
        for parameter in operation.parameters:
            schema = document.resolve(document.at(parameter.schema))[0] if parameter.schema else None
            named = _SECRET.fullmatch(parameter.name) and not _NO_SECRET.fullmatch(parameter.name)
            if parameter.place in {"query", "path"} and (named or _is_password(schema)):
                yield (
                    parameter.pointer,
                    f"the {parameter.place} parameter '{parameter.name}' puts a secret into the address.",
                )
    for name, given in mapping(document.data.get("components"), "securitySchemes").items():
        scheme, pointer = document.resolve(given, child("/components/securitySchemes", name))
        if isinstance(scheme, dict) and scheme.get("type") == "apiKey" and scheme.get("in") == "query":
            yield child(pointer, "in"), f"the security scheme '{name}' puts a secret into the address."


@rule(
    "LINT-SECRET-IN-RESPONSE",
    statement="No answer has a member that is writeOnly or of the format password.",
    source="OWASP API Security 2023, API3; OpenAPI 3.1.1 section 4.8.24",
    cause="One schema serves for the request and the answer; give the answer its own.",
)
def secret_in_response(document: Document) -> Iterator[Place]:
    """What a server never tells cannot leak."""
    schemas = [
        schema
        for operation in document.all_operations
        for response in operation.responses.values()
        for schema in response.media.values()
    ]
    for pointer, node in reachable(document, *schemas):
        for name, given in mapping(node, "properties").items():
            meant = document.resolve(given)[0]
            if any(isinstance(each, dict) and each.get("writeOnly") is True for each in (given, meant)) or _is_password(
                meant
            ):
                yield child(pointer, "properties", name), f"'{name}' is secret but part of an answer."


@rule(
    "LINT-PASSWORD-SHORT",
    statement=f"A new password has a minLength of at least {SHORTEST_PASSWORD}.",
    source="NIST SP 800-63B-4 section 3.1.1.2; OWASP ASVS 5.0, 6.2.1",
    cause="The length is checked in code only, or not at all.",
)
def password_short(document: Document) -> Iterator[Place]:
    """The shortest password that is allowed is the one that is guessed."""
    for pointer, shortest in _new_passwords(document):
        if shortest < SHORTEST_PASSWORD:
            what = f"a minLength of {shortest}" if shortest else "no minLength"
            yield pointer, f"a new password has {what}; the least is {SHORTEST_PASSWORD}."


@rule(
    "LINT-PASSWORD-BELOW-15",
    "warning",
    statement=f"A new password has a minLength of at least {RECOMMENDED_PASSWORD} where no second factor is forced.",
    source="NIST SP 800-63B-4 section 3.1.1.2",
    cause="The number is from the time when eight was enough.",
)
def password_below_15(document: Document) -> Iterator[Place]:
    """Where a password is all there is, length is all that protects it."""
    for pointer, shortest in _new_passwords(document):
        if SHORTEST_PASSWORD <= shortest < RECOMMENDED_PASSWORD:
            yield (
                pointer,
                f"a new password has a minLength of {shortest}; {RECOMMENDED_PASSWORD} is advised without MFA.",
            )


def _new_passwords(document: Document) -> Iterator[tuple[str, int]]:
    """Yield, for each new password, where its minLength stands or belongs, and that number; 0 without one."""
    for operation in document.all_operations:
        for member in new_passwords(document, operation):
            schema, pointer = document.resolve(document.at(member.pointer), member.pointer)
            shortest = schema.get("minLength") if isinstance(schema, dict) else None
            yield child(pointer, "minLength"), shortest if isinstance(shortest, int) else 0


def _is_password(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("format") == "password"

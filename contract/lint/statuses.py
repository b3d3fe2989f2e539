"""Rules about the refusals that an operation can give and must therefore document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract.document import Document, OperationSpec, child
from contract.lint.nature import natures, scopes
from contract.lint.rule import Place, rule

_OBJECT_ID = re.compile(r"(?i).*(id|user|username|account|login|email|handle)")


def _lacks(operation: OperationSpec, *statuses: str) -> bool:
    return not any(status in operation.responses for status in statuses)


def _responses(operation: OperationSpec) -> str:
    return child(operation.pointer, "responses")


@rule(
    "LINT-STATUS-401",
    statement="Every operation that needs credentials, or judges them, documents 401.",
    source="RFC 9110 section 15.5.2",
    cause="The document was written from the happy path; or the refusal comes from a gateway that nobody documented.",
)
def unauthenticated(document: Document) -> Iterator[Place]:
    """Where security applies, and on login, refresh and the second factor of a login."""
    for operation in document.all_operations:
        nature = natures(document)[operation.label]
        judges = nature.logs_in or nature.refreshes or (nature.proves and not operation.secured)
        if (operation.secured or judges) and _lacks(operation, "401"):
            why = "needs credentials" if operation.secured else "judges credentials"
            yield _responses(operation), f"{operation.label} {why} but documents no 401."


@rule(
    "LINT-STATUS-403",
    statement="Every operation that asks for a role or scope, or serves one of many records by its id, documents 403.",
    source="RFC 9110 section 15.5.4; OWASP API Security 2023, API1 and API5",
    cause="Authorization is taken for part of authentication, and 401 is documented for both.",
)
def forbidden(document: Document) -> Iterator[Place]:
    """Signed in is not the same as allowed to."""
    for operation in document.all_operations:
        if not operation.secured or not _lacks(operation, "403"):
            continue
        ids = [each.name for each in operation.parameters if each.place == "path" and _OBJECT_ID.fullmatch(each.name)]
        if scopes(operation):
            yield (
                _responses(operation),
                f"{operation.label} asks for {', '.join(sorted(scopes(operation)))} but documents no 403.",
            )
        elif ids:
            yield _responses(operation), f"{operation.label} serves one record by {{{ids[0]}}} but documents no 403."


@rule(
    "LINT-STATUS-409",
    statement="An operation that registers an account under an identifier documents 409, or answers 202 always alike.",
    source="RFC 9110 section 15.5.10",
    cause="The second registration of an address was not thought of, and ends as a 500 or as a 400 without a reason.",
)
def conflict(document: Document) -> Iterator[Place]:
    """The address may be taken."""
    for operation in document.all_operations:
        if natures(document)[operation.label].registers and _lacks(operation, "409", "202"):
            yield (
                _responses(operation),
                f"{operation.label} creates an account under an identifier but documents no 409.",
            )


@rule(
    "LINT-STATUS-422",
    statement="Every operation with a request body documents how it refuses a body that is not valid: 422 or 400.",
    source="RFC 9110 sections 15.5.1 and 15.5.21",
    cause="Validation is done by a framework, whose answer nobody put into the document.",
)
def invalid(document: Document) -> Iterator[Place]:
    """Any body can be a wrong one."""
    for operation in document.all_operations:
        if operation.request_pointer and _lacks(operation, "422", "400"):
            yield _responses(operation), f"{operation.label} takes a body but documents neither 422 nor 400."


@rule(
    "LINT-STATUS-429",
    statement="Every operation by which a secret could be guessed, or the service flooded, documents 429.",
    source="RFC 6585 section 4; OWASP ASVS 5.0, 6.3.1",
    cause="The throttle sits in a gateway, or there is none.",
)
def throttled(document: Document) -> Iterator[Place]:
    """Login, refresh, registration, reset, codes, and a password asked for as proof."""
    for operation in document.all_operations:
        if natures(document)[operation.label].takes_credentials and _lacks(operation, "429"):
            yield _responses(operation), f"{operation.label} can be tried over and over but documents no 429."


@rule(
    "LINT-STATUS-503",
    statement="Every operation that needs a store documents 503; only liveness and static documents need none.",
    source="RFC 9110 section 15.6.4",
    cause="An outage of the database was never tried, and ends as a 500 or as a 401.",
)
def unavailable(document: Document) -> Iterator[Place]:
    """A dependency can be down for every operation that has one."""
    for operation in document.all_operations:
        if natures(document)[operation.label].needs_store and _lacks(operation, "503"):
            yield _responses(operation), f"{operation.label} needs a store but documents no 503."

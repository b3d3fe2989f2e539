"""Rules about the header fields without which a client cannot act on an answer."""

from __future__ import annotations

from collections.abc import Iterator

from contract.document import Document, OperationSpec, ResponseSpec
from contract.lint.nature import is_token, members
from contract.lint.rule import Place, rule


def _without(document: Document, name: str, *statuses: str) -> Iterator[tuple[OperationSpec, str, ResponseSpec]]:
    for operation in document.all_operations:
        for status, response in operation.responses.items():
            if status in statuses and response.header(name) is None:
                yield operation, status, response


@rule(
    "LINT-WWW-AUTHENTICATE",
    statement="Every documented 401 has the header WWW-Authenticate.",
    source="RFC 9110 section 15.5.2",
    cause="401 is taken for 'wrong password'; but it says how to authenticate, and must name a scheme.",
)
def challenge(document: Document) -> Iterator[Place]:
    """A client is told how to authenticate, not merely refused."""
    for _, _, response in _without(document, "WWW-Authenticate", "401"):
        yield response.pointer, "this 401 documents no header WWW-Authenticate."


@rule(
    "LINT-RETRY-AFTER",
    statement="Every documented 429 and 503 has the header Retry-After.",
    source="RFC 9110 section 10.2.3; RFC 6585 section 4",
    cause="Without it every client guesses, and all come back at once.",
)
def retry_after(document: Document) -> Iterator[Place]:
    """A client is told when to come back."""
    for _, status, response in _without(document, "Retry-After", "429", "503"):
        yield response.pointer, f"this {status} documents no header Retry-After."


@rule(
    "LINT-ALLOW",
    statement="Every documented 405 has the header Allow.",
    source="RFC 9110 section 15.5.6",
    cause="The framework sends it, or ought to, and the document was not told.",
)
def allow(document: Document) -> Iterator[Place]:
    """A client is told which methods there are."""
    for _, _, response in _without(document, "Allow", "405"):
        yield response.pointer, "this 405 documents no header Allow."


@rule(
    "LINT-CACHE-CONTROL",
    statement="A success that holds tokens, or any body of a secured operation, has the header Cache-Control.",
    source="RFC 6749 section 5.1; OWASP ASVS 5.0, 14.3.2",
    cause="Caching is left to defaults; and a proxy or a browser's back button shows one user's data to another.",
)
def cache_control(document: Document) -> Iterator[Place]:
    """Tokens and personal data are kept by nobody on the way."""
    for operation in document.all_operations:
        for status, response in operation.responses.items():
            if not status.startswith("2") or not response.media or response.header("Cache-Control") is not None:
                continue
            if operation.secured:
                yield response.pointer, f"this {status} answers a signed-in user but documents no header Cache-Control."
            elif token := next(filter(is_token, members(document, *response.media.values())), None):
                yield response.pointer, f"this {status} holds '{token.written}' but documents no header Cache-Control."

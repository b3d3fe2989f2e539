"""The document that a provider publishes of itself: operations that it has and the document in force has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from contract.answers import Request
from contract.document import Document, load_bytes
from contract.drift.result import Finding
from contract.drift.rules import UNDOCUMENTED
from contract.errors import BindingError
from suites.rig.api import Api

PLACES = ("/openapi.json", "/openapi.yaml", "/v3/api-docs")
"""Where frameworks publish one, below the API and at the root of its host."""

_VARIABLE = re.compile(r"\{[^{}]*\}")


def published(api: Api, document: Document) -> Iterator[Finding]:
    """Yield the operations of the provider's own document that *document* does not have; nothing without such."""
    own = _own(api)
    if own is None:
        return
    ours = {_route(document.base_path, each.method, each.path) for each in document.all_operations}
    for each in own.all_operations:
        if _route(own.base_path, each.method, each.path) not in ours:
            yield Finding(
                rule=UNDOCUMENTED,
                operation="",
                label=each.label,
                status=0,
                pointer="",
                expected="only operations that the document has",
                actual=f"the provider's own document, {own.source}, has it too",
                document_pointer="/paths",
                line=document.line("/paths"),
            )


def _own(api: Api) -> Document | None:
    base = api.target.base_url.rstrip("/")
    root = "{0.scheme}://{0.netloc}".format(urlsplit(base))
    for address in dict.fromkeys([*(base + place for place in PLACES), *(root + place for place in PLACES)]):
        answer = api.send(Request("GET", address))
        if answer.status == 200 and answer.body:
            try:
                return load_bytes(answer.body, address)
            except BindingError:
                continue  # a page that answers everything, or a document that is broken: nothing to compare with
    return None


def _route(base_path: str, method: str, path: str) -> tuple[str, str]:
    return method, _VARIABLE.sub("{}", base_path + path)

"""Which methods a target's paths have, as far as its file and the document in force say."""

from __future__ import annotations

from urllib.parse import urlsplit

from contract.document import Document, contract_document, load
from contract.encoding import path_of
from contract.filling.further import spec_of
from contract.targets.model import Target

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def document_in_force(target: Target) -> Document | None:
    """Return the OpenAPI document that says which methods there are, None where there is none."""
    if target.speaks_contract:
        return contract_document()
    return load(target.document) if target.document else None


def base_of(target: Target, document: Document) -> str:
    """Return what stands before the paths of *document* in the addresses of *target*."""
    path = urlsplit(target.base_url).path.rstrip("/")
    if target.speaks_contract or not (path == document.base_path or path.startswith(f"{document.base_path}/")):
        return path
    return document.base_path


def documented_successes(target: Target, operation: str) -> list[int]:
    """Return the statuses of success that the document in force has for *operation*, [] where it has none."""
    document = document_in_force(target)
    spec = document and spec_of(document, target, target.operations[operation].steps[-1])
    return [int(status) for status in (spec.responses if spec else ()) if status.isdecimal() and status[0] == "2"]


def methods_by_path(target: Target, document: Document | None) -> dict[str, dict[str, str]]:
    """Return the paths of the target's operations, each with its methods and the operation of each, "" for others."""
    found: dict[str, dict[str, str]] = {}
    for operation in target.operations.values():
        for step in operation.steps:
            found.setdefault(path_of(step), {})[step.method] = operation.id
    for path, known in found.items():
        for method in METHODS:
            if document and documents(document, target, method, path):
                known.setdefault(method, "")
    return found


def documents(document: Document, target: Target, method: str, path: str) -> bool:
    """Whether *document* has *method* at *path*, which is below the target's base URL."""
    whole = urlsplit(target.base_url).path.rstrip("/") + path
    below = whole.removeprefix(document.base_path) if whole.startswith(document.base_path) else path
    return any(document.match(method, each) for each in (path, below))

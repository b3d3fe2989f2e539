"""An OpenAPI 3.0 or 3.1 document as data, read within bounds, with the line of every key; nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from contract.document import references
from contract.document.json_text import read_json
from contract.document.operations import HeaderSpec, OperationSpec, ParameterSpec, ResponseSpec, read_operations
from contract.document.pointers import MISSING, child, follow
from contract.document.routes import Routes, base_path, routes
from contract.document.tree import Tree
from contract.document.yaml_text import read_yaml
from contract.errors import BindingError

__all__ = [
    "CONTRACT_FILE", "MISSING", "Document", "HeaderSpec", "OperationSpec", "ParameterSpec", "ResponseSpec", "child",
    "contract_document", "load", "load_bytes",
]  # fmt: skip

CONTRACT_FILE = Path(__file__).parent.parent / "openapi.yaml"

MAX_BYTES = 64 * 1024 * 1024

_JSON = re.compile(r"\s*\{\s*[\"}]")
"""How JSON begins; YAML in flow style that begins so must be JSON too."""

_VERSION = re.compile(r"3\.[01](\.[0-9]+)?(-.+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """
    One OpenAPI document; two are equal only if they are one.

    `source` is its file as the user wrote it. `data` is the document as plain values, references as they stand; it is
    shared and must not be changed. `base_path` is that of the first server; every other path here is without it.
    `all_operations` is in the order of the document; `operations` has, by operationId, those that have one (the first,
    where two share it).
    """

    source: str
    data: Mapping[str, Any]
    version: str
    base_path: str
    operations: Mapping[str, OperationSpec]
    all_operations: tuple[OperationSpec, ...]
    _tree: Tree = field(repr=False)
    _routes: Routes = field(repr=False)

    def line(self, pointer: str) -> int:
        """Return the 1-based line of the key that *pointer* names; of its nearest ancestor where it names nothing."""
        return self._tree.line(pointer)

    def at(self, pointer: str) -> Any:
        """Return what the JSON Pointer names, or `MISSING`."""
        return follow(self.data, pointer)

    def resolve(self, node: Any, pointer: str = "") -> tuple[Any, str]:
        """Return what *node* stands for and where that is: *node* and *pointer* themselves where it is no `$ref`."""
        return references.resolve(self.data, node, pointer)

    def match(self, method: str, path: str) -> OperationSpec | None:
        """Return the operation that a request for *path* (without the base path) belongs to, or None."""
        return self._routes.at(path).get(method.upper())

    def path_exists(self, path: str) -> bool:
        """Return whether *path* (without the base path) is documented, with whatever method."""
        return bool(self._routes.at(path))


def load(path: Path) -> Document:
    """
    Read the OpenAPI document in the file *path*.

    Raises:
        BindingError: it cannot be read, or is no document as in `load_bytes`.
    """
    try:
        if path.exists() and not path.is_file():
            raise BindingError(f"{path}: is no regular file; name a file with an OpenAPI document.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BindingError(f"{path}: cannot be read ({error.strerror}).") from None
    return load_bytes(data, str(path))


def load_bytes(data: bytes, source: str) -> Document:
    """
    Read the OpenAPI document in *data*, YAML or JSON in UTF-8; *source* names it in messages.

    Raises:
        BindingError: too large, too deep, too many nodes, neither YAML nor JSON, no OpenAPI 3.0 or 3.1 document, keys
            given twice, references that are remote, broken or circular. Each problem is one line, with its place.
    """
    if len(data) > MAX_BYTES:
        raise BindingError(f"{source}: larger than {MAX_BYTES // 1024 // 1024} MiB; split the document.")
    if not data.strip():
        raise BindingError(f"{source}: is empty; an OpenAPI document begins 'openapi: 3.1.0'.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BindingError(f"{source}:{line}: not UTF-8 text (byte 0x{data[error.start]:02x}).") from None
    tree = read_json(text, source) if _JSON.match(text) else read_yaml(text, source)
    version = _version(tree)
    references.check_references(tree)
    operations = tuple(read_operations(tree.data))
    named = {operation.id: operation for operation in reversed(operations) if operation.id}
    return Document(
        source,
        tree.data,
        version,
        base_path(tree.data),
        dict(reversed(named.items())),
        operations,
        tree,
        routes(operations),
    )


@cache
def contract_document() -> Document:
    """Return our own contract, read once per process."""
    return load(CONTRACT_FILE)


def _version(tree: Tree) -> str:
    top = tree.data
    if isinstance(top, dict) and "swagger" in top:
        raise BindingError(
            f"{tree.where(tree.line('/swagger'))}: Swagger 2.0 is not read; convert it to OpenAPI 3.0 or 3.1."
        )
    if not isinstance(top, dict) or "openapi" not in top:
        raise BindingError(f"{tree.source}: no OpenAPI document: no key 'openapi' at the top. Valid: 3.0.x, 3.1.x.")
    version = top["openapi"]
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        place = tree.where(tree.line("/openapi"))
        raise BindingError(
            f"{place}: the OpenAPI version {str(version)[:40]!r} is not read. Valid: 3.0.x, 3.1.x, as a text."
        )
    return version

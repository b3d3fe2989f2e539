"""JSON Pointers (RFC 6901): taking them apart, putting them together, following them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

MISSING: Any = object()
"""What `follow` returns where a pointer names nothing; None is a value that a document may hold."""


def child(pointer: str, *keys: str | int) -> str:
    """Return *pointer* prolonged by *keys*, each escaped."""
    return pointer + "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def parts(pointer: str) -> list[str]:
    """Return the unescaped reference tokens of *pointer*."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def step(node: Any, part: str) -> tuple[str | int, Any]:
    """Return the key that *part* means in *node*, and the value there or `MISSING`."""
    if isinstance(node, dict):
        return part, node.get(part, MISSING)
    if isinstance(node, list) and part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(node):
        return int(part), node[int(part)]
    return part, MISSING


def follow(root: Any, pointer: str) -> Any:
    """Return what *pointer* names in *root*, or `MISSING`."""
    node = root
    for part in parts(pointer):
        node = step(node, part)[1]
        if node is MISSING:
            return MISSING
    return node


def of_reference(reference: str) -> str:
    """Return the JSON Pointer in the fragment of a local *reference*: ``"#/a~1b/%7Bid%7D"`` names ``"/a~1b/{id}"``."""
    return unquote(reference.removeprefix("#"))

"""Paths and operations: which came and went, and which old one a new one is the successor of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract.diff.change import Found
from contract.diff.sides import Sides
from contract.document import Document, OperationSpec, child
from contract.document.operations import mapping, sequence

_VARIABLE = re.compile(r"\{([^{}]*)\}")

Match = tuple[OperationSpec, OperationSpec, dict[str, str]]
"""An operation in the old and in the new document, and the old names of its path's variables to the new ones."""


def matched(sides: Sides) -> tuple[list[Match], list[OperationSpec], list[OperationSpec]]:
    """Return the operations that both documents have, those that are gone, and those that are new, in their order."""
    new = {_route(each): each for each in sides.new.all_operations}
    old = {_route(each): each for each in sides.old.all_operations}
    matches = []
    for route, each in new.items():
        if route in old:
            names = zip(_VARIABLE.findall(old[route].path), _VARIABLE.findall(each.path), strict=True)
            matches.append((old[route], each, {here: there for here, there in names if here != there}))
    removed = [each for route, each in old.items() if route not in new]
    return matches, removed, [each for route, each in new.items() if route not in old]


def itself(sides: Sides, old: OperationSpec, new: OperationSpec, renamed: dict[str, str]) -> Iterator[Found]:
    """Yield what became of the operation's own names and flags, and of what is not computed."""

    def places(key: str) -> tuple[str, str]:
        return child(old.pointer, key), child(new.pointer, key)

    if renamed:
        names = ", ".join(f"{{{here}}} is {{{there}}}" for here, there in renamed.items())
        paths = child("/paths", old.path), child("/paths", new.path)
        yield Found("DIFF-PATH-PARAMETER-RENAMED", f"the variable {names}.", *paths)
    if old.id != new.id and old.id:
        yield Found("DIFF-OPERATION-ID", f"is called {new.id or 'nothing'}, was {old.id}.", *places("operationId"))
    before, after = sides.old.at(old.pointer), sides.new.at(new.pointer)
    if (before.get("deprecated") is True) != (after.get("deprecated") is True):
        rule = "DIFF-DEPRECATED" if after.get("deprecated") is True else "DIFF-DEPRECATION-WITHDRAWN"
        yield Found(
            rule,
            "is now deprecated." if rule == "DIFF-DEPRECATED" else "is no longer deprecated.",
            *places("deprecated"),
        )
    for key in ("callbacks", "servers"):
        if not sides.equal(before.get(key), after.get(key)):
            yield Found("DIFF-UNDECIDED", f"cannot decide: {key} changed.", *places(key), undecided=key)


def servers(sides: Sides) -> Iterator[Found]:
    """Yield what became of the addresses of the API."""
    old, new = _addresses(sides.old), _addresses(sides.new)
    for url, place in old.items():
        if url in new:
            continue
        plain = f"http://{url.removeprefix('https://')}"
        if url.startswith("https://") and plain in new and plain not in old:
            yield Found("DIFF-SERVER-PLAIN", f"the server {url} is {plain} now.", place, new[plain])
        else:
            yield Found("DIFF-SERVER-REMOVED", f"the server {url} is gone.", place, place)
    for url, place in new.items():
        if url not in old:
            yield Found("DIFF-SERVER-ADDED", f"there is a new server {url}.", place, place)


def webhooks(sides: Sides) -> Iterator[Found]:
    """Yield which webhooks changed; what that means is not computed."""
    old, new = mapping(sides.old.data, "webhooks"), mapping(sides.new.data, "webhooks")
    for name in dict.fromkeys([*old, *new]):
        if not sides.equal(old.get(name), new.get(name)):
            place = child("/webhooks", name)
            message = f"cannot decide: the webhook '{name}' changed."
            yield Found("DIFF-UNDECIDED", message, place, place, undecided="webhooks")


def _addresses(document: Document) -> dict[str, str]:
    given = sequence(document.data, "servers") or [{"url": "/"}]
    return {
        str(each["url"]): child("/servers", index, "url")
        for index, each in enumerate(given)
        if isinstance(each, dict) and "url" in each
    }


def _route(operation: OperationSpec) -> tuple[str, str]:
    return operation.method, _VARIABLE.sub("{}", operation.path)

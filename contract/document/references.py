"""Local references: following them, and refusing at once those that lead elsewhere, nowhere, in a circle or too far."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any

from contract.document.pointers import MISSING, follow, of_reference
from contract.document.tree import MAX_PROBLEMS, Tree
from contract.errors import BindingError

_NAMED = frozenset(
    "properties patternProperties $defs definitions dependentSchemas schemas responses parameters examples "
    "requestBodies headers securitySchemes links callbacks pathItems paths webhooks content encoding variables".split()
)
"""Members whose own keys are names chosen by the author, among which "example" or "default" mean nothing."""

_LITERAL = frozenset("example default const enum value".split())
"""Members that hold data, in which "$ref" is a member like any other."""


MAX_CHAIN = 20
"""How many references may follow each other before a value."""

MAX_APPLIED = 100
"""How many schemas may be applied to one value one after another; validators recurse over them."""

MAX_SEARCHED = 1000
"""Among how many names a misspelt one is searched; comparing costs some 10 µs each."""


def resolve(root: Any, node: Any, pointer: str = "") -> tuple[Any, str]:
    """
    Return what *node* stands for, and its JSON Pointer: *node* and *pointer* themselves where it is no reference.

    Expects references checked by `check_references`.
    """
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        pointer = of_reference(node["$ref"])
        node = follow(root, pointer)
    return node, pointer


def objects(data: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in *data* that OpenAPI gives a meaning to: no maps of names, nothing within examples."""
    todo: list[tuple[Any, bool]] = [(data, False)]
    seen: set[tuple[int, bool]] = set()
    while todo:
        node, named = todo.pop()
        if not isinstance(node, dict | list) or (id(node), named) in seen:
            continue
        seen.add((id(node), named))
        if isinstance(node, list):
            todo.extend((item, False) for item in reversed(node))
            continue
        if not named:
            yield node
        for key, value in reversed(node.items()):
            if named:
                todo.append((value, False))
            elif not (key in _LITERAL or key.startswith("x-") or (key == "examples" and isinstance(value, list))):
                todo.append((value, key in _NAMED))


def check_references(tree: Tree) -> None:
    """
    Refuse references that are not local, that name nothing, or that lead only to each other or too far.

    A schema that contains itself through a property or items is no circle. Nothing is ever fetched.

    Raises:
        BindingError: one line for each faulty reference, up to `MAX_PROBLEMS`.
    """
    problems = []
    for node in objects(tree.data):
        fault = _fault(tree.data, node["$ref"]) if isinstance(node.get("$ref"), str) else ""
        if fault:
            problems.append(f"{tree.where(tree.lines[id(node)]['$ref'])}: $ref '{node['$ref'][:200]}' {fault}")
            if len(problems) == MAX_PROBLEMS:
                break
    if problems:
        raise BindingError(*problems)
    _check_applied(tree)


def _check_applied(tree: Tree) -> None:
    """Refuse a schema whose `$ref`, `allOf`, `anyOf`, ... lead through more than `MAX_APPLIED` others for one value."""
    heights: dict[int, int] = {}
    for start in objects(tree.data):
        todo = [(start, False)]
        while todo:
            node, judged = todo.pop()
            if judged:
                heights[id(node)] = 1 + max((heights[id(other)] for other in _applied(tree.data, node)), default=0)
                if heights[id(node)] > MAX_APPLIED:
                    line = min(tree.lines[id(node)].values())
                    what = f"$ref, allOf and the like lead through over {MAX_APPLIED} schemas for one value; join some."
                    raise BindingError(f"{tree.where(line)}: {what}")
            elif id(node) not in heights:
                heights[id(node)] = 0  # stands until it is judged: what leads back to it ends there
                todo.append((node, True))
                todo += [(other, False) for other in reversed(_applied(tree.data, node))]


def _applied(root: Any, node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas that judge the same value as the schema *node* does."""
    found = [follow(root, of_reference(node["$ref"]))] if isinstance(node.get("$ref"), str) else []
    for keyword in ("allOf", "anyOf", "oneOf"):
        found += node[keyword] if isinstance(node.get(keyword), list) else []
    found += [node.get(keyword) for keyword in ("not", "if", "then", "else")]
    if isinstance(node.get("dependentSchemas"), dict):
        found += node["dependentSchemas"].values()
    return [other for other in found if isinstance(other, dict)]


def _fault(root: Any, reference: str) -> str:
    passed: list[str] = []
    while True:
        via = f"leads on to '{reference[:200]}', which " if passed else ""
        if not reference.startswith("#"):
            return f"{via}leads out of this document, and nothing is fetched; copy it into components."
        if not reference.startswith("#/"):
            return f"{via}is no JSON Pointer into this document; write '#/components/…'."
        if reference in passed:
            return f"leads in a circle ({' -> '.join([*passed, reference])[:300]}) and never to a value; break it."
        if len(passed) == MAX_CHAIN:
            return f"leads on over more than {MAX_CHAIN} references; refer to the value itself."
        passed.append(reference)
        node = follow(root, of_reference(reference))
        if node is MISSING:
            return f"{via}names nothing.{_hint(root, reference)}"
        if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
            return ""
        reference = node["$ref"]


def _hint(root: Any, reference: str) -> str:
    """Suggest the sibling whose name is nearest to the last part of *reference*."""
    above, _, name = reference.rpartition("/")
    siblings = follow(root, of_reference(above))
    return nearest(name, siblings, f"{above}/") if isinstance(siblings, dict) else ""


def nearest(name: str, valid: Collection[str], prefix: str = "") -> str:
    """Return " Did you mean '…'?" with the name of *valid* that is nearest to *name*, or "" where none is near."""
    near = get_close_matches(name, valid, n=1) if len(valid) <= MAX_SEARCHED else []
    return f" Did you mean '{prefix}{near[0]}'?" if near else ""

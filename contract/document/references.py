"""Local references: following them, and refusing at once those that lead elsewhere, nowhere or in a circle."""

from __future__ import annotations

from collections.abc import Iterator
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
    Refuse references that are not local, that name nothing, or that lead only to each other.

    A schema that contains itself through a property is no circle. Nothing is ever fetched.

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
    near = get_close_matches(name, siblings, n=1) if isinstance(siblings, dict) and len(siblings) < 1000 else []
    return f" Did you mean '{above}/{near[0]}'?" if near else ""

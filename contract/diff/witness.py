"""Values that show a breaking change of a schema: valid by the one document and not by the other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import jsonschema_rs
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import HypothesisException, InvalidArgument, NoSuchExample

from contract.diff.change import Change, Witness
from contract.diff.generating import values_of
from contract.diff.rating import Consumer
from contract.diff.schemas.shape import Budget
from contract.document import Document, child
from contract.document.pointers import follow, parts
from contract.document.schemas import reachable
from contract.errors import BindingError
from contract.lint.validity import Direction, is_optional
from contract.schemas.dialect import modernise

MAX_SEARCHES = 10
"""For how many changes a value is looked for: each search takes some tenths of a second."""

MAX_SCHEMAS = 400
"""Of how many schemas one may be made for which a value is looked for."""

_SETTINGS = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
_TELLING = frozenset("minLength maxLength minItems maxItems minimum maximum enum type pattern format required".split())
"""Keywords by whose name a validator says why a value is refused, so that the value shows this change and no other."""

_OPTIONAL = {"request": ("readOnly",), "response": ("writeOnly",)}


def witnessed(changes: list[Change], old: Document, new: Document) -> list[Change]:
    """
    Return *changes*, those of schemas that are not compatible with a value that shows them, where one is found.

    What a request may say is shown by a value that was valid and is not any more; what an answer may be, by one that is
    valid and was not before. The same documents give the same values. Not finding one proves nothing. Where there are
    more than `MAX_SEARCHES`, the breaking ones come first.
    """
    wanted = [each for each in changes if each.schemas and each.consumer is not Consumer.COMPATIBLE]
    wanted.sort(key=lambda each: each.consumer is not Consumer.BREAKING)
    found = {id(each): _search(each, old, new) for each in wanted[:MAX_SEARCHES]}
    return [replace(each, witness=found.get(id(each))) for each in changes]


def _search(change: Change, old: Document, new: Document) -> Witness | None:
    assert change.schemas is not None
    before, after = change.schemas
    asks = change.direction == "request"
    valid, invalid = ((old, before), (new, after)) if asks else ((new, after), (old, before))
    direction: Direction = "request" if asks else "response"
    try:
        accepting, refusing = (_validator(*each, direction) for each in (valid, invalid))
        if accepting is None or refusing is None:
            return None
        keyword = parts((change.new if asks else change.old).pointer)[-1]
        strategy = values_of(valid[0], (valid[1],), Budget(valid[0].source))

        def shows(value: Any) -> bool:
            if not accepting.is_valid(value) or refusing.is_valid(value):
                return False
            return keyword not in _TELLING or any(each.kind.name == keyword for each in refusing.iter_errors(value))

        return Witness(find(strategy, shows, settings=_SETTINGS), "before" if asks else "after")
    except (NoSuchExample, InvalidArgument, HypothesisException, BindingError, ValueError, RecursionError):
        return None  # a pattern that Python cannot read, a schema that nothing meets, ...: a search that found nothing


def _validator(document: Document, pointer: str, direction: Direction) -> jsonschema_rs.Draft202012Validator | None:
    """Return the validator of the schema at *pointer*; None where that is made of too much."""
    found = []
    for place, _ in reachable(document, pointer):
        found.append(place)
        if len(found) > MAX_SCHEMAS:
            return None
    bundle: dict[str, Any] = {}
    for place in found:
        _copy(document, bundle, child("", *parts(place)[:3]))
    bundle = json.loads(json.dumps(bundle))
    for place in found:
        node = follow(bundle, place)
        required = node.get("required")
        if isinstance(required, list):
            node["required"] = [
                name for name in required if not is_optional(document, node, name, _OPTIONAL[direction])
            ]
        if document.version.startswith("3.0"):
            modernise(node)
    resource = "urn:authproof:witness"
    registry = jsonschema_rs.Registry([(resource, bundle)])
    schema = {"$ref": f"{resource}#{_quoted(pointer)}"}
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True, offline=True)


def _copy(document: Document, bundle: dict[str, Any], place: str) -> None:
    """Put the part of *document* at *place* where it stands, into *bundle*."""
    names = parts(place)
    node: dict[str, Any] = bundle
    for name in names[:-1]:
        node = node.setdefault(name, {})
    node[names[-1]] = document.at(place)


def _quoted(pointer: str) -> str:
    return quote(pointer, safe="/~")

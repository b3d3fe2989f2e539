"""What an operation takes: parameters and a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract.diff.change import Found, below
from contract.diff.responses import examples, media
from contract.diff.schemas.walk import Walk
from contract.diff.sensitive import is_secret
from contract.diff.sides import Sides
from contract.document import MISSING, Document, OperationSpec, ParameterSpec, child

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def parameters(
    sides: Sides, old: OperationSpec, new: OperationSpec, renamed: Mapping[str, str], walk: Walk
) -> Iterator[Found]:
    """Yield what became of the parameters; *renamed* maps old names of the path's variables to new ones."""
    before, after = _by_place(old, renamed), _by_place(new, {})
    for key, here in before.items():
        there = after.get(key)
        if there is None:
            message = f"the {here.place} parameter '{here.name}' is gone."
            place = _home(sides.new, here.pointer, new)
            yield Found("DIFF-PARAMETER-REMOVED", message, here.pointer, place)
            continue
        if here.schema and there.schema:
            walk.add(here.schema, there.schema, "request", new, name=there.name)
        if not sides.same(here.pointer, there.pointer):
            yield from _parameter(sides, here, there)
    for key, there in after.items():
        if key not in before:
            place = _home(sides.old, there.pointer, old)
            if there.place in ("query", "path") and is_secret(there.name, answered=False):
                message = f"the {there.place} parameter '{there.name}' puts a secret into the address."
                yield Found("DIFF-SECRET-IN-URL", message, place, there.pointer)
            rule, must = ("REQUIRED", "must be given") if there.required else ("ADDED", "may be given")
            message = f"the new {there.place} parameter '{there.name}' {must}."
            yield Found(f"DIFF-PARAMETER-{rule}", message, place, there.pointer)


def _parameter(sides: Sides, old: ParameterSpec, new: ParameterSpec) -> Iterator[Found]:
    places = below(old.pointer, new.pointer, "required")
    if old.required != new.required:
        rule, must = ("REQUIRED", "must") if new.required else ("OPTIONAL", "need not")
        yield Found(f"DIFF-PARAMETER-{rule}", f"the parameter '{new.name}' {must} be given.", *places)
    written = [_serialisation(side, each) for side, each in ((sides.old, old), (sides.new, new))]
    for key in (key for key in written[0] if written[0][key] != written[1].get(key)):
        places = below(old.pointer, new.pointer, key)
        message = f"the parameter '{new.name}' is written otherwise: {key}."
        yield Found("DIFF-PARAMETER-SERIALISATION", message, *places)
    for key in ("example", "examples"):
        before, after = (side.at(child(each.pointer, key)) for side, each in ((sides.old, old), (sides.new, new)))
        if before is not MISSING and after is MISSING:
            places = below(old.pointer, new.pointer, key)
            yield Found("DIFF-EXAMPLE-REMOVED", f"the parameter '{new.name}' has no {key} any more.", *places)
    deprecated = [
        side.at(child(each.pointer, "deprecated")) is True for side, each in ((sides.old, old), (sides.new, new))
    ]
    if deprecated[0] != deprecated[1]:
        rule = "DIFF-DEPRECATED" if deprecated[1] else "DIFF-DEPRECATION-WITHDRAWN"
        places = below(old.pointer, new.pointer, "deprecated")
        yield Found(
            rule, f"the parameter '{new.name}' is {'now' if deprecated[1] else 'no longer'} deprecated.", *places
        )


def body(sides: Sides, old: OperationSpec, new: OperationSpec, walk: Walk) -> Iterator[Found]:
    """Yield what became of the request's body."""
    places = (
        old.request_pointer or child(old.pointer, "requestBody"),
        new.request_pointer or child(new.pointer, "requestBody"),
    )
    if old.request_pointer and not new.request_pointer:
        yield Found("DIFF-REQUEST-BODY-REMOVED", "takes no body any more.", *places)
        return
    if new.request_pointer and not old.request_pointer:
        rule, must = ("REQUIRED", "needs") if new.request_required else ("OPTIONAL", "may have")
        yield Found(f"DIFF-REQUEST-BODY-{rule}", f"{must} a body.", *places)
        return
    if not old.request_pointer:
        return
    if old.request_required != new.request_required:
        rule, must = ("REQUIRED", "needs") if new.request_required else ("OPTIONAL", "no longer needs")
        yield Found(f"DIFF-REQUEST-BODY-{rule}", f"{must} a body.", *below(*places, "required"))
    yield from media(places, old.request_media, new.request_media, "is accepted", "REQUEST")
    yield from examples(sides, *places)
    for name, schema in old.request_media.items():
        if schema and new.request_media.get(name):
            walk.add(schema, new.request_media[name], "request", new)


def _by_place(operation: OperationSpec, renamed: Mapping[str, str]) -> dict[tuple[str, str], ParameterSpec]:
    found = {}
    for each in operation.parameters:
        name = renamed.get(each.name, each.name) if each.place == "path" else each.name
        found[each.place, name.lower() if each.place == "header" else name] = each
    return found


def _serialisation(document: Document, parameter: ParameterSpec) -> dict[str, object]:
    node = document.at(parameter.pointer)
    style = node.get("style", _STYLES.get(parameter.place))
    content = sorted(node["content"]) if isinstance(node.get("content"), dict) else None
    explode = node.get("explode", style == "form")
    return {"style": style, "explode": explode, "allowReserved": node.get("allowReserved", False), "content": content}


def _home(document: Document, pointer: str, operation: OperationSpec) -> str:
    """Return where the parameter at *pointer* of the other document would stand in *document*."""
    index = pointer.rpartition("/")[2]
    owner = child(operation.pointer, "parameters")
    above = pointer.rpartition("/")[0]
    return child(owner if document.at(owner) is not MISSING or document.at(above) is MISSING else above, index)

"""Which members a registration must have by the target's own document, beside those that its file fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from contract.diff.schemas.shape import Budget, shape
from contract.document import Document, OperationSpec, child, load
from contract.encoding import path_of, places_of
from contract.errors import BindingError
from contract.filling.chance import chance_of
from contract.filling.values import DEEPEST, Described, Unfillable, made_up
from contract.targets.model import Step, Target

MEDIA = {"json": "json", "form": "x-www-form-urlencoded", "multipart": "form-data"}
SOMEBODY = "somebody.1@main-000000.example.com"


def completed(target: Target) -> Target:
    """
    Return *target* with what its own document demands of a registration beside what its file says.

    A member for which nothing can be made up is one line of `unfilled`. Nothing is added where the target speaks our
    contract, has no document, or one that cannot be read: whoever judges by it says so.
    """
    registration = target.operations.get("registerUser")
    if target.speaks_contract or target.document is None or registration is None:
        return target
    if "registration" not in target.features:
        return target
    try:
        document = load(target.document)
    except BindingError:
        return target
    described: dict[str, Mapping[str, Described]] = {}
    lines: list[str] = []
    for step in registration.steps:
        spec = spec_of(document, target, step)
        if spec is None:
            continue
        found: dict[str, Described] = {}
        for place, member in lacking(document, spec, step.encoding, filled_by(step, target.register_extra)):
            if why := why_unfilled(member, place):
                lines.append(
                    f"[registration]: '{place}' is required by {target.document.name}#{member.starts[0]}, and nothing "
                    f'was made up: {why}; or give extra = {{ "{place}" = ... }}'
                )
            else:
                found[place] = member
        described[f"{step.method} {step.path}"] = found
    return replace(target, described=described, unfilled=tuple(lines))


def filled_by(step: Step, extra: Iterable[str]) -> frozenset[str]:
    """Return the places that *step* fills, those of *extra* among them."""
    sent = (place for word in step.send for place in places_of(step, word))
    return frozenset((*sent, *step.fixed, *extra))


def spec_of(document: Document, target: Target, step: Step) -> OperationSpec | None:
    """Return the operation of *document* that *step* asks for, None where it has none."""
    path = path_of(step)
    below = (urlsplit(target.base_url).path.rstrip("/") + path).removeprefix(document.base_path)
    return document.match(step.method, below) or document.match(step.method, path)


def lacking(
    document: Document, spec: OperationSpec, encoding: str, filled: frozenset[str]
) -> Iterator[tuple[str, Described]]:
    """Yield the place of each required member of the body of *spec* that is not *filled*, and what it is."""
    wanted = MEDIA.get(encoding, "-")
    for media, pointer in spec.request_media.items():
        if media.partition(";")[0].strip().lower().endswith(wanted):
            yield from _lacking(document, (pointer,), filled, "", 0)
            return


def _lacking(
    document: Document, starts: tuple[str, ...], filled: frozenset[str], place: str, depth: int
) -> Iterator[tuple[str, Described]]:
    schema = shape(document, starts, Budget(document.source))
    required = schema.required()
    for name, pointers in schema.members().items():
        here = child(place, name)
        if here in filled or shape(document, pointers, Budget(document.source)).flag("readOnly"):
            continue
        if any(each.startswith(f"{here}/") for each in filled):
            if depth < DEEPEST:
                yield from _lacking(document, pointers, filled, here, depth + 1)
        elif name in required:
            yield here, Described(document, pointers, name)


def why_unfilled(member: Described, place: str) -> str:
    """Say why nothing can be made up for *member* at *place*; "" where something can."""
    try:
        made_up(member, chance_of(SOMEBODY, place))
    except Unfillable as fault:
        inside = "" if fault.pointer in member.starts else f"{fault.pointer}: "
        return f"{inside}{fault}"
    return ""

"""
Planted defects: each replaces named functions of the sound server at its start, and nothing else knows of them.

A seam is "module:function" or "module:Class.method" below `reference_impl`. The sound code calls such functions by the
name of their module (`problems.challenge()`), so that whoever replaces the name has replaced the behaviour.
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

AREAS = (
    "http registration login tokens signatures sessions mfa recovery reset authorization availability abuse data"
).split()

Replacement = Callable[[Any], Any]
"""Takes the sound function, returns what stands in its place."""


@dataclass(frozen=True, slots=True)
class Defect:
    """
    One way to misbehave.

    `id` is the requirement's, with a letter after it where one requirement has several; `red` is every requirement
    whose check must find it, neighbours and passive ones included.
    """

    id: str
    what: str
    red: tuple[str, ...]
    seams: Mapping[str, Replacement] = field(default_factory=dict)

    @property
    def requirement(self) -> str:
        """The requirement that this defect breaks."""
        return self.id.rstrip("abcdefgh")


def always(value: object) -> Replacement:
    """Return a replacement that does nothing and gives *value*."""
    return lambda _sound: lambda *_args, **_more: value


class UnknownDefect(Exception):
    """There is no defect of that name; the text is one line."""


window_s = 0.002
"""How long a planted race stays open between check and act."""


@functools.cache
def planted() -> dict[str, Defect]:
    """Return every defect by its id, in the order of the catalogue."""
    modules = [importlib.import_module(f"{__name__}.{area}") for area in AREAS]
    return {defect.id: defect for module in modules for defect in module.DEFECTS}


def apply(ids: Iterable[str], *, window_ms: float = 2.0) -> None:
    """Put the defects *ids* in place; planted races stay open for *window_ms*. Raises UnknownDefect."""
    global window_s  # noqa: PLW0603 - set once, at the start
    window_s = window_ms / 1000
    for defect_id in ids:
        for seam, replacement in find(defect_id).seams.items():
            owner, name = locate(seam)
            setattr(owner, name, replacement(getattr(owner, name)))


def find(defect_id: str) -> Defect:
    """Return the defect *defect_id*. Raises UnknownDefect."""
    try:
        return planted()[defect_id]
    except KeyError:
        near = get_close_matches(defect_id.upper(), planted(), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise UnknownDefect(f"unknown defect '{defect_id}'.{hint} See --list-defects.") from None


def locate(seam: str) -> tuple[Any, str]:
    """Return what holds the function of *seam*, and its name there."""
    module, _, path = seam.partition(":")
    *holders, name = path.split(".")
    owner: Any = importlib.import_module(f"reference_impl.{module}")
    for holder in holders:
        owner = getattr(owner, holder)
    return owner, name


def as_text() -> str:
    """Return one line for each defect, for people."""
    return "\n".join(f"{defect.id:10} {defect.what}" for defect in planted().values())


def as_json() -> str:
    """Return every defect as data: `id`, `requirement`, `what`, `red`."""
    return json.dumps(
        [
            {"id": defect.id, "requirement": defect.requirement, "what": defect.what, "red": defect.red}
            for defect in planted().values()
        ],
        indent=2,
    )

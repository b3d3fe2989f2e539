"""What was made from what, so that a repro script can make it again from a value of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Derivation:
    """`function(source, *arguments, **named)` gave the text."""

    function: Callable[..., str]
    source: str
    arguments: tuple[object, ...]
    named: Mapping[str, object]


_DERIVATIONS: dict[str, Derivation] = {}


def derives(function: Callable[Concatenate[str, P], str]) -> Callable[Concatenate[str, P], str]:
    """Note every result of *function*, which changes its first argument and uses only the standard library."""

    @wraps(function)
    def noting(source: str, *arguments: P.args, **named: P.kwargs) -> str:
        result = function(source, *arguments, **named)
        _DERIVATIONS[result] = Derivation(function, source, arguments, named)
        return result

    return cast(Callable[Concatenate[str, P], str], noting)


def derivation_of(text: str) -> Derivation | None:
    """Return how *text* was made in this process, None where no noted function made it."""
    return _DERIVATIONS.get(text)


_MADE_UP: set[str] = set()


def made_up(text: str) -> str:
    """Note that *text* was made by chance and that no more than its shape matters; return it."""
    _MADE_UP.add(text)
    return text


def is_made_up(text: str) -> bool:
    """Whether *text* was made by chance."""
    return text in _MADE_UP


def holds_made_up(text: str) -> bool:
    """Whether *text* is, or has in it, one that was made by chance."""
    return is_made_up(text) or any(made in text for made in _MADE_UP)


_MINTED: dict[str, str] = {}


def minted(token: str, key: str) -> str:
    """Note that the target's control port signed *token* with the key of that name; return it."""
    _MINTED[token] = key
    return token


def minting_key(token: str) -> str | None:
    """Return the name of the key that signed *token* at the control port, None where it was not signed there."""
    return _MINTED.get(token)

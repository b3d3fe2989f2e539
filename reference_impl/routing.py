"""From a method and a raw path to an operation of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reference_impl.document import Operation


@dataclass(frozen=True, slots=True)
class Match:
    """What a path has: its operations by method, and the values of its template."""

    methods: dict[str, Operation]
    params: dict[str, str] = field(default_factory=dict)

    @property
    def allow(self) -> str:
        """The value of `Allow`: the contract's methods, HEAD beside GET, and OPTIONS."""
        return ", ".join(sorted({*self.methods, "OPTIONS"} | ({"HEAD"} if "GET" in self.methods else set())))


class Router:
    """
    The contract's paths, compared octet by octet with the path as sent.

    Nothing is decoded, folded or redirected: another spelling of a path is another path, and is not found. So no
    spelling can pass a guard that the plain one would not.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._plain: dict[str, dict[str, Operation]] = {}
        self._templates: list[tuple[list[str], dict[str, Operation]]] = []
        templated: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            paths = templated if "{" in operation.path else self._plain
            paths.setdefault(operation.path, {})[operation.method] = operation
        self._templates = [(path.split("/"), methods) for path, methods in templated.items()]

    def find(self, raw_path: str) -> Match | None:
        """Return what is at *raw_path*, or None; a path without a template wins over one with."""
        if raw_path in self._plain:
            return Match(self._plain[raw_path])
        parts = raw_path.split("/")
        for template, methods in self._templates:
            params = _params(template, parts)
            if params is not None:
                return Match(methods, params)
        return None


def _params(template: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    params = {}
    for expected, given in zip(template, parts, strict=True):
        if expected.startswith("{") and given:
            params[expected[1:-1]] = given
        elif expected != given:
            return None
    return params

"""Finding the operation that a request's path belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contract.document.operations import OperationSpec, mapping, sequence


@dataclass(frozen=True, slots=True)
class Routes:
    """The paths of a document, each with its operations by method; the more concrete template comes first."""

    concrete: dict[str, dict[str, OperationSpec]]
    templates: tuple[tuple[re.Pattern[str], dict[str, OperationSpec]], ...]

    def at(self, path: str) -> dict[str, OperationSpec]:
        """Return the operations of *path* by method, an empty dict for a path that is not documented."""
        path = path.partition("?")[0]
        if path in self.concrete:
            return self.concrete[path]
        return next((methods for pattern, methods in self.templates if pattern.fullmatch(path)), {})


def routes(operations: Iterable[OperationSpec]) -> Routes:
    """Return the routes to *operations*."""
    by_path: dict[str, dict[str, OperationSpec]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    templates = sorted((path for path in by_path if "{" in path), key=_concrete_first)
    return Routes(
        {path: methods for path, methods in by_path.items() if "{" not in path},
        tuple((re.compile(_pattern(path)), by_path[path]) for path in templates),
    )


def base_path(data: Any) -> str:
    """
    Return the path of the first server, variables at their defaults, without a slash at the end: `/api/v1`, or "".

    Servers of single paths and operations are not looked at.
    """
    servers = sequence(data, "servers")
    url = servers[0].get("url") if servers and isinstance(servers[0], dict) else ""
    if not isinstance(url, str):
        return ""
    for name, variable in mapping(servers[0] if servers else {}, "variables").items():
        default = variable.get("default") if isinstance(variable, dict) else None
        url = url.replace(f"{{{name}}}", str(default))
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _concrete_first(path: str) -> list[bool]:
    return ["{" in segment for segment in path.split("/")]


def _pattern(path: str) -> str:
    """Return the pattern of a template; a variable is at least one character and holds no slash."""
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^{}]*\})", path))

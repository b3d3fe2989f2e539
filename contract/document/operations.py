"""What a document says of each operation, with references followed and inheritance applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from contract.document.pointers import child
from contract.document.references import resolve

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

SecurityRequirement = Mapping[str, tuple[str, ...]]
"""Scheme name to scopes; every scheme of one requirement is needed. An empty one means: without is allowed too."""


class HeaderSpec(NamedTuple):
    """One documented response header; `schema` is a JSON Pointer, "" where there is none."""

    required: bool
    schema: str


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter; `place` is "path", "query", "header" or "cookie", `schema` a JSON Pointer or ""."""

    name: str
    place: str
    required: bool
    pointer: str
    schema: str


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """
    One documented response.

    `pointer` is where it stands after references; `headers` by name as written; `media` maps each media type, as
    written, to the JSON Pointer of its schema, "" where it has none.
    """

    pointer: str
    headers: Mapping[str, HeaderSpec]
    media: Mapping[str, str]

    def header(self, name: str) -> HeaderSpec | None:
        """Return the header *name*, in whatever letter case, or None."""
        return next((spec for key, spec in self.headers.items() if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class OperationSpec:
    """
    One operation.

    `id` is "" where the document gives none. `path` is the template, without the base path. `pointer` is where the
    operation stands, `/paths/~1users~1me/get`. `parameters` holds the path item's and its own. `request_media` maps
    media types to schema pointers as in `ResponseSpec`; `request_pointer` is "" where there is no request body.
    `responses` is by status as written: "200", "4XX", "default". `security` is what applies, the document's where the
    operation has none of its own; () means public.
    """

    id: str
    method: str
    path: str
    pointer: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[ParameterSpec, ...]
    request_pointer: str
    request_required: bool
    request_media: Mapping[str, str]
    responses: Mapping[str, ResponseSpec]
    security: tuple[SecurityRequirement, ...]

    @property
    def label(self) -> str:
        """Method and path, as a message names an operation: `POST /auth/login`."""
        return f"{self.method} {self.path}"

    @property
    def secured(self) -> bool:
        """Whether a request without credentials is refused."""
        return bool(self.security) and all(self.security)


def read_operations(data: Any) -> Iterator[OperationSpec]:
    """
    Yield every operation under `paths` in the order of the document.

    What is not of the shape that OpenAPI asks for is left out; saying so is the linter's business.
    """
    for path, given in mapping(data, "paths").items():
        item, pointer = resolve(data, given, child("/paths", path))
        if isinstance(item, dict):
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield _operation(data, path, method, item, pointer)


def _operation(data: Any, path: str, method: str, item: Any, item_pointer: str) -> OperationSpec:
    node, pointer = item[method], child(item_pointer, method)
    body, body_pointer = resolve(data, node.get("requestBody"), child(pointer, "requestBody"))
    responses = mapping(node, "responses").items()
    parameters = _parameters(data, item, item_pointer) | _parameters(data, node, pointer)
    return OperationSpec(
        id=_text(node, "operationId"),
        method=method.upper(),
        path=path,
        pointer=pointer,
        summary=_text(node, "summary"),
        description=_text(node, "description"),
        tags=tuple(tag for tag in sequence(node, "tags") if isinstance(tag, str)),
        parameters=tuple(parameters.values()),
        request_pointer=body_pointer if isinstance(body, dict) else "",
        request_required=isinstance(body, dict) and body.get("required") is True,
        request_media=_media(body, body_pointer),
        responses={
            status: _response(data, response, child(pointer, "responses", status))
            for status, response in responses
            if isinstance(response, dict) and not status.startswith("x-")
        },
        security=_security(node if "security" in node else data),
    )


def _parameters(data: Any, owner: Any, pointer: str) -> dict[tuple[str, str], ParameterSpec]:
    found = {}
    for index, given in enumerate(sequence(owner, "parameters")):
        node, place = resolve(data, given, child(pointer, "parameters", index))
        name, location = _text(node, "name"), _text(node, "in")
        if name and location:
            key = (name.lower() if location == "header" else name, location)
            found[key] = ParameterSpec(name, location, node.get("required") is True, place, schema_of(node, place))
    return found


def _response(data: Any, given: Any, pointer: str) -> ResponseSpec:
    node, pointer = resolve(data, given, pointer)
    headers = {}
    for name, reference in mapping(node, "headers").items():
        header, place = resolve(data, reference, child(pointer, "headers", name))
        if isinstance(header, dict):
            headers[name] = HeaderSpec(header.get("required") is True, schema_of(header, place))
    return ResponseSpec(pointer, headers, _media(node, pointer))


def _media(node: Any, pointer: str) -> dict[str, str]:
    return {
        name: child(pointer, "content", name, "schema") if "schema" in media else ""
        for name, media in mapping(node, "content").items()
        if isinstance(media, dict)
    }


def _security(owner: Any) -> tuple[SecurityRequirement, ...]:
    return tuple(
        {scheme: tuple(map(str, scopes)) if isinstance(scopes, list) else () for scheme, scopes in requirement.items()}
        for requirement in sequence(owner, "security")
        if isinstance(requirement, dict)
    )


def schema_of(node: Any, pointer: str) -> str:
    """Return the JSON Pointer of the schema of a parameter or header, which may stand under `content`; "" for none."""
    if isinstance(node, dict) and "schema" in node:
        return child(pointer, "schema")
    return next((schema for schema in _media(node, pointer).values() if schema), "")


def mapping(node: Any, key: str) -> dict[str, Any]:
    """Return the mapping at *key* of *node*, an empty one where there is none."""
    value = node.get(key) if isinstance(node, dict) else None
    return value if isinstance(value, dict) else {}


def sequence(node: Any, key: str) -> list[Any]:
    """Return the list at *key* of *node*, an empty one where there is none."""
    value = node.get(key) if isinstance(node, dict) else None
    return value if isinstance(value, list) else []


def _text(node: Any, key: str) -> str:
    value = node.get(key) if isinstance(node, dict) else None
    return value if isinstance(value, str) else ""

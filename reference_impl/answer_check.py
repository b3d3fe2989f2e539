"""Answers against the contract, by openapi-core; for development, since it takes milliseconds (`--debug-contract`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers

from reference_impl import headers
from reference_impl.document import Operation
from reference_impl.operations import Answer


class ContractBroken(Exception):
    """The server was about to send what the contract does not allow; a fault of the server, answered 500."""


@dataclass(slots=True)
class _Asked:
    """A request as openapi-core wants to see one; only its operation matters here."""

    method: str
    path: str
    host_url: str = "http://localhost"
    content_type: str = ""
    body: bytes | None = None
    parameters: RequestParameters = field(default_factory=RequestParameters)


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer as openapi-core wants to see one."""

    status_code: int
    headers: Headers
    content_type: str
    data: bytes


class AnswerCheck:
    """openapi-core over the contract's document."""

    def __init__(self, document: dict[str, Any]) -> None:
        # Without a deserializer of its own, application/problem+json would be read as raw bytes and never fit.
        config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
        self._api = OpenAPI.from_dict(document, config=config)
        self._paths = document["paths"]

    def conforms(self, operation: Operation, answer: Answer, sent: Mapping[str, str]) -> None:
        """Raise ContractBroken unless the contract has *answer* for *operation*; *sent* is what all answers carry."""
        if not any(operation.path.endswith(path) for path in self._paths):
            return
        asked = _Asked(operation.method.lower(), operation.path)
        media_type = headers.media_type(answer.status) if answer.body is not None else ""
        fields = Headers([*sent.items(), *answer.headers.items()])
        content = json.dumps(answer.body).encode() if answer.body is not None else b""
        try:
            self._api.validate_response(asked, _Given(answer.status, fields, media_type, content))
        except OpenAPIError as fault:
            raise ContractBroken(f"{operation.id} {answer.status}") from fault

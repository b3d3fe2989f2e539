"""Answers as they come over the wire, against contract/openapi.yaml by openapi-core: a cross-check of the reference."""

from __future__ import annotations

import json
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.exceptions import OperationNotFound, PathNotFound
from werkzeug.datastructures import Headers

CONTRACT = Path(__file__).parent.parent.parent / "contract" / "openapi.yaml"


class _Asked:
    """An httpx request, as openapi-core wants to see one; HEAD counts as the GET it stands for."""

    def __init__(self, request: httpx.Request) -> None:
        url = urlsplit(str(request.url))
        self.host_url, self.path = f"{url.scheme}://{url.netloc}", url.path
        self.method = "get" if request.method == "HEAD" else request.method.lower()
        self.content_type, self.body = request.headers.get("content-type", ""), None
        self.parameters = RequestParameters(
            query=dict(request.url.params), header=Headers(request.headers.multi_items()), cookie=dict(SimpleCookie())
        )


class _Given:
    """An httpx response, as openapi-core wants to see one."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code, self.headers = response.status_code, Headers(response.headers.multi_items())
        self.content_type, self.data = response.headers.get("content-type", ""), response.content


@cache
def _api() -> OpenAPI:
    # Without a deserializer of its own, application/problem+json would be read as raw bytes and never fit.
    config: Any = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_file_path(str(CONTRACT), config=config)


def checked_against_the_contract(response: httpx.Response) -> None:
    """Raise unless the contract has *response* for its operation; other paths and methods are not the contract's."""
    response.read()
    if response.request.method == "HEAD":
        return
    try:
        _api().validate_response(_Asked(response.request), _Given(response))
    except (PathNotFound, OperationNotFound):
        return

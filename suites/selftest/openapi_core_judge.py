"""openapi-core as a second opinion on answers; only self-tests and benchmarks ask it."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from contract.answers import Answer
from contract.document import Document


class _Request:
    """What openapi-core wants to know of a request."""

    def __init__(self, answer: Answer) -> None:
        request, url = answer.request, urlsplit(answer.request.url)
        self.host_url, self.path, self.method = f"{url.scheme}://{url.netloc}", url.path, request.method.lower()
        self.content_type, self.body = request.header("content-type") or "", request.body or None
        cookies = SimpleCookie(request.header("cookie") or "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(url.query)),
            header=Headers(list(request.headers)),
            cookie=ImmutableMultiDict({name: morsel.value for name, morsel in cookies.items()}),
        )


class _Response:
    """What openapi-core wants to know of a response; its headers must not mind letter case."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.data = answer.status, answer.body
        self.headers = Headers(list(answer.headers))
        self.content_type = answer.header("content-type") or ""


class OpenapiCoreJudge:
    """openapi-core on one document; `refusal` tells what it has against an answer, "" for nothing."""

    def __init__(self, document: Document, **config: Any) -> None:
        # Without a deserializer of its own, a problem document counts as bytes, and every one is refused.
        deserializers = {"application/problem+json": json.loads}
        config = {"extra_media_type_deserializers": deserializers, **config}
        self._api = OpenAPI.from_dict(json.loads(json.dumps(document.data)), config=Config(**config))

    def refusal(self, answer: Answer) -> str:
        """Return the names of the first error that openapi-core raises and of its cause, or ""."""
        try:
            self._api.validate_response(_Request(answer), _Response(answer))
        except OpenAPIError as error:
            # Not their texts: the one for bytes that are no UTF-8 cannot be had.
            return f"{type(error).__name__} ({type(error.__cause__).__name__})"
        return ""

"""An answer for every response example of our contract, as a conforming server would send it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from contract.answers import Answer, Request
from contract.document import Document, OperationSpec, ResponseSpec

BASE_URL = "http://api.test"


@dataclass(frozen=True, slots=True)
class GoodAnswer:
    """One answer that keeps the contract; `name` is "loginUser 200 signedIn"."""

    name: str
    operation: OperationSpec
    answer: Answer


def good_answers(document: Document) -> Iterator[GoodAnswer]:
    """Yield an answer for each example of each response of *document*, and one for each response without content."""
    for operation in document.all_operations:
        for status, response in operation.responses.items():
            for example, media_type, body in _bodies(document, response):
                headers = [*_headers(document, response)]
                if body:
                    headers.append(("Content-Type", media_type))
                request = Request(operation.method, _url(document, operation), operation=operation.id)
                answer = Answer(request, int(status), tuple(headers), body)
                yield GoodAnswer(f"{operation.id} {status} {example}".rstrip(), operation, answer)


def _bodies(document: Document, response: ResponseSpec) -> Iterator[tuple[str, str, bytes]]:
    if not response.media:
        yield "", "", b""
    for media_type in response.media:
        examples = document.at(response.pointer)["content"][media_type]["examples"]
        for name, example in examples.items():
            value = document.resolve(example)[0]["value"]
            yield name, media_type, json.dumps(value).encode()


def _headers(document: Document, response: ResponseSpec) -> Iterator[tuple[str, str]]:
    for name, header in document.at(response.pointer)["headers"].items():
        yield name, str(document.resolve(header)[0]["example"])


def _url(document: Document, operation: OperationSpec) -> str:
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(f"{{{parameter.name}}}", str(document.at(parameter.pointer).get("example")))
    return f"{BASE_URL}{document.base_path}{path}"

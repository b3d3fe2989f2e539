"""Small documents made up for the tests of the judge."""

from __future__ import annotations

import json
from typing import Any

from contract.document import load_bytes
from contract.schemas import Judge
from suites.selftest.answered import answered

JSON = "Content-Type: application/json"
INTEGER, TEXT = {"type": "integer"}, {"type": "string"}
UNDOCUMENTED, WRITE_ONLY = "DRIFT-FIELD-UNDOCUMENTED", "DRIFT-FIELD-WRITE-ONLY"


def judge_of(
    schema: Any, *, version: str = "3.1.0", schemas: Any = None, undocumented: bool = True, **response: Any
) -> Judge:
    """Return a judge of one operation, `get`, that answers 200 with *schema*; *response* adds to the response."""
    media = {"application/json": {"schema": schema}} if schema is not None else {}
    get = {"operationId": "get", "responses": {"200": {"description": "d", "content": media, **response}}}
    document = {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"get": get}},
        "components": {"schemas": schemas or {}},
    }
    return Judge(load_bytes(json.dumps(document).encode(), "api.json"), undocumented=undocumented)


def found(judge: Judge, body: Any, *headers: str, status: int = 200, method: str = "GET") -> list[tuple[str, str]]:
    """Return rule and pointer of each violation."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = answered(status, *(headers or [JSON]), body=content, method=method)
    return [(one.rule, one.pointer) for one in judge.violations("get", answer)]


def object_of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}

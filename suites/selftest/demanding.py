"""A server of the self-tests whose registration demands what its document says, and refuses everything else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs

from suites.selftest.small_api import SmallApi

DOCUMENT = Path(__file__).parent / "data" / "targets" / "demanding.json"


def sign_up() -> dict[str, Any]:
    """Return the schema of a registration, its references within it."""
    schemas = json.loads(DOCUMENT.read_text("utf-8"))["components"]["schemas"]
    return {"$ref": "#/components/schemas/SignUp", "components": {"schemas": schemas}}


@dataclass
class Demanding(SmallApi):
    """What was registered is in `registered`, what was not valid in `refused`; a telephone has one account."""

    registered: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, line: str, token: str, body: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Return status and body of the answer to a request."""
        if line != "POST /auth/register":
            return super().answer(line, token, body)
        errors = list(jsonschema_rs.validator_for(sign_up(), validate_formats=True).iter_errors(body))
        if errors:
            self.refused.append(dict(body))
            return 422, {"errors": [{"at": f"/{'/'.join(map(str, each.instance_path))}"} for each in errors]}
        if any(each["phone"] == body["phone"] for each in self.registered):
            return 409, {}
        status, said = super().answer(line, token, body)
        if status == 201:
            self.registered.append(dict(body))
        return status, said

"""Planted defects: authorization."""

from __future__ import annotations

from typing import Any

from reference_impl.defects import Defect


def _unauthenticated(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415 - listing defects loads no server

    def authorised(exchange: Any, operation: Any, caller: Any) -> None:
        try:
            sound(exchange, operation, caller)
        except problems.Problem:
            raise problems.authentication_required() from None

    return authorised


DEFECTS = (
    Defect(
        "AUTHZ-01",
        "a missing role is answered like missing authentication: 401",
        red=("AUTHZ-01", "AUTHZ-06", "AUTHZ-07", "TOK-02"),
        seams={"bearer:authorised": _unauthenticated},
    ),
)

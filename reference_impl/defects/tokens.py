"""Planted defects: access tokens."""

from __future__ import annotations

from typing import Any

from reference_impl.defects import Defect, always


def _forbidden(_sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415 - listing defects loads no server

    return lambda: problems.Problem(403, "authentication-required")


def _accepts_none(sound: Any) -> Any:
    def signer(header: dict[str, Any], keys: Any) -> Any:
        if str(header.get("alg") or "none").lower() == "none":
            return None
        return sound(header, keys)

    return signer


def _skipped_without_key(sound: Any) -> Any:
    def check_signature(token: str, key: Any) -> None:
        if key is not None:
            sound(token, key)

    return check_signature


DEFECTS = (
    Defect(
        "TOK-01",
        "missing credentials give 403",
        red=("TOK-01", "TOK-02", "TOK-03", "TOK-05"),
        seams={"problems:authentication_required": _forbidden},
    ),
    Defect(
        "TOK-06",
        "the decoder takes 'none' for an algorithm",
        red=("TOK-06",),
        seams={"tokens:signer": _accepts_none, "tokens:check_signature": _skipped_without_key},
    ),
    Defect(
        "TOK-07",
        "claims are read without a look at the signature",
        red=("TOK-07", "TOK-10"),
        seams={"tokens:check_signature": always(None)},
    ),
)

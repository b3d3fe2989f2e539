"""Planted defects: refresh and sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reference_impl.defects import Defect, always


def _same_again(sound: Any) -> Any:
    from reference_impl import opaque  # noqa: PLC0415 - listing defects loads no server

    def rotate(tx: Any, settings: Any, token: str, source: str, now: float) -> Any:
        grant = sound(tx, settings, token, source, now)
        if grant is None:
            return None
        tx.execute("DELETE FROM refresh_tokens WHERE token_hash = ?", opaque.digest(grant.refresh_token))
        tx.execute("UPDATE refresh_tokens SET spent_at = NULL WHERE token_hash = ?", opaque.digest(token))
        return replace(grant, refresh_token=token)

    return rotate


def _nothing_stored(_sound: Any) -> Any:
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def logout_user(_service: Any, _request: Any) -> Answer:
        return Answer(204)

    return logout_user


DEFECTS = (
    Defect(
        "SESS-01",
        "a refresh gives the same refresh token again",
        red=("SESS-01", "SESS-02"),
        seams={"sessions:rotate": _same_again},
    ),
    Defect(
        "SESS-02",
        "rotation leaves the old refresh token alive",
        red=("SESS-02", "SESS-03", "SESS-04"),
        seams={"sessions:spend": always("spent")},
    ),
    Defect(
        "SESS-03",
        "a replayed refresh token is refused, but its successor stays alive",
        red=("SESS-03",),
        seams={"sessions:end_family": always(None)},
    ),
    Defect(
        "SESS-07",
        "logout answers 204 and stores nothing",
        red=("SESS-07", "SESS-08"),
        seams={"sessions:logout_user": _nothing_stored},
    ),
)

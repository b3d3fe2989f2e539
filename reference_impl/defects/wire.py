"""Changing an answer on its way out, for defects of several areas; each is a replacement of `app:send_answer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_impl.defects import Replacement

Fields = list[tuple[bytes, bytes]]


def altered(change: Callable[[Any, Any, Fields], Fields]) -> Replacement:
    """Return a replacement that sends the fields that *change*(exchange, answer, fields) gives."""

    def replacement(sound: Any) -> Any:
        async def send_answer(send: Any, exchange: Any, answer: Any, allowed_origin: Any) -> None:
            async def changed(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": change(exchange, answer, message["headers"])}
                await send(message)

            await sound(changed, exchange, answer, allowed_origin)

        return send_answer

    return replacement


def without(*names: str, when: Callable[[Any, Any], bool]) -> Replacement:
    """Return a replacement that leaves out the fields *names* where *when*(exchange, answer)."""
    dropped = {name.encode() for name in names}

    def change(exchange: Any, answer: Any, fields: Fields) -> Fields:
        if not when(exchange, answer):
            return fields
        return [(name, value) for name, value in fields if name.lower() not in dropped]

    return altered(change)

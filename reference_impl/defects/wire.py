"""Taking header fields off an answer on its way out, for defects of several areas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_impl.defects import Replacement


def without(*names: str, when: Callable[[Any, Any], bool]) -> Replacement:
    """Return a replacement of `app:send_answer` that leaves out the fields *names* where *when*(exchange, answer)."""
    dropped = {name.encode() for name in names}

    def replacement(sound: Any) -> Any:
        async def send_answer(send: Any, exchange: Any, answer: Any, allowed_origin: Any) -> None:
            async def thinned(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start" and when(exchange, answer):
                    kept = [(name, value) for name, value in message["headers"] if name.lower() not in dropped]
                    message = {**message, "headers": kept}
                await send(message)

            await sound(thinned, exchange, answer, allowed_origin)

        return send_answer

    return replacement

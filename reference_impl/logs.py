"""Structured log lines: one JSON object each, with the request's identifier and never a secret or a body."""

from __future__ import annotations

import json
import time
import traceback
from typing import TextIO

from reference_impl.clock import rfc3339


class Log:
    """
    Writes log lines to *stream*.

    A line holds what the server itself knows: identifiers, operations, numbers, classes of faults. Nothing that a
    caller or a dependency has said is ever written, except a request identifier that passed its pattern.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, level: str, event: str, **members: object) -> None:
        """Write one line."""
        line = {"time": rfc3339(time.time()), "level": level, "event": event, **members}
        self._stream.write(json.dumps(line, separators=(",", ":")) + "\n")
        self._stream.flush()

    def fault(self, fault: BaseException, **members: object) -> None:
        """Write where *fault* was raised: its class and the frames, not its text, which may repeat what was sent."""
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(fault.__traceback__)
        ]
        self.write("error", "fault", **members, fault=type(fault).__qualname__, frames=frames)

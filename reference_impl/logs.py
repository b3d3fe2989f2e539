"""Structured log lines: one JSON object each, with the request's identifier and never a secret or a body."""

from __future__ import annotations

import json
import logging
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

    def request(self, request_id: str, operation: str, status: int, took_s: float) -> None:
        """Write that a request was answered; *operation* is "" where it asked for none."""
        level = "error" if status >= 500 else "info"
        self.write(
            level, "request", requestId=request_id, operation=operation, status=status, ms=round(took_s * 1e3, 1)
        )

    def fault(self, fault: BaseException, request_id: str, **members: object) -> None:
        """Write where *fault* was raised: its class and the frames, not its text, which may repeat what was sent."""
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(fault.__traceback__)
        ]
        self.write("error", "fault", requestId=request_id, fault=type(fault).__qualname__, frames=frames, **members)


def catch_libraries(log: Log) -> None:
    """Let every warning that a library logs become a line of *log*."""
    logging.basicConfig(handlers=[AsLog(log)], level=logging.WARNING, force=True)


class AsLog(logging.Handler):
    """Passes on what libraries log, as the constant text of the message without its arguments."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record* as a line of ours."""
        self._log.write(record.levelname.lower(), "library", logger=record.name, message=str(record.msg))

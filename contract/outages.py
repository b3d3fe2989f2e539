"""How a dependency of a target fails, in words that target files, fault drivers and tests share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus


class FaultKind(StrEnum):
    """What a target meets where its dependency should be."""

    REFUSED = "refused"
    """Connections are refused; open ones are reset."""
    RESET = "reset"
    """Connections are taken and reset at once; open ones are reset."""
    CUT = "cut"
    """The answer begins, and the connection is reset before its end."""
    SILENT = "silent"
    """Connections are taken, and nothing is said."""
    FULL = "full"
    """Connections are neither taken nor refused: the listener's backlog is full. Open ones are reset."""
    TRUNCATED = "truncated"
    """The answer begins, and the connection is closed in good order before its end."""
    DRIP = "drip"
    """The answer comes, one byte a second."""
    SLOW = "slow"
    """The answer comes, later than anybody waits."""
    GARBLED = "garbled"
    """The answer is as long as it should be, and noise."""
    CANNED = "canned"
    """Every HTTP request gets one and the same answer, which the test chooses."""
    WRONG_CREDENTIALS = "wrong-credentials"
    """The target's own credentials are refused."""
    DOWN = "down"
    """The process is gone."""
    HALFWAY = "halfway"
    """So much of what the target says goes through, and then connections are reset; what it had begun is undone."""


REPLY_NAMES = ("refuses-user", "refuses-service")
"""What an identity service says, in its own words: the user's credentials are wrong; the target's own are."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer that stands in for a dependency's own: `body` is sent as UTF-8."""

    status: int
    body: str = ""
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the answer as it goes over the wire; it ends its connection."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        content = self.body.encode()
        fields = {"Connection": "close", **self.headers}
        if self.status not in (204, 304):
            fields["Content-Length"] = str(len(content))
        if content:
            fields["Content-Type"] = self.type
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join([*lines, "", ""]).encode() + content

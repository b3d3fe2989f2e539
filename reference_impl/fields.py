"""The header fields of a request."""

from __future__ import annotations


class Fields:
    """Names in lower case; `last` has the last value of a repeated field."""

    def __init__(self, pairs: list[tuple[bytes, bytes]]) -> None:
        self._pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]
        self.last = dict(self._pairs)

    def all(self, name: str) -> list[str]:
        """Return every value of the field *name*."""
        return [value for key, value in self._pairs if key == name]

    def only(self, name: str) -> str | None:
        """Return the value of the field *name*; None where there is none, or more than one."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

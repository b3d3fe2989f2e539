"""A value that must not be printed: passwords, tokens, codes, seeds."""

from __future__ import annotations

from typing import ClassVar

MASK = "***"


class Secret:
    """
    A text whose repr, str and format are masked; `reveal()` is the one way to its value.

    Every secret ever made in this process is remembered (`Secret.known`), so that masking by value can find it in
    whatever an answer or a traceback holds.
    """

    __slots__ = ("_value",)
    _known: ClassVar[dict[str, None]] = {}

    def __init__(self, value: str) -> None:
        self._value = value
        if value:
            Secret._known[value] = None

    def reveal(self) -> str:
        """Return the value itself, for sending."""
        return self._value

    @classmethod
    def known(cls) -> frozenset[str]:
        """Return every value that was ever a secret in this process."""
        return frozenset(cls._known)

    @classmethod
    def known_after(cls, count: int) -> list[str]:
        """Return what became a secret after the first *count* had, so that an index of them can grow with them."""
        return list(cls._known)[count:] if len(cls._known) > count else []

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

"""An old and a new schema of one value, and how a comparer says what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from contract.diff.change import Direction, Found
from contract.diff.schemas.shape import Shape
from contract.diff.sensitive import is_password, is_secret
from contract.diff.sides import Sides
from contract.document import MISSING, Document, child
from contract.document.pointers import parts


@dataclass(frozen=True, slots=True)
class Pair:
    """
    The schemas of one value that goes one way.

    `name` is the member, parameter or header field that the value is, "" where it is a whole body.
    """

    sides: Sides
    old: Shape
    new: Shape
    direction: Direction
    name: str

    @property
    def asks(self) -> bool:
        """Whether the value is part of a request."""
        return self.direction == "request"

    @property
    def is_password(self) -> bool:
        """Whether the value is a password, by its name or its format."""
        return is_password(self.name) or "password" in (*self.old.values("format"), *self.new.values("format"))

    @property
    def is_secret(self) -> bool:
        """Whether the value is a password, token, code or key."""
        return self.is_password or is_secret(self.name, answered=not self.asks)

    @property
    def what(self) -> str:
        """The value, as a message begins."""
        return f"'{self.name}'" if self.name else f"the {self.direction}"

    def found(
        self,
        rule: str,
        message: str,
        keyword: str,
        *,
        old: str = "",
        new: str = "",
        undecided: str = "",
        subject: str = "",
    ) -> Found:
        """Return the change of *keyword*; *old* and *new* are its pointers, where `places` does not have them."""
        old, new = old or self.old.places.get(keyword, ""), new or self.new.places.get(keyword, "")
        old = old or _counterpart(self.sides.old, new, self.old, keyword)
        new = new or _counterpart(self.sides.new, old, self.new, keyword)
        schemas = (self.old.starts[0], self.new.starts[0])
        return Found(rule, message, old, new, self.direction, undecided, subject, schemas)

    def undecided(self, keyword: str) -> Found:
        """Return that *keyword* changed, and that what it means is not computed."""
        message = f"{self.what}: cannot decide: {keyword} changed."
        return self.found("DIFF-UNDECIDED", message, keyword, undecided=keyword)


def _counterpart(document: Document, pointer: str, shape: Shape, keyword: str) -> str:
    """Return where the key at *pointer* of the other document would stand in *document*, whose schema is *shape*."""
    home = child("", *parts(pointer)[:3])
    if pointer and document.at(home) is not MISSING:
        return pointer
    return child(shape.starts[0], keyword)

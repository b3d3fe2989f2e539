"""What differs between an answer and its document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One difference between an answer and the document in force.

    Attributes:
        rule: Stable id, one of `RULES`.

        pointer: JSON Pointer into the body ("" is the whole of it), or the name of a header, or "".

        expected: What the document says.

        actual: What the answer has, without long or random values.

        document: JSON Pointer to the place in the document that says so.
    """

    rule: str
    pointer: str
    expected: str
    actual: str
    document: str

    def __str__(self) -> str:
        """Return one line: rule, place, expected, actual."""
        place = f" at {self.pointer}" if self.pointer else ""
        return f"{self.rule}{place}: expected {self.expected}, actual {self.actual}"


RULES = {
    "DRIFT-STATUS": "The status is one that the operation documents.",
    "DRIFT-MEDIA": "The media type is one that the response documents.",
    "DRIFT-BODY-MISSING": "A response that documents content has content.",
    "DRIFT-BODY-UNEXPECTED": "A response that documents no content has none; nor have 204, 304 and answers to HEAD.",
    "DRIFT-BODY-MALFORMED": "JSON is one strict JSON text.",
    "DRIFT-HEADER-MISSING": "A header that the response requires is there.",
    "DRIFT-HEADER-TYPE": "The value of a documented header has the documented type.",
    "DRIFT-HEADER-VALUE": "The value of a documented header is one that its schema allows.",
    "DRIFT-FIELD-MISSING": "A required member is there.",
    "DRIFT-FIELD-TYPE": "A member has the documented type.",
    "DRIFT-FIELD-VALUE": "The value of a member is one that its schema allows: format, pattern, range, length, list.",
    "DRIFT-FIELD-COMBINATION": "Members that stand together may do so: one alternative, and nothing that is excluded.",
    "DRIFT-FIELD-UNDOCUMENTED": "A member is one that a schema names.",
    "DRIFT-FIELD-WRITE-ONLY": "A member for requests only is in no response.",
}
"""Every rule of this judge, with what holds when nothing has drifted."""

"""Every rule of provider drift, by its permanent id, with what holds when nothing has drifted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contract.schemas.violations import RULES as OF_ANSWERS

MISSING = "DRIFT-OPERATION-MISSING"
UNDOCUMENTED = "DRIFT-OPERATION-UNDOCUMENTED"
UNREACHED = "DRIFT-STATUS-UNREACHED"
ACCEPTED = "DRIFT-REQUEST-ACCEPTED"
PAGES = "DRIFT-PAGES"

RULES: Mapping[str, str] = MappingProxyType(
    {
        **OF_ANSWERS,
        MISSING: "An operation that the document has is served.",
        UNDOCUMENTED: "An operation that is served, or that the provider's own document has, is in the document.",
        ACCEPTED: "A request whose body the document refuses is refused.",
        PAGES: "A list that comes in pages is the same however many are on one.",
        UNREACHED: "A documented refusal is given where its cause is made.",
    }
)

ADVICE = frozenset({UNREACHED})
"""Rules that only warn: another documented refusal was given in place of the one that was expected."""

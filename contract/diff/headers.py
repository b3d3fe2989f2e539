"""Header fields of answers: which are no longer promised, and which are new."""

from __future__ import annotations

from collections.abc import Iterator

from contract.diff.change import Found, below
from contract.document import ResponseSpec, child

_LOST = {
    "www-authenticate": "DIFF-CHALLENGE-LOST",
    "cache-control": "DIFF-NO-STORE-LOST",
    "retry-after": "DIFF-RETRY-AFTER-LOST",
}
_PROTECTIVE = frozenset(
    "strict-transport-security content-security-policy x-content-type-options x-frame-options referrer-policy "
    "cross-origin-opener-policy cross-origin-resource-policy permissions-policy".split()
)


def headers(status: str, old: ResponseSpec, new: ResponseSpec) -> Iterator[Found]:
    """Yield what became of the header fields of one response."""
    before = {name.lower(): (name, spec) for name, spec in old.headers.items()}
    after = {name.lower(): (name, spec) for name, spec in new.headers.items()}
    for name, (written, spec) in before.items():
        place = child(old.pointer, "headers", written)
        if name not in after:
            message = f"the header {written} of {status} is gone."
            yield Found(_lost(name), message, place, child(new.pointer, "headers", written))
            continue
        there = _required(after[name][1].schema, child(new.pointer, "headers", after[name][0]))
        here = _required(spec.schema, place)
        if spec.required and not after[name][1].required:
            yield Found(_lost(name), f"the header {written} is no longer required.", here, there)
        elif after[name][1].required and not spec.required:
            yield Found("DIFF-RESPONSE-HEADER-ADDED", f"the header {written} is required now.", here, there)
    for name, (written, _) in after.items():
        if name not in before:
            places = below(old.pointer, new.pointer, "headers", written)
            yield Found("DIFF-RESPONSE-HEADER-ADDED", f"{status} has a new header {written}.", *places)


def _lost(name: str) -> str:
    return "DIFF-SECURITY-HEADER-LOST" if name in _PROTECTIVE else _LOST.get(name, "DIFF-RESPONSE-HEADER-LOST")


def _required(schema: str, fallback: str) -> str:
    """Return where the `required` of the header with this schema stands: beside it, after references."""
    return child(
        schema.rpartition("/")[0] if schema.endswith("/schema") and "/content/" not in schema else fallback, "required"
    )

"""Which requirements a run judges, in which order, and why it leaves one out."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest

from contract.catalogue import Requirement, drift, known, load
from contract.targets.model import Target

NAMES = {
    "admin": "an admin account",
    "accounts": "prepared accounts",
    "outbox": "an outbox to read mails in",
    "faults": "a way to break a dependency",
    "clock": "a clock that can be moved",
    "signing-key": "a key to sign tokens with",
    "published-key": "the published key",
    "logs": "the logs",
    "tls": "a TLS endpoint",
}

NO_CONSENT = "locks, races or breaks, and this target is shared or in production; allow it with --consent=HOST"


def requirement_of(item: pytest.Item) -> str | None:
    """Return the id that the test cites, or None."""
    mark = item.get_closest_marker("requirement")
    return str(mark.args[0]) if mark else None


def is_generated(item: pytest.Item) -> bool:
    """Whether the test makes its own cases, for as long as it has time."""
    return "explore" in getattr(item, "fixturenames", ())


def cited(items: Iterable[pytest.Item]) -> list[Requirement]:
    """Return the requirements that the tests cite, in the catalogue's order."""
    names = {requirement_of(item) for item in items}
    return [row for row in (*load().values(), *drift().values()) if row.id in names]


def chosen(items: Sequence[pytest.Item], wanted: frozenset[str], *, shuffle_by: int | None) -> list[pytest.Item]:
    """Return the tests that cite one of *wanted* (all where it is empty), shuffled by a seed where one is given."""
    kept = [item for item in items if not wanted or requirement_of(item) in wanted]
    if shuffle_by is not None:
        random.Random(shuffle_by).shuffle(kept)
    return kept


def accounts_of(item: pytest.Item) -> int:
    """Return how many accounts the requirement of *item* takes, 0 where it cites none."""
    row = known(requirement_of(item) or "")
    return row.costs.accounts if row else 0


class Selection:
    """
    The plugin that keeps, of what was collected, the tests of the requirements *wanted*, in the order asked for.

    *sparing*: unless they are shuffled, those that take few accounts come first, where there are few.
    """

    def __init__(self, wanted: frozenset[str], shuffle_by: int | None, *, sparing: bool = False) -> None:
        self._wanted = wanted
        self._shuffle_by = shuffle_by
        self._sparing = sparing

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Drop the others, and say so."""
        kept = chosen(items, self._wanted, shuffle_by=self._shuffle_by)
        if self._sparing and self._shuffle_by is None:
            kept.sort(key=accounts_of)
        dropped = [item for item in items if item not in kept]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def features_of(item: pytest.Item) -> list[str]:
    """Return what the test itself needs the target to claim, beside its row's features."""
    return [str(name) for mark in item.iter_markers("feature") for name in mark.args]


def why_not_applicable(row: Requirement, target: Target, also: Iterable[str] = ()) -> str:
    """Say which feature of *row*, or of those needed *also*, the target does not claim; "" where it claims all."""
    missing = [feature for feature in (*row.features, *also) if feature not in target.features]
    return f"the target does not claim {', '.join(missing)}" if missing else ""


def why_not_exercised(row: Requirement, target: Target, *, may_disturb: bool) -> str:
    """Say what stands between *row* and its test, a facility or consent; "" where nothing does."""
    missing = [NAMES[facility] for facility in row.facilities if facility not in declared(target)]
    if missing:
        return f"needs {' and '.join(missing)}; declare [facilities.*] in the target file"
    if row.disruptive and not may_disturb:
        return NO_CONSENT
    return ""


def declared(target: Target) -> frozenset[str]:
    """Return the facilities that the tester has: what can be broken, and TLS, may also belong to a variant alone."""
    found = set(target.facilities)
    if any("faults" in each.facilities for each in target.variants.values()):
        found.add("faults")
    if target.base_url.startswith("https:") or (target.start and "tls" in target.variants):
        found.add("tls")
    return frozenset(found)


def dearest_left_out(rows: Sequence[Requirement], seconds_of: dict[str, float], limit_s: float) -> set[str]:
    """Return the ids to leave out, the dearest first, so that the rest takes at most *limit_s*."""
    total = sum(seconds_of[row.id] for row in rows)
    left_out: set[str] = set()
    for row in sorted(rows, key=lambda each: seconds_of[each.id], reverse=True):
        if total <= limit_s:
            break
        total -= seconds_of[row.id]
        left_out.add(row.id)
    return left_out

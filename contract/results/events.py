"""The events of a run, one line of JSON each, as values: every member stands in the JSON under its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from contract.results.verdict import BROKEN, Verdict
from contract.targets.model import KnownFailure

SCHEMA = "urn:authproof:results:1"


@dataclass(frozen=True, slots=True)
class Run:
    """
    What was run, and against what: the first line of `run.jsonl`.

    `started` is RFC 3339 in UTC. `target` has name, base_url and environment. `versions` and `environment` are texts by
    name: of the packages that judged, and of what else a reader needs to run it again.
    """

    id: str
    started: str
    target: Mapping[str, str]
    seed: int | None = None
    argv: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What one test, or one answer broken by a passive requirement, came to.

    `test` is the test's id, "" for a passive requirement's violation and for a stale entry. `operation`, `kind` and
    `status` (0: no answer) are those of the answer at fault: what a known failure names. `exchanges` are masked
    (`contract.masking`). `repro` is the script's path in the run's folder. `story` are the steps of a generated test
    that led there, one a line in contract words, and `again` is the command that takes them once more. `count` is how
    many alike it stands for: a test counts as one, and so does each answer of which the same was seen beside it.
    """

    requirement: str
    verdict: Verdict
    level: str = ""
    test: str = ""
    message: str = ""
    expected: str = ""
    actual: str = ""
    operation: str = ""
    kind: str = ""
    status: int = 0
    known_failure: KnownFailure | None = None
    exchanges: tuple[Mapping[str, Any], ...] = ()
    repro: str = ""
    story: tuple[str, ...] = ()
    again: str = ""
    worker: str = ""
    duration_s: float = 0.0
    count: int = 1

    @property
    def is_passive(self) -> bool:
        """Whether it is about an answer that breaks a passive requirement, and not about a test."""
        return not self.test and self.verdict in BROKEN

    def to_json(self) -> dict[str, Any]:
        """Return the members as JSON values."""
        document = {name: getattr(self, name) for name in self.__slots__}
        document["exchanges"] = [dict(each) for each in self.exchanges]
        document["story"] = list(self.story)
        if self.known_failure:
            document["known_failure"] = asdict(self.known_failure) | {"until": self.known_failure.until.isoformat()}
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Judgement:
        """Return the judgement that *document*, which satisfies the schema, stands for."""
        entry = document.get("known_failure")
        changes: dict[str, Any] = {
            "verdict": Verdict(document["verdict"]),
            "exchanges": tuple(document.get("exchanges", ())),
            "story": tuple(document.get("story", ())),
            "known_failure": entry and KnownFailure(**entry | {"until": date.fromisoformat(entry["until"])}),
        }
        return cls(**{**document, **changes})


@dataclass(frozen=True, slots=True)
class Relevant:
    """How many answers of one operation, kind and status a passive requirement was judged on."""

    operation: str
    kind: str
    status: int
    count: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What is sent: requests, new accounts, refused logins or codes that a throttle counts; seconds it takes."""

    requests: int = 0
    accounts: int = 0
    failures: int = 0
    duration_s: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


NO_COST = Cost()


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of the harness: neither the target's nor a missing facility. `requirement` is "" outside every test."""

    message: str
    requirement: str = ""
    test: str = ""
    worker: str = ""

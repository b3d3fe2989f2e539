"""What a run came to, as values and as the document `results.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contract.results.events import NO_COST, Cost, Fault, Judgement, Relevant, Run
from contract.results.verdict import JUDGED, OPEN, Verdict

UNKNOWN_RUN = Run(id="unknown", started="", target={"name": "", "base_url": "", "environment": ""})
"""Stands where the line that says what was run is lost."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    What a requirement came to: the worst of its tests and of the answers that a passive one was judged on.

    `verdicts` counts tests, and answers that break it. `why` has each reason for which something was not judged.
    """

    requirement: str
    area: str
    level: str
    verdict: Verdict
    verdicts: Mapping[Verdict, int]
    why: tuple[str, ...] = ()
    relevant: tuple[Relevant, ...] = ()
    duration_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the members as JSON values."""
        return asdict(self) | {"why": list(self.why), "relevant": [asdict(each) for each in self.relevant]}

    @property
    def judged(self) -> bool:
        """Whether anything of it was judged."""
        return not JUDGED.isdisjoint(self.verdicts)


@dataclass(frozen=True, slots=True)
class Results:
    """
    A run as it ended, or as far as it came where `complete` is false.

    `judgements` has every test, and one entry for all violations of a passive requirement that are alike. `exit_code`
    is None until the run has ended.
    """

    run: Run
    rows: tuple[Row, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    faults: tuple[Fault, ...] = ()
    unreachable: str = ""
    notes: tuple[str, ...] = ()
    plan: Cost = NO_COST
    cost: Cost = NO_COST
    complete: bool = False
    finished: str = ""
    exit_code: int | None = None

    @property
    def findings(self) -> tuple[Judgement, ...]:
        """What somebody should look at: every judgement that is neither a pass nor outside the claims nor left open."""
        quiet = OPEN - {Verdict.UNDECIDED} | {Verdict.PASS, Verdict.NOT_APPLICABLE}
        return tuple(each for each in self.judgements if each.verdict not in quiet)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many requirements came to what, the worst first; verdicts that none came to are left out."""
        return counted((row.verdict, 1) for row in self.rows)

    @property
    def areas(self) -> Mapping[str, Mapping[Verdict, int]]:
        """The same for each area, in the catalogue's order."""
        names = dict.fromkeys(row.area for row in self.rows)
        return {name: counted((row.verdict, 1) for row in self.rows if row.area == name) for name in names}

    def to_json(self) -> dict[str, Any]:
        """Return the document of `results.json`, which satisfies `results.schema.json`."""
        members = {name: getattr(self, name) for name in ("unreachable", "complete", "finished", "exit_code")}
        return {
            **asdict(self.run),
            "argv": list(self.run.argv),
            **members,
            "rows": [row.to_json() for row in self.rows],
            "counts": self.counts,
            "areas": self.areas,
            "judgements": [each.to_json() for each in self.judgements],
            "faults": [asdict(each) for each in self.faults],
            "notes": list(self.notes),
            "plan": asdict(self.plan),
            "cost": asdict(self.cost),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Results:
        """Return the results that *document*, which satisfies the schema, stands for."""
        return cls(
            run=run_of(document),
            rows=tuple(_row_of(each) for each in document["rows"]),
            judgements=tuple(Judgement.from_json(each) for each in document["judgements"]),
            faults=tuple(Fault(**each) for each in document["faults"]),
            unreachable=document["unreachable"],
            notes=tuple(document["notes"]),
            plan=Cost(**document["plan"]),
            cost=Cost(**document["cost"]),
            complete=document["complete"],
            finished=document["finished"],
            exit_code=document["exit_code"],
        )


def counted(verdicts: Iterable[tuple[Verdict, int]]) -> dict[Verdict, int]:
    """Return how often each verdict is there, the worst first."""
    totals: Counter[Verdict] = Counter()
    for verdict, count in verdicts:
        totals[verdict] += count
    return {verdict: totals[verdict] for verdict in Verdict if totals[verdict]}


def run_of(members: Mapping[str, Any]) -> Run:
    """Return what was run, from the members of a document or an event that has more of them."""
    known = {name: members[name] for name in Run.__slots__ if name in members}
    return Run(**known | {"argv": tuple(members.get("argv", ()))})


def _row_of(members: Mapping[str, Any]) -> Row:
    changes: dict[str, Any] = {
        "verdict": Verdict(members["verdict"]),
        "verdicts": counted((Verdict(name), count) for name, count in members["verdicts"].items()),
        "why": tuple(members["why"]),
        "relevant": tuple(Relevant(**each) for each in members["relevant"]),
    }
    return Row(**{**members, **changes})

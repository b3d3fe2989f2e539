"""Folding the events of a run into results: one verdict for each requirement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from contract.catalogue import PREFIXES
from contract.results.events import NO_COST, Cost, Fault, Judgement, Relevant
from contract.results.outcome import UNKNOWN_RUN, Results, Row, counted, run_of
from contract.results.verdict import BROKEN, OPEN, Verdict, worst

KEPT_ALIKE = 3  # exchanges kept of violations that are alike; the others are counted

NO_RELEVANT_ANSWER = "no answer of the run was one that it is about"
NOT_COME_TO = "the run ended before it was judged"

_AREAS = {prefix: (place, area) for place, (area, prefix) in enumerate(PREFIXES.items())}


def fold(events: Iterable[Mapping[str, Any]], *, notes: Iterable[str] = ()) -> Results:
    """
    Return what the *events*, each of which satisfies the schema, come to, in whatever order the workers wrote them.

    *notes* are the reader's own, about lines that it could not read; they come before those of the run.
    """
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for event in events:
        by_name[event["event"]].append({name: value for name, value in event.items() if name != "event"})
    judgements = [Judgement.from_json(each) for each in by_name["judgement"]]
    faults = tuple(Fault(**each) for each in by_name["fault"])
    planned = {each["requirement"]: each for each in by_name["plan"]}
    passive = {(each["requirement"], each["worker"]): each for each in by_name["passive"]}
    spent = {each["worker"]: _cost(each) for each in by_name["cost"]}
    end = by_name["end"][-1] if by_name["end"] else None
    return Results(
        run=run_of(by_name["run"][0]) if by_name["run"] else UNKNOWN_RUN,
        rows=_rows(judgements, faults, planned, passive.values()),
        judgements=_alike_together(judgements),
        faults=faults,
        unreachable="; ".join(dict.fromkeys(each["message"] for each in by_name["unreachable"])),
        notes=tuple(dict.fromkeys([*notes, *(each["text"] for each in by_name["note"])])),
        plan=sum(map(_cost, planned.values()), NO_COST),
        cost=sum(spent.values(), NO_COST),
        complete=end is not None,
        finished=end["finished"] if end else "",
        exit_code=end["exit_code"] if end else None,
    )


def _rows(
    judgements: Iterable[Judgement],
    faults: Iterable[Fault],
    planned: Mapping[str, Mapping[str, Any]],
    passive: Iterable[Mapping[str, Any]],
) -> tuple[Row, ...]:
    found: dict[str, list[Judgement]] = {name: [] for name in planned}
    levels = {name: event.get("level", "") for name, event in planned.items()}
    relevant: dict[str, Counter[tuple[str, str, int]]] = {}
    for event in passive:
        found.setdefault(event["requirement"], [])
        levels[event["requirement"]] = event.get("level", "")
        counts = relevant.setdefault(event["requirement"], Counter())
        for each in event["relevant"]:
            counts[each["operation"], each["kind"], each["status"]] += each["count"]
    for judgement in judgements:
        found.setdefault(judgement.requirement, []).append(judgement)
        levels[judgement.requirement] = judgement.level or levels.get(judgement.requirement, "")
    for fault in faults:
        if fault.requirement:
            broken = Judgement(fault.requirement, Verdict.UNDECIDED, message=f"error of the harness: {fault.message}")
            found.setdefault(fault.requirement, []).append(broken)
    return tuple(
        _row(name, levels.get(name, ""), found[name], relevant.get(name)) for name in sorted(found, key=_place)
    )


def _row(
    name: str, level: str, judgements: list[Judgement], relevant: Mapping[tuple[str, str, int], int] | None
) -> Row:
    """Return the row of one requirement; *relevant* is None where it was not judged passively."""
    entries = judgements
    if relevant and not any(each.is_passive for each in judgements):
        entries = [*judgements, Judgement(name, Verdict.PASS)]
    elif not judgements and relevant is not None:
        entries = [Judgement(name, Verdict.NOT_EXERCISED, message=NO_RELEVANT_ANSWER)]
    elif not judgements:
        entries = [Judgement(name, Verdict.NOT_REACHED, message=NOT_COME_TO)]
    return Row(
        requirement=name,
        area=_place(name)[1],
        level=level,
        verdict=worst(each.verdict for each in entries),
        verdicts=counted((each.verdict, each.count) for each in entries),
        why=tuple(dict.fromkeys(each.message for each in entries if each.verdict in OPEN and each.message)),
        relevant=tuple(Relevant(*key, count) for key, count in sorted((relevant or {}).items())),
        duration_s=round(sum(each.duration_s for each in entries), 6),
    )


def _alike_together(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """
    Return every test, and for violations of a passive requirement that are alike the first, with their number.

    Those that say of the same answer what a test says of it, too, are counted with that test, and not told again.
    """
    tests: list[Judgement] = []
    passive: dict[tuple[Any, ...], list[Judgement]] = defaultdict(list)
    for each in judgements:
        (passive[_what(each)] if each.is_passive else tests).append(each)
    found = []
    for test in sorted(tests, key=lambda each: each.test):
        again = passive.pop(_what(test), []) if test.verdict in BROKEN else []
        repro = next((each.repro for each in (test, *again) if each.repro), "")
        found.append(replace(test, count=test.count + sum(each.count for each in again), repro=repro))
    for group in passive.values():
        exchanges = tuple(exchange for each in group for exchange in each.exchanges)[:KEPT_ALIKE]
        found.append(replace(group[0], count=sum(each.count for each in group), exchanges=exchanges))
    return tuple(sorted(found, key=lambda each: (_place(each.requirement), each.test, each.operation, each.status)))


def _what(judgement: Judgement) -> tuple[Any, ...]:
    """Return what *judgement* says, and of which answer, whoever says it."""
    said = (judgement.requirement, judgement.verdict, judgement.message, judgement.known_failure)
    return (*said, judgement.operation, judgement.kind, judgement.status)


def _place(requirement: str) -> tuple[int, str, str]:
    """Return where *requirement* comes in the order of reports: its area's number and name, and its id."""
    prefix = requirement.partition("-")[0]
    return *_AREAS.get(prefix, (len(_AREAS), prefix.lower())), requirement


def _cost(event: Mapping[str, Any]) -> Cost:
    return Cost(*(event[name] for name in Cost.__slots__))

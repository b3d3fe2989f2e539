"""What the page shows of a load run: plots and tables from `load.json`, whose schema the load room publishes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.plots import Line, Plot, lines, stacked, thinned, thinned_times

PHASES_DRAWN = 12  # a capacity run may try more rates than anybody looks at; the others are in its table
PERCENTS = ("50", "90", "95", "99", "99.9")
MEASURED = {"p50_ms": "50", "p95_ms": "95", "p99_ms": "99"}
"""Budgets that can be drawn into the plot of percentiles over time, and the line they belong to."""
PERCENTILES = {"50": "green", "95": "blue", "99": "violet", "max": "grey"}
RATES = {"asked": "ink", "started": "violet", "completed": "blue"}
NINES: dict[float, str] = {0: "0", 1: "90", 2: "99", 3: "99.9", 4: "99.99", 5: "99.999"}
KINDS = {
    "accepted": "green",
    "challenged": "blue",
    "refused-credentials": "violet",
    "throttled": "yellow",
    "unavailable": "red",
    "no-answer": "grey",
}
"""What is drawn in which of the page's colours."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase, its budgets and operations as they stand in the document, and its plots."""

    document: Mapping[str, Any]
    operations: tuple[tuple[str, tuple[Plot, ...]], ...]
    plots: tuple[Plot, ...]


@dataclass(frozen=True, slots=True)
class LoadPage:
    """The whole of it. `capacity` plots what each rate came to, for a run that looked for the highest one."""

    document: Mapping[str, Any]
    tone: str
    headline: str
    lines: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity: tuple[Plot, ...]
    percents: tuple[str, ...] = PERCENTS

    @property
    def left_out(self) -> int:
        """How many phases are not drawn."""
        return len(self.document["phases"]) - len(self.phases)


def load_page(document: Mapping[str, Any]) -> LoadPage:
    """Return what the page shows of *document*, a `load.json`."""
    said = document["verdict"]["lines"] or [document["verdict"]["outcome"]]
    outcome = document["verdict"]["outcome"]
    return LoadPage(
        document=document,
        tone={"met": "green", "missed": "red"}.get(outcome, "grey"),
        headline=said[0],
        lines=tuple(said[1:]),
        phases=tuple(_phase(each) for each in document["phases"][:PHASES_DRAWN]),
        capacity=tuple(_capacity(document)),
    )


def _phase(phase: Mapping[str, Any]) -> Phase:
    series = phase["series"]
    t_s = series["t_s"]
    drawn = [] if not t_s else [*_lag(series, t_s), *_generator(series, t_s)]
    return Phase(
        document=phase,
        operations=tuple(
            (name, tuple(_operation(name, each, phase, t_s)) if t_s else ())
            for name, each in series["operations"].items()
        ),
        plots=tuple(drawn),
    )


def _operation(name: str, series: Mapping[str, Any], phase: Mapping[str, Any], t_s: Sequence[float]) -> Iterator[Plot]:
    """Yield the plots of one operation: rate, outcomes, percentiles over time, the whole distribution."""
    yield lines(
        f"{name}: asked against achieved",
        [
            Line(each, _points(t_s, series[each], worst=False), limit=each == "asked", colour=RATES[each])
            for each in RATES
        ],
        x="seconds",
        y="per second",
    )
    yield stacked(
        f"{name}: outcomes",
        {kind: thinned(heights, worst=False) for kind, heights in series["outcomes"].items()},
        t_s=thinned_times(t_s),
        y="per second",
        colours=KINDS,
    )
    percents = [each for each in PERCENTILES if each in series["response_ms"]]
    response = [
        Line(
            "longest" if each == "max" else f"p{each}",
            _points(t_s, series["response_ms"][each], worst=True),
            colour=PERCENTILES[each],
        )
        for each in percents
    ]
    drawn = [*response, *_budgets(name, phase, t_s)]
    yield lines(f"{name}: response over time", drawn, x="seconds", y="ms", logarithmic=True)
    yield from _spectrum(name, phase)


def _budgets(name: str, phase: Mapping[str, Any], t_s: Sequence[float]) -> Iterator[Line]:
    """Yield the limits of the operation's budgets as level lines."""
    for each in phase["budgets"]:
        if each["operation"] == name and each["measure"] in MEASURED:
            limit = each["limit"]
            percent = MEASURED[each["measure"]]
            yield Line(
                f"p{percent} budget", [(t_s[0], limit), (t_s[-1], limit)], limit=True, colour=PERCENTILES[percent]
            )


def _spectrum(name: str, phase: Mapping[str, Any]) -> Iterator[Plot]:
    """Yield the distribution of response times, each further tenth of the slow end as wide as the one before."""
    drawn = []
    for operation in phase["operations"]:
        if operation["operation"] == name:
            for each in operation["outcomes"]:
                points = [(_nines(percent), ms) for percent, ms, _ in each["response_spectrum"] if percent < 100]
                if points:
                    drawn.append(Line(each["kind"], points, colour=KINDS.get(each["kind"], "")))
    if drawn:
        end = max(nines for each in drawn for nines, _ in each.points)
        marks = {nines: words for nines, words in NINES.items() if nines <= end + 0.5}
        yield lines(f"{name}: the slow end", drawn, x="percentile", y="ms", logarithmic=True, x_marks=marks)


def _nines(percent: float) -> float:
    """Return where *percent* is drawn: 90 at 1, 99 at 2, 99.9 at 3."""
    return -math.log10(1 - percent / 100)


def _lag(series: Mapping[str, Any], t_s: Sequence[float]) -> Iterator[Plot]:
    causes = {"backlog_ms": "no free user (the target)", "wake_ms": "woken late (the generator)"}
    drawn = [
        Line(words, _points(t_s, series[name]["max"], worst=True))
        for name, words in causes.items()
        if "max" in series[name]
    ]
    if drawn:
        yield lines("How late requests were started, by cause", drawn, x="seconds", y="ms, the longest")


def _generator(series: Mapping[str, Any], t_s: Sequence[float]) -> Iterator[Plot]:
    drawn = {
        "Requests in flight": (series["in_flight"], "requests"),
        "CPU of the load generator": (series["cpu_percent"], "percent of one core"),
    }
    for name, (values, unit) in drawn.items():
        if any(each is not None for each in values):
            yield lines(name, [Line(unit, _points(t_s, values, worst=True))], x="seconds", y=unit)


def _points(t_s: Sequence[float], values: Sequence[float | None], *, worst: bool) -> list[tuple[float, float | None]]:
    return list(zip(thinned_times(t_s), thinned(values, worst=worst), strict=False))


def _capacity(document: Mapping[str, Any]) -> Iterable[Plot]:
    """Yield how the 95th and 99th percentile, and the achieved ratio, go with the rate; nothing for other runs."""
    capacity = document.get("capacity")
    if not capacity:
        return
    name = capacity["operation"]
    response: dict[str, list[tuple[float, float | None]]] = {"95": [], "99": []}
    ratio: list[tuple[float, float | None]] = []
    for step in sorted(capacity["steps"], key=lambda each: each["rate_per_s"]):
        for operation in document["phases"][step["phase"]]["operations"]:
            if operation["operation"] == name and operation["outcomes"]:
                measured = operation["outcomes"][0]["response_ms"]
                for percent, points in response.items():
                    points.append((step["rate_per_s"], measured and measured["percentiles"].get(percent)))
                ratio.append((step["rate_per_s"], operation["achieved_ratio"]))
    drawn = [Line(f"p{percent}", points) for percent, points in response.items()]
    yield lines(f"{name}: response by rate", drawn, x="asked per second", y="ms")
    yield lines(
        f"{name}: achieved by rate", [Line("achieved ratio", ratio)], x="asked per second", y="of what was asked"
    )

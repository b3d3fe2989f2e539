"""The files that a run leaves in its folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hdrh.log import HistogramLogWriter

from contract.masking import mask_text
from load.document import Run, document
from load.judged import Judged
from load.latency import histogram
from load.merging import PhaseCount

FILE = "load.json"
TO_MS = 1000.0  # histograms are in microseconds, .hgrm and .hlog files in milliseconds


def write(run: Run, folder: Path) -> Path:
    """Write all files of *run*; return `load.json`, which is written whole or not at all, and last."""
    said = document(run)
    for judged in run.phases:
        _hgrm(judged.phase, said, folder)
    if run.phases:
        _hlog(run.phases, folder / "load.hlog")
    _csv(folder / "operations.csv", _operation_rows(said))
    _csv(folder / "budgets.csv", _budget_rows(said))
    _csv(folder / "over-time.csv", _second_rows(said))
    _junit(run, said, folder / "junit.xml")
    file = folder / FILE
    draft = file.with_suffix(".json.part")
    draft.write_text(json.dumps(said, allow_nan=False) + "\n", "utf-8")
    return draft.replace(file)


def _hgrm(phase: PhaseCount, said: Mapping[str, Any], folder: Path) -> None:
    """Write each whole spectrum in the text form that HdrHistogram's plotter reads."""
    for operation in said["phases"][[each["name"] for each in said["phases"]].index(phase.name)]["operations"]:
        for outcome in operation["outcomes"]:
            for name, what in zip(outcome["hgrm"], ("response", "service"), strict=True):
                found = phase.totals.by_name.get(f"{what} {operation['operation']} {outcome['kind']}")
                if found is not None:
                    with (folder / name).open("wb") as file:
                        found.output_percentile_distribution(file, TO_MS)


def _hlog(phases: Sequence[Judged], path: Path) -> None:
    """Write every second's histograms, tagged with operation, kind and what they hold."""
    with path.open("w", encoding="ascii") as file:
        log = HistogramLogWriter(file)
        log.output_log_format_version()
        log.output_legend()
        offset_s = 0.0
        for judged in phases:
            for at_s, second in sorted(judged.phase.by_second.items()):
                for name in sorted(second["histograms"]):
                    whole = histogram()
                    for blob in second["histograms"][name]:
                        whole.decode_and_add(blob)
                    whole.set_tag(name.replace(" ", "-"))
                    start_s = offset_s + at_s
                    log.output_interval_histogram(whole, start_s, start_s + 1, TO_MS)
            offset_s += max(judged.phase.by_second, default=0) + 1


def _operation_rows(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for phase in said["phases"]:
        for each in phase["operations"]:
            for outcome in each["outcomes"] or [
                {"kind": "", "good": "", "count": 0, "response_ms": None, "service_ms": None}
            ]:
                yield {
                    "phase": phase["name"],
                    "operation": each["operation"],
                    "kind": outcome["kind"],
                    "good": outcome["good"],
                    "count": outcome["count"],
                    "asked_per_s": each["asked_per_s"],
                    "achieved_per_s": each["achieved_per_s"],
                    **each["counts"],
                    **_latency_columns("response", outcome["response_ms"]),
                    **_latency_columns("service", outcome["service_ms"]),
                }


def _latency_columns(name: str, summary: Mapping[str, Any] | None) -> dict[str, Any]:
    percentiles = summary["percentiles"] if summary else {}
    columns = {f"{name}_p{percent}_ms": percentiles.get(percent) for percent in ("50", "95", "99", "99.9")}
    return columns | {f"{name}_max_ms": summary["max"] if summary else None}


def _budget_rows(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for phase in said["phases"]:
        for each in phase["budgets"]:
            yield {"phase": phase["name"], **each}


def _second_rows(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for phase in said["phases"]:
        series = phase["series"]
        for name, each in series["operations"].items():
            for number, at_s in enumerate(series["t_s"]):
                yield {
                    "phase": phase["name"],
                    "t_s": at_s,
                    "operation": name,
                    "asked": each["asked"][number],
                    "started": each["started"][number],
                    "completed": each["completed"][number],
                    "good": sum(
                        counts[number] for kind, counts in each["outcomes"].items() if _good(phase, name, kind)
                    ),
                    "response_p50_ms": each["response_ms"]["50"][number],
                    "response_p99_ms": each["response_ms"]["99"][number],
                    "service_p99_ms": each["service_ms"]["99"][number],
                    "backlog_p99_ms": series["backlog_ms"]["99"][number],
                    "wake_p99_ms": series["wake_ms"]["99"][number],
                    "cpu_percent": series["cpu_percent"][number],
                }


def _good(phase: Mapping[str, Any], operation: str, kind: str) -> bool:
    return any(
        outcome["good"]
        for each in phase["operations"]
        if each["operation"] == operation
        for outcome in each["outcomes"]
        if outcome["kind"] == kind
    )


def _csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    found = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        if found:
            writer = csv.DictWriter(file, list(found[0]))
            writer.writeheader()
            writer.writerows(found)


def _junit(run: Run, said: Mapping[str, Any], path: Path) -> None:
    """Write each budget and each requirement that was broken as a test case, and the health of the generator as one."""
    suite = ElementTree.Element("testsuite", name=f"load.{run.profile.name}", timestamp=run.started.removesuffix("Z"))
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}

    def case(area: str, name: str, result: str, text: str) -> None:
        counts["tests"] += 1
        element = ElementTree.SubElement(suite, "testcase", classname=f"load.{run.profile.name}.{area}", name=name)
        if result:
            counts[{"failure": "failures", "error": "errors"}.get(result, result)] += 1
            ElementTree.SubElement(element, result, message=_printable(mask_text(text)))

    invalid = [*said["verdict"]["invalid"], *(each for phase in said["phases"][-1:] for each in phase["invalid"])]
    case("run", "valid", "error" if invalid else "", "; ".join(invalid))
    for phase in said["phases"]:
        of_step = f" {phase['name']}" if run.profile.search else ""
        for each in phase["budgets"]:
            result = {"met": "", "missed": "failure", "undecided": "skipped"}[each["outcome"]]
            if run.profile.search and result == "failure":
                result = "skipped"  # a rate that is too high is what was looked for
            case(each["operation"], f"{each['measure']}{of_step}", result, each["text"])
    for each in said["findings"]:
        result = "failure" if each["verdict"] == "fail" else "skipped"
        case(
            each["operation"],
            f"{each['requirement']} {each['kind']}",
            result,
            f"{each['count']} times: {each['message']}",
        )
    for name, count in counts.items():
        suite.set(name, str(count))
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)

"""The forms in which a conformance run, a comparison of documents or a drift can be had, each as a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.diff.result import SCHEMA as CHANGES
from contract.diff.result import Diff
from contract.drift.result import Drift
from contract.errors import BindingError
from contract.results import Results
from reports import document_changes as changes
from reports import provider_drift
from reports.annotations import workflow_commands
from reports.badge import badge_of
from reports.conformance import cases, findings
from reports.inputs import INSIDE, Input, read
from reports.junit import junit
from reports.markdown import markdown
from reports.page import page
from reports.sarif import sarif
from reports.verdicts import place


@dataclass(frozen=True, slots=True)
class Form:
    """`file` is the name in the run's folder; `make` takes the results and gives the file's text."""

    file: str
    what: str
    make: Callable[[Results], str]


def _sarif(results: Results) -> str:
    return json.dumps(sarif(findings(results), complete=results.complete), indent=1) + "\n"


def _junit(results: Results) -> str:
    run = results.run
    properties = {
        "target": run.target["name"],
        "place": place(results),
        "run": run.id,
        "seed": str(run.seed),
    }
    return junit(cases(results), name="authproof", started=run.started, properties=properties)


def _json(results: Results) -> str:
    return json.dumps(results.to_json(), indent=1, allow_nan=False) + "\n"


def _annotations(results: Results) -> str:
    return workflow_commands(findings(results))


FORMS: Mapping[str, Form] = {
    "markdown": Form("report.md", "for a pull request", markdown),
    "junit": Form("junit.xml", "JUnit XML", _junit),
    "sarif": Form("findings.sarif", "SARIF 2.1.0 for code scanning", _sarif),
    "badge": Form("badge.svg", "a badge", badge_of),
    "json": Form("results.json", "results.json, of a killed run too", _json),
    "annotations": Form("annotations.txt", "workflow commands of GitHub Actions", _annotations),
}


def of_drift(form: str, document: Any) -> str:
    """
    Return *form* of a `drift.json`, or of what `contract diff --json` wrote.

    Raises:
        BindingError: it cannot be had in that form.
    """
    value: Diff | Drift
    if document["schema"] == CHANGES:
        value = Diff.from_json(document)
        found, told, summary = changes.findings(value), changes.cases(value), changes.markdown(value)
    else:
        value = Drift.from_json(document)
        found, told, summary = (
            provider_drift.findings(value),
            provider_drift.cases(value),
            provider_drift.markdown(value),
        )
    made = {
        "markdown": lambda: summary,
        "junit": lambda: junit(told, name="authproof"),
        "sarif": lambda: json.dumps(sarif(found), indent=1) + "\n",
        "annotations": lambda: workflow_commands(found),
        "json": lambda: json.dumps(value.to_json(), indent=1, allow_nan=False) + "\n",
    }
    if form not in made:
        raise BindingError(f"{form}: of a drift there is none. Valid: {', '.join(made)}.")
    return made[form]()


PAGE = "report.html"
RENDERED = ("markdown", "junit", "sarif", "badge")
"""What `render` writes; the others are had by `export`."""


def write(results: Results, folder: Path, forms: tuple[str, ...] = RENDERED) -> list[Path]:
    """Write *results* into *folder* in each of *forms*, whole or not at all, and return the files."""
    return [put(folder / FORMS[name].file, FORMS[name].make(results)) for name in forms]


def put(file: Path, text: str) -> Path:
    """Write *text* to *file*, so that nobody reads half of it, and return the file."""
    draft = file.with_name(f".{file.name}.part")
    draft.write_text(text, "utf-8", errors="backslashreplace")
    return draft.replace(file)


def write_all(results: Results, folder: Path) -> Path:
    """Write every rendered form of *results* into their *folder*, and return the page; it has what lies beside them."""
    write(results, folder)
    beside = [read(folder / name) for name in INSIDE if (folder / name).exists()]
    return write_page([Input(folder, "conformance", results=results), *beside], folder)


def write_page(found: Sequence[Input], folder: Path) -> Path:
    """Write the page about *found* into *folder* and return the file."""
    return put(folder / PAGE, page(found))

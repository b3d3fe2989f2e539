"""The page: one HTML file that holds everything it shows, fetches nothing, and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from contract.results.wording import COLUMNS
from reports.conformance_page import GROUPS, conformance_page
from reports.inputs import Input
from reports.templates import FOLDER, template
from reports.tool import VERSION

VIEWS = {
    "diff": ("Change of the contract", "reports.drift_page", "diff_page"),
    "drift": ("Drift of the provider", "reports.drift_page", "drift_page"),
    "load": ("Load", "reports.load_page", "load_page"),
    "kill-matrix": ("Kill matrix", "reports.kill_matrix_page", "kill_matrix_page"),
}
"""By kind: its name in the page, and what makes its view; imported when there is one, so that a run's end is quick."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its anchor, its name in the navigation, its template and what that lays out."""

    anchor: str
    name: str
    template: str
    view: Any


def page(inputs: Sequence[Input], *, today: date | None = None) -> str:
    """
    Return the page about *inputs*, in their order; the first gives it its title.

    Args:
        today: What the days left of known failures are counted from; the present day where None.
    """
    sections = [_section(each, today or date.today()) for each in inputs]
    script = (FOLDER / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    said = {
        "sections": sections,
        "style": (FOLDER / "page.css").read_text("utf-8"),
        "script": script,
        "policy": f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "version": VERSION,
        "columns": list(COLUMNS),
        "group_names": GROUPS,
    }
    return template("page.html").render(said)


def _section(found: Input, today: date) -> Section:
    if found.results is not None:
        view = conformance_page(found.results, found.folder, today)
        return Section("conformance", "Conformance", "conformance.html", view)
    name, module, function = VIEWS[found.kind]
    view = getattr(import_module(module), function)(found.document)
    return Section(found.kind, name, f"{found.kind.replace('-', '_')}.html", view)

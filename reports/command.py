"""The command line of this room: render, open, compare, export."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from contract.errors import BindingError
from contract.results import Results
from reports import forms, inputs
from reports.allure import publish
from reports.compare import Comparison, Moved, compare
from reports.compare_load import compare_load, doubts
from reports.inputs import Input

PATHS = "a run's folder, a load.json, a drift.json, a matrix.json; several make one page (default: the newest run)"
ALLURE = "allure"
EPILOG = "Exit codes: 0 good, 1 worse than last time (compare), 2 usage or unreadable."


def main(arguments: Sequence[str]) -> int:
    """Run one command. What is wrong with the input is said on stderr, a line each, without a traceback."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except BindingError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports", description="Reports of what a run left. Nothing is sent.", epilog=EPILOG
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("render", help="write every form of a report beside the results", epilog=EPILOG)
    one.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=PATHS)
    one.set_defaults(run=_render)

    one = commands.add_parser("open", help="show a run's page in the browser", epilog=EPILOG)
    one.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=PATHS)
    one.set_defaults(run=_open)

    one = commands.add_parser("compare", help="say what changed from run A to run B", epilog=EPILOG)
    one.add_argument("before", type=Path, metavar="A", help="a run's folder, a results.json or a load.json")
    one.add_argument("after", type=Path, metavar="B", help="a later one")
    one.set_defaults(run=_compare)

    told = {name: form.what for name, form in forms.FORMS.items()} | {ALLURE: "what npm's allure rendered, safe"}
    what = "; ".join(f"{name}: {words}" for name, words in told.items())
    one = commands.add_parser("export", help="write one form of a report", description=what, epilog=EPILOG)
    one.add_argument("form", choices=(*forms.FORMS, ALLURE), metavar="FORM", help=", ".join((*forms.FORMS, ALLURE)))
    one.add_argument(
        "path", nargs="?", type=Path, default=inputs.LATEST, help="a run's folder, or a drift (default: the newest)"
    )
    one.add_argument("--to", type=Path, metavar="FILE", help="where to (default: stdout); a folder for allure")
    one.set_defaults(run=_export)
    return parser


def _results(path: Path) -> tuple[Results, Path]:
    """Return the run at *path* and its folder. Raises BindingError where that is something else."""
    found = inputs.read_all(path)[0]
    if found.results is None:
        raise BindingError(f"{path}: is a {found.kind}, and not a conformance run.")
    return found.results, found.folder


def _everything(paths: Sequence[Path]) -> list[Input]:
    """Return what all of *paths* hold; what the newest run holds where there are none. Raises BindingError."""
    return [found for path in paths or [inputs.LATEST] for found in inputs.read_all(path)]


def _render(given: argparse.Namespace) -> int:
    """Write the page about every path, and the other forms of the first, beside the first."""
    found = _everything(given.paths)
    folder = found[0].folder
    written = forms.write(found[0].results, folder) if found[0].results else []
    print(*written, forms.write_page(found, folder), sep="\n")
    return 0


def _open(given: argparse.Namespace) -> int:
    found = _everything(given.paths)
    page = forms.write_page(found, found[0].folder)
    print(page)
    return 0 if webbrowser.open(page.resolve().as_uri()) else 1


def _export(given: argparse.Namespace) -> int:
    if given.form == ALLURE:
        if given.to is None:
            raise BindingError("allure: give the folder to publish with --to=FOLDER.")
        print(f"{given.to / 'index.html'}: {publish(given.path, given.to)} scripts that call home left out")
        return 0
    found = inputs.read_all(given.path)[0]
    if found.kind in ("drift", "diff"):
        text = forms.of_drift(given.form, found.document)
    else:
        text = forms.FORMS[given.form].make(_results(given.path)[0])
    if given.to is None:
        print(text, end="")
        return 0
    try:
        forms.put(given.to, text)
    except OSError as fault:
        raise BindingError(f"--to: {given.to}: cannot be written: {fault.strerror}.") from None
    return 0


def _compare(given: argparse.Namespace) -> int:
    before, after = (inputs.read_all(path)[0] for path in (given.before, given.after))
    if before.kind == after.kind == "load":
        moved = compare_load(before.document, after.document)
        told = [*(f"note: {doubt}" for doubt in doubts(before.document, after.document)), *map(str, moved)]
        worse = any(each.worse for each in moved)
    else:
        found = compare(_results(given.before)[0], _results(given.after)[0])
        told, worse = _lines(found), found.worse
    print(*told, "worse than last time" if worse else "not worse than last time", sep="\n")
    return 1 if worse else 0


def _lines(found: Comparison) -> list[str]:
    lines = [f"note: {doubt}" for doubt in found.doubts]
    for heading, moved in (
        ("newly failing", found.failing),
        ("newly broken, not red", found.warned),
        ("newly passing", found.passing),
        ("coverage lost", found.lost),
        ("coverage gained", found.gained),
    ):
        lines += [f"{heading}: {_moved(each)}" for each in moved]
    for each in found.times:
        way = "slower" if each.change.ratio > 1 else "faster"
        lines.append(
            f"{way}: the tests of {each.area} take {each.change.ratio:.2f} times as long "
            f"(p = {each.change.p:.4f}, {each.change.pairs} tests)"
        )
    return lines


def _moved(moved: Moved) -> str:
    return f"{moved.requirement} ({moved.before or 'not there'} -> {moved.after or 'not there'})"

"""Mutants of the reference: every change that cosmic-ray's operators can make to it, and a draw among them."""

from __future__ import annotations

import ast
import difflib
import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

PACKAGE = "reference_impl"
LEFT_OUT = ("defects",)  # planted defects are not in force unless asked for


class NoMutant(Exception):
    """The operator changes nothing there, or makes something of it that is no Python."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the *occurrence*-th place where *operator* applies to *file*, a path below the package; its line."""

    file: str
    operator: str
    occurrence: int
    line: int

    @property
    def id(self) -> str:
        """What names it among all mutants of the same files."""
        return f"{self.file}:{self.line} {self.operator.rpartition('/')[2]} #{self.occurrence}"

    def source(self, root: Path) -> str:
        """Return the changed text of the file below *root*. Raises NoMutant."""
        text = (root / PACKAGE / self.file).read_text("utf-8")
        try:
            changed: str | None = mutate_code(text, get_operator(self.operator)(), self.occurrence)
        except AttributeError:  # an `except` of a dotted name is one that its operator trips over
            changed = None
        if changed is None or not is_python(changed):
            raise NoMutant(self.id)
        return changed

    def change(self, root: Path) -> list[str]:
        """Return the lines that go, each behind "-", and those that come, each behind "+"."""
        old = (root / PACKAGE / self.file).read_text("utf-8").splitlines()
        lines = difflib.unified_diff(old, self.source(root).splitlines(), lineterm="", n=0)
        return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@dataclass(frozen=True, slots=True)
class Draw:
    """Some mutants of all; `unobservable` are those that were drawn and left aside: no running code differs."""

    seed: int
    of: int
    mutants: tuple[Mutant, ...]
    unobservable: tuple[Mutant, ...]


def files(root: Path) -> list[str]:
    """Return the files of the reference, as paths below its package, without what is left out."""
    found = sorted((root / PACKAGE).rglob("*.py"))
    places = [path.relative_to(root / PACKAGE) for path in found]
    return [place.as_posix() for place in places if place.parts[0] not in LEFT_OUT]


@cache
def operators() -> tuple[tuple[str, Any], ...]:
    """Return cosmic-ray's operators that take no arguments of their own, by name."""
    found = ((name, get_operator(name)) for name in sorted(operator_names()))
    return tuple((name, each()) for name, each in found if not each.arguments())


def all_of(file: str, text: str) -> Iterator[Mutant]:
    """Yield every mutant of *text*, which *file* holds."""
    nodes = list(ast_nodes(get_ast(text)))
    for name, operator in operators():
        places = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, (line, _) in enumerate(places):
            yield Mutant(file, name, occurrence, line)


def draw(root: Path, *, seed: int, count: int) -> Draw:
    """
    Draw *count* mutants of the reference below *root* by *seed*.

    What differs in annotations or docstrings alone is left aside and another drawn in its place. What changes the same
    as another one, or cannot be made, counts for nothing.
    """
    pool = [mutant for file in files(root) for mutant in all_of(file, (root / PACKAGE / file).read_text("utf-8"))]
    random.Random(seed).shuffle(pool)
    chosen: list[Mutant] = []
    aside: list[Mutant] = []
    seen: set[tuple[str, str]] = set()
    for mutant in pool:
        if len(chosen) == count:
            break
        try:
            running = what_runs(mutant.source(root))
        except NoMutant:
            continue
        if running == what_runs((root / PACKAGE / mutant.file).read_text("utf-8")):
            aside.append(mutant)
        elif (mutant.file, running) not in seen:
            seen.add((mutant.file, running))
            chosen.append(mutant)
    return Draw(seed, len(pool), tuple(chosen), tuple(aside))


def what_runs(text: str) -> str:
    """Return the code in *text* as it runs: without docstrings, and without annotations, which are not evaluated."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not is_text(each)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.dump(tree)


def is_python(text: str) -> bool:
    """Whether *text* can be compiled; what is doubtful in it is another matter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(text, "<mutant>", "exec")
        except SyntaxError:
            return False
    return True


def is_text(statement: ast.AST) -> bool:
    """Whether *statement* is a text alone, such as a docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )

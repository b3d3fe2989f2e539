"""Catalogue, checks and planted defects belong together: a requirement has all three, or says that it is pending."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from contract import catalogue
from suites.rig.passive import PASSIVE
from suites.selftest.kill_matrix import planted

SUITES = Path(__file__).parents[1]
JUDGING = ("status_codes", "conformance", "properties", "drift")


def citations(*rooms: str) -> dict[str, list[str]]:
    """Return the requirements that tests in *rooms* cite, with the tests, read from the decorators in their files."""
    found: dict[str, list[str]] = {}
    for path in (path for room in rooms for path in (SUITES / room).rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                cited = [name for each in node.decorator_list if (name := cited_by(each))]
                assert len(cited) == 1, f"{path.name}: {node.name} cites {cited or 'no requirement'}; one test, one row"
                found.setdefault(cited[0], []).append(node.name)
    return found


def cited_by(decorator: ast.expr) -> str | None:
    """Return the literal id in `@pytest.mark.requirement("ID")`."""
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
        argument = decorator.args[0]
        assert isinstance(argument, ast.Constant), "an id is literal, so that searching for it finds everything"
        return str(argument.value)
    return None


ROWS = catalogue.load()
CITED = citations(*JUDGING)
DEFECTS = {each.requirement for each in planted()}


@pytest.mark.parametrize("name", ROWS)
def test_a_requirement_has_a_check_and_a_planted_defect_or_is_pending(name: str) -> None:
    """A check that cannot fail proves nothing, and a row that nobody checks must not look checked."""
    assert (name in CITED) is not ROWS[name].pending, "cited by a test, or pending = true, and not both"
    assert ROWS[name].pending or name in DEFECTS, "a check without a planted defect"


def test_every_row_marked_as_generated_has_a_generated_test_and_no_other_row_has() -> None:
    """A row that says it has a twin which nobody wrote would look better judged than it is."""
    cited = set(citations("properties")) & ROWS.keys()
    assert cited == {row.id for row in ROWS.values() if row.generated}


def test_every_cited_requirement_is_in_the_catalogue() -> None:
    """A citation of nothing would never be reported."""
    assert set(CITED) <= set(ROWS) | set(catalogue.drift())


def test_every_rule_of_provider_drift_has_a_test_that_cites_it() -> None:
    """Their planted drifts are in data/drift/planted.toml; a rule without a test would never be red."""
    assert set(CITED) >= set(catalogue.drift())


def test_every_defect_breaks_a_requirement_of_the_catalogue_and_is_found_by_it() -> None:
    """A defect that its own row does not find is no proof of that row."""
    assert {each.requirement for each in planted()} <= set(ROWS)
    assert [each.id for each in planted() if each.requirement not in each.red] == []


def test_what_is_judged_on_every_answer_is_marked_passive() -> None:
    """Reports explain passive rows by how many answers they were judged on."""
    implemented = {each.requirement for each in PASSIVE}

    assert implemented <= {row.id for row in ROWS.values() if row.passive}

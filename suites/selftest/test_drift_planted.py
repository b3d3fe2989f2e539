"""Planted drifts, all in one run of the real command: each is found at its place, and nothing is found beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract.drift.result import Drift
from contract.results import Verdict
from suites.selftest.drifting import PLANTED, UNDOCUMENTED
from suites.selftest.whole_run import WholeRun, run

TARGET = Path(__file__).parent / "data" / "targets" / "drifting.toml"
OUT = Path(__file__).parents[2] / "reports" / "out"


@pytest.fixture(scope="module")
def drifting() -> WholeRun:
    return run("suites/drift", f"--target={TARGET}", "--seed=1")


def drift_of(whole: WholeRun) -> Drift:
    """Return what the run wrote beside its results."""
    assert whole.results is not None, whole.text
    document = json.loads((OUT / whole.results.run.id / "drift.json").read_text("utf-8"))
    return Drift.from_json(document)


def found(whole: WholeRun) -> set[str]:
    """Return what was found, as `label status: rule pointer`; what only advises is left out."""
    return {
        f"{each.label} {each.status or ''}".strip() + f": {each.rule} {each.pointer}"
        for each in drift_of(whole).findings
        if each.fails
    }


def planted() -> set[str]:
    """Return what is to be found."""
    expected = set()
    for drift in PLANTED:
        label, _, status = drift["to"].rpartition(" ")
        expected |= {f"{label} {drift.get('status', status)}: {each}" for each in drift["expects"]}
    return expected | {f"{UNDOCUMENTED}: DRIFT-OPERATION-UNDOCUMENTED "}


def test_there_are_at_least_thirty_planted_drifts():
    assert len({drift["id"] for drift in PLANTED}) == len(PLANTED) >= 30


def test_every_planted_drift_is_found_on_its_pointer_and_nothing_else(drifting):
    """A finding beside the drift sends its reader to the wrong place, and one too few lets it pass."""
    assert found(drifting) == planted()


def test_a_run_with_drift_is_red_in_exactly_the_rules_that_were_broken(drifting):
    """Continuous integration reads the verdicts and the exit code, and no table."""
    red = {name for name, verdict in drifting.verdicts(Verdict.PASS).items() if verdict is Verdict.FAIL}

    assert drifting.code == 1
    assert {name for name in red if name.startswith("DRIFT")} == {each.split(": ")[1].split()[0] for each in planted()}


def test_each_finding_is_a_judgement_of_the_results(drifting):
    """A report that shows the first of eleven missing members costs ten more runs."""
    assert drifting.results is not None
    told = [each for each in drifting.results.judgements if each.requirement.startswith("DRIFT")]
    failed = [each for each in told if each.verdict is Verdict.FAIL]

    assert sum(each.count for each in failed) == sum(each.fails for each in drift_of(drifting).findings)


def test_two_processes_hold_one_conversation(drifting: WholeRun) -> None:
    """A throttle that was met twice, a mail that was asked for twice: it is the target that pays for it."""
    spread = run("suites/drift", f"--target={TARGET}", "--seed=1", "-n2")

    assert spread.results is not None, spread.text
    assert drifting.results is not None
    assert spread.verdicts() == drifting.verdicts()
    assert len({each.worker for each in spread.results.judgements if each.test}) == 1
    assert spread.results.cost.requests <= 1.1 * drifting.results.cost.requests


def test_behind_a_front_that_changes_nothing_there_is_no_drift(tmp_path):
    """What is found where nothing is wrong is switched off before it finds something."""
    target = tmp_path / "sound.toml"
    text = TARGET.read_text("utf-8").replace("suites.selftest.drifting", "suites.selftest.drifting --sound")
    target.write_text(text, encoding="utf-8")

    whole = run("suites/drift", f"--target={target}", "--seed=2")

    assert (whole.code, found(whole)) == (0, set()), whole.text
    statuses = drift_of(whole).statuses
    assert {each.status for each in statuses if each.reached} == {"401", "403", "409", "422", "429"}
    assert [each for each in statuses if not each.reached and each.status != "503"] == []
    assert {each.why for each in statuses if not each.reached} == {
        "no outage can be made: needs a way to break a dependency; declare [facilities.faults] in the target file"
    }

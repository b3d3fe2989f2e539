"""The exit code of a run: every combination of what can be wrong, and every verdict under every option."""

from __future__ import annotations

from itertools import product

import pytest

from contract.results import Cost, ExitCode, Fault, Judgement, Results, Verdict, exit_code, fold
from contract.results.outcome import UNKNOWN_RUN, Row

ALWAYS_RED = {Verdict.FAIL, Verdict.UNTESTABLE, Verdict.STALE_ENTRY}
LEFT_OPEN = {Verdict.UNDECIDED, Verdict.NOT_REACHED, Verdict.NOT_EXERCISED}
NOT_JUDGED = LEFT_OPEN | {Verdict.NOT_APPLICABLE}


def results(*verdicts: Verdict, unreachable: str = "", faults: tuple[Fault, ...] = ()) -> Results:
    """Return the results of a run with one requirement for each of *verdicts*."""
    rows = tuple(Row(f"LOGIN-0{n}", "login", "MUST", verdict, {verdict: 1}) for n, verdict in enumerate(verdicts))
    return Results(UNKNOWN_RUN, rows=rows, unreachable=unreachable, faults=faults)


@pytest.mark.parametrize(("unreachable", "fault", "red", "judged"), list(product([True, False], repeat=4)))
def test_the_gravest_of_what_holds_decides(unreachable: bool, fault: bool, red: bool, judged: bool) -> None:
    expected = (
        6 if unreachable else 3 if fault else 1 if red else 0 if judged else 5
    )  # the order of the design: 6 > 3 > 1 > 5 > 0
    verdicts = [Verdict.UNTESTABLE] * red + [Verdict.PASS] * judged + [Verdict.NOT_APPLICABLE]

    run = results(*verdicts, unreachable="gone" * unreachable, faults=(Fault("a bug of ours"),) * fault)

    assert exit_code(run) == expected


@pytest.mark.parametrize(("strict_should", "require_all"), list(product([False, True], repeat=2)))
@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_beside_a_pass(verdict: Verdict, strict_should: bool, require_all: bool) -> None:
    red = verdict in ALWAYS_RED or (strict_should and verdict is Verdict.WARN) or (require_all and verdict in LEFT_OPEN)

    run = results(Verdict.PASS, verdict)

    assert exit_code(run, strict_should=strict_should, require_all=require_all) == (
        ExitCode.RED if red else ExitCode.GREEN
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_alone(verdict: Verdict) -> None:
    """A run in which nothing was judged must not look green."""
    expected = ExitCode.NOTHING_JUDGED if verdict in NOT_JUDGED else ExitCode.RED if verdict in ALWAYS_RED else 0

    assert exit_code(results(verdict)) == expected


def test_no_requirement_at_all_is_nothing_judged() -> None:
    assert exit_code(results()) == ExitCode.NOTHING_JUDGED


def test_one_red_test_of_a_requirement_is_enough() -> None:
    judgements = [Judgement("LOGIN-02", Verdict.PASS, test=f"t{n}") for n in range(3)]
    judgements.append(Judgement("LOGIN-02", Verdict.FAIL, test="t3"))

    run = fold({"event": "judgement"} | each.to_json() for each in judgements)

    assert exit_code(run) == ExitCode.RED


def test_an_open_test_is_red_with_require_all_though_others_of_its_requirement_fail_as_known() -> None:
    judgements = [
        Judgement("LOGIN-02", Verdict.KNOWN_FAILURE, test="t1"),
        Judgement("LOGIN-02", Verdict.UNDECIDED, test="t2"),
    ]

    run = fold({"event": "judgement"} | each.to_json() for each in judgements)

    assert exit_code(run) == ExitCode.GREEN
    assert exit_code(run, require_all=True) == ExitCode.RED


def test_a_fault_outside_every_test_is_a_harness_error() -> None:
    event = {"event": "fault", "message": "the launcher broke", "requirement": "", "test": "", "worker": ""}

    assert exit_code(fold([event])) == ExitCode.HARNESS_ERROR


def test_the_runner_s_own_codes_have_names() -> None:
    assert (ExitCode.INTERRUPTED, ExitCode.USAGE) == (2, 4)


def test_a_plan_alone_is_nothing_judged() -> None:
    planned = {"event": "plan", "requirement": "LOGIN-02", "level": "MUST"}
    cost = {name: getattr(Cost(requests=3), name) for name in Cost.__slots__}

    assert exit_code(fold([planned | cost])) == ExitCode.NOTHING_JUDGED

"""Results: what the events of a run fold to, and the document they make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contract.errors import BindingError
from contract.results import Cost, Fault, Judgement, Recorder, Relevant, Verdict, fold, load, save
from contract.results.schema import SCHEMA_FILE
from contract.results.verdict import worst
from suites.selftest.small_run import ENTRY, EXCHANGE, NO_HEADER, OPENED, RUN, WRONG, folded, row, write_run


def test_a_run_folds_to_one_row_for_each_requirement(tmp_path: Path) -> None:
    write_run(tmp_path)

    results = load(tmp_path)

    assert (results.run, results.complete, results.exit_code) == (RUN, True, 1)
    assert [(each.requirement, each.verdict) for each in results.rows] == [
        ("HTTP-15", Verdict.PASS),
        ("LOGIN-02", Verdict.FAIL),
        ("TOK-01", Verdict.NOT_REACHED),
    ]
    assert row(results, "LOGIN-02").verdicts == {Verdict.FAIL: 1, Verdict.PASS: 1}
    assert row(results, "HTTP-15").relevant == (
        Relevant("getCurrentUser", "refused-token", 401, 4),
        Relevant("loginUser", "accepted", 200, 6),
    )
    assert results.counts == {Verdict.FAIL: 1, Verdict.NOT_REACHED: 1, Verdict.PASS: 1}
    assert results.areas == {
        "http": {Verdict.PASS: 1},
        "login": {Verdict.FAIL: 1},
        "tokens": {Verdict.NOT_REACHED: 1},
    }
    assert results.plan == Cost(requests=6, accounts=1, failures=1, duration_s=0.5)
    assert results.cost == Cost(requests=10, accounts=2, duration_s=3.0)
    assert [each.test for each in results.findings] == [WRONG.test]


def test_a_requirement_is_as_good_as_its_worst_test() -> None:
    order = list(Verdict)
    for first, second in permutations(order, 2):
        results = folded(Judgement("LOGIN-02", first, test="t1"), Judgement("LOGIN-02", second, test="t2"))
        assert row(results, "LOGIN-02").verdict == worst([first, second]) == min(first, second, key=order.index)


def test_the_order_of_the_files_changes_nothing(tmp_path: Path) -> None:
    write_run(tmp_path)
    events = [json.loads(line) for file in sorted(tmp_path.glob("*.jsonl")) for line in file.read_text().splitlines()]
    by_file = [[each for each in events if each.get("worker", "") == name] for name in ("", "gw0", "gw1")]

    outcomes = [fold(each for part in order for each in part) for order in permutations(by_file)]

    assert all(each == outcomes[0] for each in outcomes)


def test_one_violation_on_one_worker_breaks_a_passive_requirement() -> None:
    results = folded(NO_HEADER, DATA_06=OPENED)

    assert row(results, "DATA-06").verdict == Verdict.FAIL
    assert row(results, "DATA-06").verdicts == {Verdict.FAIL: 1}


def test_a_passive_requirement_without_a_relevant_answer_is_not_exercised() -> None:
    results = folded(HTTP_01=[])

    assert row(results, "HTTP-01").verdict == Verdict.NOT_EXERCISED
    assert row(results, "HTTP-01").why == ("no answer of the run was one that it is about",)


def test_a_passive_requirement_without_a_relevant_answer_is_as_good_as_its_own_probe() -> None:
    results = folded(Judgement("HTTP-01", Verdict.PASS, test="t"), HTTP_01=[])

    assert row(results, "HTTP-01").verdict == Verdict.PASS


def test_violations_that_are_alike_become_one_with_their_number() -> None:
    alike = [replace(NO_HEADER, exchanges=({**EXCHANGE, "body": str(n)},)) for n in range(20_000)]
    other = replace(NO_HEADER, status=401, kind="refused-token")

    results = folded(*alike, other)

    assert [(each.status, each.count, len(each.exchanges)) for each in results.judgements] == [
        (200, 20_000, 3),
        (401, 1, 1),
    ]
    assert row(results, "DATA-06").verdicts == {Verdict.FAIL: 20_001}


def test_what_a_test_finds_and_every_answer_shows_is_told_once_and_counted() -> None:
    """Who reads the same sentence twice looks for the difference, and there is none."""
    found = replace(NO_HEADER, test="t1", repro="repro/DATA-06.sh")
    elsewhere = replace(NO_HEADER, status=401, kind="refused-token")

    results = folded(NO_HEADER, NO_HEADER, found, replace(found, test="t2"), elsewhere, DATA_06=OPENED)

    told = [(each.test, each.status, each.count, each.repro) for each in results.judgements]
    assert told == [("", 401, 1, ""), ("t1", 200, 3, "repro/DATA-06.sh"), ("t2", 200, 1, "repro/DATA-06.sh")]
    assert row(results, "DATA-06").verdicts == {Verdict.FAIL: 5}


def test_tests_that_are_alike_stay_apart() -> None:
    assert len(folded(WRONG, WRONG).judgements) == 2


def test_an_error_of_the_harness_leaves_its_requirement_undecided() -> None:
    fault = {"event": "fault", "message": "KeyError: 'code'", "requirement": "MFA-01", "test": "t1", "worker": ""}
    passed = {"event": "judgement"} | Judgement("MFA-01", Verdict.PASS, test="t2").to_json()

    results = fold([fault, passed])

    assert row(results, "MFA-01").verdict == Verdict.UNDECIDED
    assert row(results, "MFA-01").why == ("error of the harness: KeyError: 'code'",)
    assert results.faults == (Fault("KeyError: 'code'", requirement="MFA-01", test="t1"),)


def test_what_was_not_judged_says_why_once() -> None:
    skipped = Judgement("MFA-09", Verdict.NOT_EXERCISED, test="t1", message="no facility clock")

    assert row(folded(skipped, replace(skipped, test="t2")), "MFA-09").why == ("no facility clock",)


def test_a_row_of_another_room_keeps_its_name_and_comes_last() -> None:
    results = folded(Judgement("DRIFT-status", Verdict.FAIL, test="t"), Judgement("DATA-06", Verdict.PASS, test="t"))

    assert [(each.requirement, each.area) for each in results.rows] == [("DATA-06", "data"), ("DRIFT-status", "drift")]


def test_the_document_satisfies_the_published_schema_and_reads_back(tmp_path: Path) -> None:
    write_run(tmp_path)
    with Recorder(tmp_path, "gw2") as recorder:
        recorder.judgement(replace(WRONG, verdict=Verdict.KNOWN_FAILURE, known_failure=ENTRY))
        recorder.fault(Fault("broken", requirement="MFA-01"))
        recorder.note("waited 3 s for a 429")
        recorder.unreachable("connection refused")
    results = load(tmp_path)

    file = save(results, tmp_path)

    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(json.loads(file.read_text("utf-8")))
    assert load(file) == load(tmp_path) == results
    assert file.name == "results.json"
    assert [each.known_failure for each in results.judgements if each.known_failure] == [ENTRY]
    assert results.unreachable == "connection refused"
    assert results.notes == ("waited 3 s for a 429",)


def test_the_schema_lists_the_verdicts_worst_first() -> None:
    assert json.loads(SCHEMA_FILE.read_text("utf-8"))["$defs"]["verdict"]["enum"] == list(Verdict)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(schema="urn:authproof:results:2"), "is no results.json of this version. "),
        (lambda d: d.pop("rows"), 'does not satisfy results.schema.json: the whole: "rows" is a required property.'),
        (lambda d: d.update(seed="7"), 'does not satisfy results.schema.json: /seed: "7" is not of type'),
        (
            lambda d: d.update(extra=1),
            "does not satisfy results.schema.json: the whole: Unevaluated properties are not",
        ),
    ],
    ids=["version", "missing", "type", "stranger"],
)
def test_a_document_of_another_make_gets_one_line(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    write_run(tmp_path)
    file = save(load(tmp_path), tmp_path)
    document = json.loads(file.read_text("utf-8"))
    change(document)
    file.write_text(json.dumps(document), "utf-8")

    with pytest.raises(BindingError, match=f"^{re.escape(f'{file}: {said}')}[^\n]*$"):
        load(file)


@pytest.mark.parametrize("content", [b"", b"[", b"[]", b"\xff", b"[" * 100_000, b'{"schema": "urn:authproof'])
def test_a_file_that_is_no_document_gets_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(content)

    with pytest.raises(BindingError, match=f"^{re.escape(str(file))}: [^\n]+$"):
        load(file)


def test_a_folder_without_a_run_gets_one_line(tmp_path: Path) -> None:
    with pytest.raises(BindingError) as raised:
        load(tmp_path)

    assert str(raised.value) == f"{tmp_path}: holds no run. A run's folder has results.json or run.jsonl."

"""The forms of a report that machines take: nothing in them can be broken by what a target says."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from contract import catalogue
from contract.results import Results, Verdict, load
from contract.results.schema import document_problem
from reports.annotations import workflow_commands
from reports.conformance import cases, findings
from reports.forms import FORMS, of_drift, write_all
from reports.junit import Case, junit
from reports.markdown import markdown
from reports.sarif import Finding, sarif
from suites.selftest.small_drift import diff_document, drift_document
from suites.selftest.small_run import ENTRY, NO_HEADER, OPENED, WRONG, folded, write_run

SCHEMAS = Path(__file__).parent / "data" / "schemas"
HOSTILE = "</td><script>alert(1)</script> `x` ```\n| a | @someone ::error:: \x1b[31m \x00 \ud800 %0A"


def test_sarif_names_each_rule_once_and_points_at_it() -> None:
    document = sarif(
        [Finding("A", "error", "one"), Finding("B", "note", "two", "x y.py", 3), Finding("A", "error", "x")]
    )

    run = document["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["A", "B"]
    assert [(each["ruleId"], each["ruleIndex"]) for each in run["results"]] == [("A", 0), ("B", 1), ("A", 0)]
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "x%20y.py"}, "region": {"startLine": 3}}
    assert "locations" not in run["results"][0]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_a_known_failure_is_suppressed_in_sarif_with_its_reason() -> None:
    known = replace(WRONG, verdict=Verdict.KNOWN_FAILURE, known_failure=ENTRY)

    result = sarif(findings(folded(known)))["runs"][0]["results"][0]

    assert result["suppressions"][0]["justification"] == "ACME-412; identity team, until 2027-03-31"
    assert result["level"] == "warning"


def test_a_finding_keeps_its_fingerprint_from_run_to_run() -> None:
    """Code scanning closes and opens alerts by it."""
    one, two = (sarif(findings(folded(replace(WRONG, duration_s=each))))["runs"][0]["results"][0] for each in (1, 2))

    assert one["partialFingerprints"] == two["partialFingerprints"]


def test_a_finding_stands_on_its_operation_in_the_contract() -> None:
    found = findings(folded(WRONG))[0]

    assert found.file == "contract/openapi.yaml"
    assert found.line > 1


def test_a_workflow_command_cannot_be_ended_by_its_message() -> None:
    said = workflow_commands([Finding("A", "error", HOSTILE, "a,b:c.py", 2)])

    assert said.count("\n") == 1
    assert said.startswith("::error file=a%2Cb%3Ac.py,line=2,title=A::</td>")


def test_junit_has_a_case_for_every_test_and_for_what_no_test_speaks_of() -> None:
    results = folded(WRONG, replace(WRONG, test="t2", verdict=Verdict.PASS), NO_HEADER, HTTP_15=OPENED)

    root = ElementTree.fromstring(junit(cases(results), name="x"))

    assert [
        (case.get("classname"), case.get("name"), [child.tag for child in case]) for case in root.iter("testcase")
    ] == [
        ("login", "LOGIN-02 test_a_wrong_password", ["failure"]),
        ("login", "LOGIN-02 t2", []),
        ("data", "DATA-06 loginUser", ["failure"]),
        ("http", "HTTP-15 every answer", []),
    ]
    assert (root.get("tests"), root.get("failures")) == ("4", "2")


@pytest.mark.parametrize("text", ["\x00", "\x1b[31m", "\ud800", "\ufffe", "]]>", "<&\"'>"])
def test_junit_holds_any_text(text: str) -> None:
    """A response body that is no XML must not cost the whole report."""
    root = ElementTree.fromstring(junit([Case(text, text, "failed", text, text, type=text)], name=text).encode())

    assert root.find(".//failure") is not None


def test_markdown_shows_what_a_target_says_and_obeys_none_of_it() -> None:
    exchange = {"method": "POST", "url": "http://x/", "status": 200, "body": HOSTILE}
    said = markdown(folded(replace(WRONG, message=HOSTILE, expected=HOSTILE, actual=HOSTILE, exchanges=(exchange,))))

    outside = "".join(said.split("````")[::2])
    assert "<script>" not in outside.replace("\\<script\\>", "")
    assert "@someone" not in outside.replace("@<!-- -->someone", "")


@pytest.mark.parametrize("name", FORMS)
def test_every_form_holds_any_text(name: str) -> None:
    """A hostile answer must not make the run look better by breaking its report."""
    said = FORMS[name].make(folded(replace(WRONG, message=HOSTILE, actual=HOSTILE)))

    assert said.encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("seed", range(10))
def test_a_run_killed_at_any_moment_has_every_form(tmp_path: Path, seed: int) -> None:
    """The run that was killed is the one that somebody has to explain."""
    write_run(tmp_path)
    cut = random.Random(seed).randrange(80, 600)
    (tmp_path / "run.jsonl").write_bytes((tmp_path / "run.jsonl").read_bytes()[:-cut])
    for name in ("worker-gw0.jsonl", "worker-gw1.jsonl"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: random.Random(f"{seed} {name}").randrange(len(whole))])

    results = load(tmp_path)

    assert not results.complete
    assert "Cut short" in write_all(results, tmp_path).read_text("utf-8")
    assert {path.name for path in tmp_path.iterdir()} >= {"report.md", "junit.xml", "findings.sarif", "badge.svg"}


def test_sarif_satisfies_its_schema() -> None:
    """A file that code scanning refuses is a run without findings."""
    found = [*findings(folded(WRONG, NO_HEADER)), Finding("A", "note", "x", "y z.py", 3, "h", "s", "excused", "k")]

    jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))).validate(sarif(found))


@pytest.mark.parametrize("results", [folded(WRONG, NO_HEADER, HTTP_15=OPENED), folded()])
def test_junit_satisfies_its_schema(results: Results) -> None:
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(FORMS["junit"].make(results))


@pytest.mark.parametrize("made", [of_drift("sarif", diff_document()), of_drift("sarif", drift_document())])
def test_the_sarif_of_both_drifts_satisfies_its_schema(made: str) -> None:
    """Code scanning takes what the gate found, or the line in the contract stays without its finding."""
    found = json.loads(made)

    assert found["runs"][0]["results"]
    jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))).validate(found)


@pytest.mark.parametrize("made", [of_drift("junit", diff_document()), of_drift("junit", drift_document())])
def test_the_junit_of_both_drifts_satisfies_its_schema(made: str) -> None:
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(made)


def test_results_satisfy_their_schema() -> None:
    assert document_problem(json.loads(FORMS["json"].make(folded(WRONG, NO_HEADER, HTTP_15=OPENED)))) == ""


def test_a_rule_of_drift_has_its_statement() -> None:
    """Drift is judged in the same runs, and read on the same page."""
    rule = next(iter(catalogue.drift().values()))

    found = findings(folded(replace(WRONG, requirement=rule.id)))

    assert found[0].statement == rule.statement

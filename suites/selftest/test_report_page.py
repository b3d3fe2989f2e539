"""The page: what a target says is shown and never run, nothing is fetched, and it holds what it should."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contract.errors import BindingError
from contract.results import Cost, Judgement, Results, Verdict, load
from reports.conformance_page import EXCHANGES_SHOWN, conformance_page
from reports.forms import write_all
from reports.inputs import Input, read, read_all
from reports.page import page
from suites.selftest.small_drift import diff_document, drift_document
from suites.selftest.small_load import load_document
from suites.selftest.small_run import ENTRY, NO_HEADER, OPENED, RUN, WRONG, folded, write_run

TODAY = date(2027, 3, 1)
HOSTILE = (
    "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)>\"' onfocus=alert(3) autofocus x='{{ 7*7 }}"
)
KILLS = [
    {"defect": "SESS-02", "what": HOSTILE, "expected": ["SESS-02"], "found": ["SESS-02"], "trouble": ""},
    {"defect": "SESS-03", "what": "x", "expected": ["SESS-03"], "found": ["SESS-02"], "trouble": ""},
]


class Parts(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", {}))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script":
            self.scripts.append(data)
        else:
            self.text += data


def parts(text: str) -> Parts:
    """Return the parts of the page *text*."""
    found = Parts()
    found.feed(text)
    return found


def rendered(results: Results, folder: Path) -> str:
    """Return the page about *results*, whose scripts are in *folder*."""
    return page([Input(folder, "conformance", results=results)], today=TODAY)


def hostile(folder: Path) -> list[Input]:
    """Return inputs of every kind in which every text that a target can choose is markup."""
    exchange = {
        "method": HOSTILE, "url": HOSTILE, "status": 200, "body": HOSTILE, "request_body": f'{{"a": "{HOSTILE[:30]}"}}',
        "headers": [[HOSTILE, HOSTILE]], "request_headers": [[HOSTILE, HOSTILE]],
    }  # fmt: skip
    said = {"message": HOSTILE, "expected": HOSTILE, "actual": HOSTILE, "operation": HOSTILE, "story": (HOSTILE,)}
    (folder / "repro").mkdir()
    (folder / "repro/LOGIN-02.sh").write_text(HOSTILE, "utf-8")
    results = folded(replace(WRONG, **said, again=HOSTILE, exchanges=(exchange,)), Judgement(HOSTILE, Verdict.FAIL))
    results = replace(results, notes=(HOSTILE,), unreachable=HOSTILE, run=replace(RUN, argv=(HOSTILE,)))
    load = load_document()
    load["phases"][0]["series"]["operations"] = {HOSTILE: load["phases"][0]["series"]["operations"]["loginUser"]}
    load["phases"][0]["operations"][0]["operation"] = HOSTILE
    load["notes"] = [HOSTILE]
    return [
        Input(folder, "conformance", results=results),
        Input(folder, "load", document=load),
        Input(folder, "kill-matrix", document=KILLS),
        Input(folder, "diff", document=diff_document(HOSTILE)),
        Input(folder, "drift", document=drift_document(HOSTILE)),
    ]


def test_what_a_target_says_is_shown_and_never_run(tmp_path: Path) -> None:
    """A server under test must not be able to run script in the browser of the person who judges it."""
    found = parts(page(hostile(tmp_path), today=TODAY))

    assert [tag for tag, _ in found.elements].count("script") == 1
    assert "img" not in {tag for tag, _ in found.elements}
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert HOSTILE in found.text
    assert "alert" not in "".join(found.scripts)


def test_a_policy_allows_no_script_but_the_pages_own_and_no_address_at_all(tmp_path: Path) -> None:
    found = parts(page(hostile(tmp_path), today=TODAY))

    policy = next(each["content"] for tag, each in found.elements if tag == "meta" and "http-equiv" in each)
    digest = base64.b64encode(hashlib.sha256("".join(found.scripts).encode()).digest()).decode()
    assert policy
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """The page works from a file, and tells nobody that it was opened."""
    text = page(hostile(tmp_path), today=TODAY)

    addresses = {
        (tag, name)
        for tag, attributes in parts(text).elements
        for name, value in attributes.items()
        if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href")
        and not (value or "").startswith("#")
    }
    assert addresses <= {("a", "href")}
    assert not re.search(r"@import|url\(", text.replace(HOSTILE, ""))


def test_a_failure_is_shown_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    (tmp_path / "repro").mkdir()
    (tmp_path / "repro/LOGIN-02.sh").write_text("curl it", "utf-8")

    text = parts(rendered(folded(replace(WRONG, story=("register ada", "log in")), NO_HEADER), tmp_path)).text

    for words in (WRONG.message, WRONG.expected, WRONG.actual, "curl it", "register ada", "OWASP", "Usual causes"):
        assert words in text


def test_a_script_outside_the_runs_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not for the page", "utf-8")
    run = tmp_path / "run"
    run.mkdir()

    assert "not for the page" not in rendered(folded(replace(WRONG, repro="../secret")), run)


def test_known_failures_show_their_days_left(tmp_path: Path) -> None:
    known = replace(WRONG, verdict=Verdict.KNOWN_FAILURE, known_failure=ENTRY)

    shown = conformance_page(folded(known), tmp_path, TODAY)

    assert [told.days_left for _, told in shown.known] == [30]


def test_what_was_not_judged_says_why(tmp_path: Path) -> None:
    left = Judgement("TOK-09", Verdict.NOT_EXERCISED, message="needs a published key", test="t")

    shown = conformance_page(folded(left, WRONG, HTTP_15=OPENED), tmp_path, TODAY)

    assert [entry.row.why for entry in shown.groups["open"]] == [("needs a published key",)]
    assert (shown.judged, shown.met, shown.red) == (2, 1, 1)


def test_long_findings_are_cut_and_say_so(tmp_path: Path) -> None:
    """A page that takes a minute to open is not read."""
    exchange = {"method": "POST", "url": "http://x/", "status": 200, "body": "x" * 4000}
    many = [replace(WRONG, test=f"t{n}", exchanges=(exchange,) * 12) for n in range(1700)]

    text = rendered(folded(*many), tmp_path)

    assert len(text) < 5 * 2**20
    assert "1688 more of this requirement stand in results.json" in text
    assert f"{12 - EXCHANGES_SHOWN} earlier exchanges stand in results.json" in text


@pytest.mark.parametrize("results", [folded(), replace(folded(WRONG), complete=False, run=RUN, cost=Cost(3))])
def test_a_run_that_knows_little_has_a_page_too(tmp_path: Path, results: Results) -> None:
    text = parts(rendered(results, tmp_path)).text

    assert "ut short" in text


@pytest.mark.parametrize("change", [{"phases": []}, {"capacity": True}, {"empty": True}])
def test_the_load_page_holds_runs_of_every_shape(tmp_path: Path, change: dict[str, Any]) -> None:
    document = load_document()
    if "phases" in change:
        document["phases"] = []
    if "capacity" in change:
        document["capacity"] = {
            "operation": "loginUser", "rate_per_s": None, "knee": "the hash.", "confidence": "",
            "steps": [{"phase": 0, "rate_per_s": 40, "outcome": "missed"}],
        }  # fmt: skip
    if "empty" in change:
        series = document["phases"][0]["series"]
        series["t_s"], series["operations"] = [], {}

    assert "Load profile" in page([Input(tmp_path, "load", document=document)], today=TODAY)


@pytest.mark.parametrize(
    ("document", "kind", "words"),
    [
        (load_document(), "load", "the budget is 400 ms"),
        (diff_document(), "diff", "changes are not allowed"),
        (drift_document(), "drift", "ways in which answers differ"),
        (KILLS, "kill-matrix", "1 of 2 planted defects killed exactly"),
    ],
    ids=["load", "diff", "drift", "kill-matrix"],
)
def test_a_document_is_known_by_what_it_holds(tmp_path: Path, document: Any, kind: str, words: str) -> None:
    """Whoever has a file need not know what kind of run made it."""
    (tmp_path / "some.json").write_text(json.dumps(document), "utf-8")

    found = read(tmp_path / "some.json")

    assert found.kind == kind
    assert words in parts(page([found], today=TODAY)).text


def test_a_folder_may_hold_a_run_and_its_drift(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "drift.json").write_text(json.dumps(drift_document()), "utf-8")

    assert [each.kind for each in read_all(tmp_path)] == ["conformance", "drift"]
    text = parts(write_all(load(tmp_path), tmp_path).read_text("utf-8")).text
    assert "Drift of the provider" in text
    assert "Areas by outcome" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is none of ours"),
        ("null", "is none of ours"),
        ('{"schema": "urn:authproof:load:1"}', "does not satisfy load/load.schema.json"),
        ('[{"defect": "SESS-02"}]', "is no matrix.json of this version"),
    ],
)
def test_what_is_none_of_ours_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "some.json").write_text(text, "utf-8")

    with pytest.raises(BindingError) as refused:
        read(tmp_path / "some.json")

    assert words in str(refused.value)
    assert len(refused.value.problems) == 1

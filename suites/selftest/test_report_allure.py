"""Allure: what a judgement becomes there, and what is taken out of its report before it is published."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from allure_commons import model2

from contract.errors import BindingError
from contract.results import Verdict
from reports.allure import POLICY, publish
from suites.rig.run import allure
from suites.selftest.small_run import ENTRY, EXCHANGE, WRONG

CALLS_HOME = """
    <script>window.allure = window.allure || {};</script>
    <script   src="app-1.js"></script>
    <script async src="https://statistics.example/gtag/js?id=G-1"></script>
    <script>
        window.dataLayer = window.dataLayer || [];
        function gtag(){dataLayer.push(arguments);}
        gtag('config', 'G-1', {});
    </script>
"""


def told(verdict: Verdict) -> model2.TestResult:
    """Return what allure is told of a judgement with *verdict*."""
    result = model2.TestResult(name="test_a_wrong_password", labels=[model2.Label("tag", "old")])
    allure.tell(result, replace(WRONG, verdict=verdict, known_failure=ENTRY if verdict == "known-failure" else None))
    return result


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_falls_into_one_category(verdict: Verdict) -> None:
    """Known failures, unclaimed features and what nobody could test are all skipped to pytest."""
    result = told(verdict)

    message = result.statusDetails.message if result.statusDetails else ""
    fits = [
        name
        for name, status, said in allure.CATEGORIES
        if status == result.status and re.fullmatch(said, message, re.S)
    ]
    assert len(fits) == (0 if verdict is Verdict.PASS else 1)
    assert (result.status in ("failed", "broken")) == (verdict in ("fail", "untestable", "stale-entry"))


def test_level_sources_and_area_are_told() -> None:
    result = told(Verdict.FAIL)

    labels = {label.name: label.value for label in result.labels}
    assert (labels["severity"], labels["feature"]) == ("critical", "login")
    assert [label.value for label in result.labels if label.name == "tag"] == ["LOGIN-02", "fail"]
    assert all(link.url.startswith("https://") for link in result.links)
    assert "RFC" in result.links[0].name


def test_an_exchange_is_a_step_with_the_whole_of_it_attached() -> None:
    step = next(allure.steps([EXCHANGE]))

    assert step.name == "POST http://127.0.0.1:8000/api/v1/auth/login -> 400"
    assert [each.type for each in step.attachments] == ["text/plain"]
    assert allure.whole(EXCHANGE) == "POST http://127.0.0.1:8000/api/v1/auth/login\n\n400\n\n{}\n"


def test_the_folder_says_how_results_are_told_apart(tmp_path: Path) -> None:
    allure.begin(tmp_path / "new", {"target": "acme\nx=y", "seed": "7"})

    assert (tmp_path / "new/environment.properties").read_text("utf-8") == "target=acme x=y\nseed=7\n"
    assert len(json.loads((tmp_path / "new/categories.json").read_text("utf-8"))) == len(allure.CATEGORIES)


def test_what_is_published_does_not_call_home(tmp_path: Path) -> None:
    """Whoever opens a report of an internal service tells nobody that it exists."""
    (tmp_path / "made").mkdir()
    (tmp_path / "made/index.html").write_text(f"<html><head></head><body>{CALLS_HOME}</body></html>", "utf-8")

    assert publish(tmp_path / "made", tmp_path / "safe") == 2

    page = (tmp_path / "safe/index.html").read_text("utf-8")
    assert "gtag" not in page
    assert "//" not in page.replace("app-1.js", "")
    assert 'src="app-1.js"' in page
    assert f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">' in page


def test_publishing_nothing_or_over_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BindingError, match="holds no report"):
        publish(tmp_path, tmp_path / "safe")
    (tmp_path / "index.html").write_text("<head>", "utf-8")
    with pytest.raises(BindingError, match="is not empty"):
        publish(tmp_path, tmp_path)

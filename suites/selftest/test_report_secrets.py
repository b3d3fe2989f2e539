"""No secret of a run stands in any form of its report, however it is spelled there."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import allure_commons
import pytest
from allure_commons import model2
from allure_commons.logger import AllureMemoryLogger

from contract.answers import Answer, Request
from contract.masking import contains_secret, mask_exchange
from contract.results import Recorder, Results, load
from contract.secret import Secret
from reports.forms import FORMS
from reports.inputs import Input
from reports.page import page
from suites.rig.run.allure import AllureResults
from suites.selftest.small_run import RUN, WRONG
from suites.selftest.telling import WHERE, told
from suites.selftest.whole_run import PLACE, ROOT, command

DEFECTS = ("SESS-02", "DATA-02", "DATA-02b", "DATA-03")
ROWS = "SESS-02,DATA-02,DATA-03,LOGIN-02,MFA-04,RST-02"
LOOKED_FOR = 12  # of each run's secrets: the shortest and the longest, passwords and tokens among them


def forms_of(results: Results, folder: Path) -> dict[str, str]:
    """Return every form of *results* as text."""
    forms = {name: form.make(results) for name, form in FORMS.items()}
    return forms | {"page": page([Input(folder, "conformance", results=results)])}


@pytest.mark.parametrize("spelled", [str, repr, json.dumps], ids=["raw", "repr", "json"])
def test_a_canary_is_in_no_form(tmp_path: Path, spelled: Any) -> None:
    """A report is sent around; a password in it is everybody's."""
    canary = Secret("a canary of 37 characters, 'q\"u<o>té'")
    said = spelled(canary.reveal())
    request = Request(
        "POST", "http://x/?password=" + said, (("Authorization", f"Bearer {said}"),), said.encode(), "loginUser"
    )
    answer = Answer(request, 400, (("Content-Type", "text/plain"), ("X-Said", said)), f"<p>{said}</p>".encode())
    with Recorder(tmp_path) as recorder:
        recorder.run(replace(RUN, argv=(said,)))
        exchanges = (mask_exchange(answer),)
        recorder.judgement(replace(WRONG, message=said, expected=said, actual=said, exchanges=exchanges, story=(said,)))
        recorder.note(said)

    forms = forms_of(load(tmp_path), tmp_path)

    assert {name for name, text in forms.items() if contains_secret(text, [canary.reveal()])} == set()
    assert all("***" in text for name, text in forms.items() if name not in ("badge",))


def test_what_allure_writes_is_masked() -> None:
    """allure-pytest writes parameters and exceptions down as they are."""
    canary = Secret("another canary of many characters").reveal()
    memory = AllureMemoryLogger()
    put_right = AllureResults(lambda: [], lambda: [])
    allure_commons.plugin_manager.register(memory)
    allure_commons.plugin_manager.register(put_right)
    try:
        details = model2.StatusDetails(message=f"AssertionError: {canary} \ud800", trace=canary)
        result = model2.TestResult(
            name=canary, statusDetails=details, parameters=[model2.Parameter("password", repr(canary))]
        )
        result.uuid = "0e8197aa-0000-4000-8000-000000000000"
        allure_commons.plugin_manager.hook.report_result(result=result)
    finally:
        allure_commons.plugin_manager.unregister(put_right)
        allure_commons.plugin_manager.unregister(memory)

    written = json.dumps(memory.test_cases)
    assert not contains_secret(written, [canary])
    assert memory.test_cases[0]["uuid"] == result.uuid


def test_no_secret_of_a_real_run_is_in_anything_it_writes(tmp_path: Path) -> None:
    """The server of this run gives secrets back wherever it can: in bodies, errors and logs."""
    secrets, allure = tmp_path / "secrets", tmp_path / "allure"
    secrets.mkdir()
    asked = [f"--defect={each}" for each in DEFECTS]
    line = command("-p", "suites.selftest.telling", f"--alluredir={allure}", f"--requirement={ROWS}", *asked)
    telling = os.environ | {WHERE: str(secrets)}
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300, env=telling)
    assert done.returncode == 1, done.stdout + done.stderr
    place = next(text.removeprefix(PLACE) for text in done.stdout.splitlines() if text.startswith(PLACE))
    folder = (ROOT / place).parent
    known = told(secrets)
    assert len(known) > LOOKED_FOR
    sought = known[: LOOKED_FOR // 2] + known[-LOOKED_FOR // 2 :]

    written = {path.name: path.read_text("utf-8") for path in (*folder.rglob("*"), *allure.iterdir()) if path.is_file()}
    written |= forms_of(load(folder), folder) | {"terminal": done.stdout + done.stderr}

    assert {"report.html", "report.md", "junit.xml", "findings.sarif", "badge.svg", "results.json"} <= written.keys()
    assert sum(name.endswith("-result.json") for name in written) > 5
    raw = {name for name, text in written.items() for each in known if each in text}
    assert raw == set()
    assert {name for name, text in written.items() if len(text) < 200_000 and contains_secret(text, sought)} == set()

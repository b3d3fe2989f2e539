"""Customs that the façade has not, over HTTP: the real command speaks them, and is not blinded by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.results import ExitCode, Verdict
from suites.selftest.customs import DIGITS, ORIGIN, SECRET_LENGTH, Customs, serving
from suites.selftest.whole_run import WholeRun, run

FILE = Path(__file__).parent / "data" / "targets" / "customs.toml"
WITHIN_THE_LOGIN = """
[[operations.verifyMfa.steps]]
request = "POST /t/{tenant}/who"
encode  = "multipart"
send    = { username = "/name" }
fixed   = { "path:tenant" = "acme inc" }
capture = { flow = "/flow" }

[[operations.verifyMfa.steps]]
request = "POST /t/{tenant}/login"
encode  = "multipart"
send    = { flow = "/flow", password = "/password", code = "/code" }
fixed   = { "path:tenant" = "acme inc" }
capture = { accessToken = "/key", userId = "/who/id" }
"""
WITH_A_COOKIE = f"""
[operations.verifyMfa]
request = "POST /t/{{tenant}}/login/code"
headers = {{ Origin = "{ORIGIN}" }}
send    = {{ code = "/code" }}
fixed   = {{ "path:tenant" = "acme inc" }}
capture = {{ accessToken = "/key", userId = "/who/id" }}
"""
WAYS = {"code within the login": WITHIN_THE_LOGIN, "cookie and Origin": WITH_A_COOKIE}
ROWS = (
    "REG-01",
    "REG-02",
    "LOGIN-02",
    "LOGIN-08",
    "TOK-01",
    "TOK-04",
    "SESS-08",
    "MFA-01",
    "MFA-03",
    "MFA-04",
)


def judged(folder: Path, customs: Customs, way: str, rows: tuple[str, ...] = ROWS) -> WholeRun:
    """Return a run of *rows* against *customs*, whose second factor is asked for in this *way*."""
    file = folder / "customs.toml"
    text = FILE.read_text("utf-8").replace("http://127.0.0.1:1", customs.url)
    file.write_text(text.replace("customs.json", str(FILE.with_suffix(".json"))) + WAYS[way], "utf-8")
    return run(f"--target={file}", f"--requirement={','.join(rows)}", "--seed=1")


@pytest.mark.parametrize("way", WAYS)
def test_a_server_with_such_customs_is_judged_and_not_accused(tmp_path: Path, way: str) -> None:
    """Who cannot say in the target file how the API speaks does not test it."""
    with serving() as customs:
        whole = judged(tmp_path, customs, way)

    assert whole.code == ExitCode.GREEN, whole.text
    assert whole.verdicts() == dict.fromkeys(ROWS, Verdict.PASS)
    asked = [each.line.split("/")[-1] for each in customs.seen]
    assert {each.form for each in customs.seen if each.line.endswith("/login")} >= {"multipart/form-data"}
    assert all(person.active for person in customs.people.values())
    assert all(len(person.secret) in (0, SECRET_LENGTH) for person in customs.people.values())
    codes = [str(each.body["code"]) for each in customs.seen if "code" in each.body]
    assert any(len(code) == DIGITS for code in codes)
    assert ("code" in asked) == (way == "cookie and Origin")


@pytest.mark.parametrize(
    ("broken", "way", "row"),
    [
        ({"any_code": True}, "code within the login", "MFA-03"),
        ({"again": True}, "cookie and Origin", "MFA-04"),
    ],
    ids=["any code", "a code again"],
)
def test_what_is_broken_shows_through_them(tmp_path: Path, broken: dict[str, bool], way: str, row: str) -> None:
    """A check that a strange speech has made blind would pass on everything."""
    with serving(Customs(**broken)) as customs:
        whole = judged(tmp_path, customs, way, (row,))

    assert whole.verdicts() == {row: Verdict.FAIL}, whole.text

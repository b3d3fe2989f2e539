"""A deployed OAuth 2 server: a client that proves itself, a tenant in the path, accounts that have user names."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.results import Verdict
from suites.selftest.small_oauth import BASIC, FILE, serving
from suites.selftest.whole_run import WholeRun, run

SOUND = "HTTP-02 HTTP-03 HTTP-06 HTTP-09 HTTP-17 LOGIN-06 LOGIN-07 TOK-01 SESS-01 SESS-07 SESS-09".split()


def judged(folder: Path, url: str, *requirements: str, file: str = FILE) -> WholeRun:
    """Judge *requirements* of the server at *url*."""
    path = folder / "small-oauth.toml"
    path.write_text(file.format(url=url), "utf-8")
    return run(f"--target={path}", f"--requirement={','.join(requirements)}", "--seed=1")


def test_what_an_oauth_server_does_right_passes(tmp_path: Path) -> None:
    """
    A revocation takes no access token, and a refusal in JSON is JSON whatever its label says; without the tenant in it
    every path would name nothing.
    """
    with serving() as server:
        came = judged(tmp_path, server.url, *SOUND)

    assert came.code == 0, came.text
    assert {came.verdicts()[name] for name in SOUND} == {Verdict.PASS}


@pytest.mark.parametrize(("fault", "requirement", "verdict"), [
    ("wildcard", "LOGIN-06", Verdict.FAIL),
    ("pages", "HTTP-03", Verdict.WARN),
])  # fmt: skip
def test_what_it_does_wrong_is_found(tmp_path: Path, fault: str, requirement: str, verdict: Verdict) -> None:
    """A wrong password beside a user name that is nobody's is refused by any server, and shows nothing."""
    with serving(**{fault: True}) as server:
        came = judged(tmp_path, server.url, requirement)

    assert came.verdicts()[requirement] is verdict, came.last_lines


def test_a_wrong_client_ends_the_run_at_the_first_login(tmp_path: Path) -> None:
    """It refuses every password, the wrong ones too, and would pass for a server that guards its logins well."""
    with serving() as server:
        came = judged(tmp_path, server.url, "LOGIN-02", file=FILE.replace(BASIC, "bm9ib2R5Om5vdGhpbmc="))

    assert came.code == 1
    assert "preflight: loginUser with valid input is unrecognised" in came.text

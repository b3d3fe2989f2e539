"""A deployed target whose registration is closed is judged with the accounts that its tester has."""

from __future__ import annotations

from pathlib import Path

from contract.results import Verdict
from suites.selftest.reference import PASSWORD, serving
from suites.selftest.whole_run import run

FILE = """\
name     = "closed"
base_url = "{url}/api/v1"
speaks   = "contract"
features = ["login", "profile", "refresh", "logout", "password-change", "jwt"]

[facilities.accounts]
list = [
{accounts}
]
"""
ACCOUNTS = 12


def test_a_target_without_registration_is_judged_with_prepared_accounts(tmp_path: Path) -> None:
    """Most deployments let nobody in uninvited; a tester has a handful of accounts, for this run and the next."""
    with serving() as reference:
        addresses = [reference.register() for _ in range(ACCOUNTS)]
        entries = [f'  {{ email = "{each}", password = "{PASSWORD}" }},' for each in addresses]
        file = tmp_path / "closed.toml"
        file.write_text(FILE.format(url=reference.url, accounts="\n".join(entries)), encoding="utf-8")

        came = run(f"--target={file}", "--requirement=LOGIN-02,SESS-02,LOGIN-09,REG-01", "--seed=1")

        assert all(reference.login(each).status_code == 200 for each in addresses), "the next run can log in too"
    assert came.results is not None and came.code == 0, came.last_lines
    verdicts = came.verdicts()
    assert verdicts["SESS-02"] is Verdict.PASS
    assert verdicts["REG-01"] is Verdict.NOT_APPLICABLE
    assert verdicts["LOGIN-09"] is Verdict.NOT_EXERCISED
    assert "changePassword would change a prepared account for good" in came.text

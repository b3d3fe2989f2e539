"""A deployed target whose registration is closed is judged with the accounts that its tester has."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.results import Verdict
from contract.targets.read import read
from suites.selftest.reference import PASSWORD, Reference, serving
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
ACCOUNTS = 14
JUDGED = "LOGIN-02 SESS-02 DATA-01 DATA-02 LOGIN-09 REG-01".split()


@pytest.mark.parametrize("speaks", ["contract", "own"])
def test_who_does_not_claim_registration_has_none(tmp_path: Path, speaks: str) -> None:
    """A tester whose target is shared must be sure that no check makes an account there."""
    file = tmp_path / "my-api.toml"
    head = f"name = 'my-api'\nbase_url = 'http://127.0.0.1'\nspeaks = '{speaks}'\nfeatures = ['login']\n"
    login = "[operations.loginUser]\nrequest = 'POST /login'\n"
    file.write_text(f"{head}{login}[operations.registerUser]\nrequest = 'POST /users'\n", encoding="utf-8")

    operations = read(file, environ={}).operations

    assert "loginUser" in operations
    assert "registerUser" not in operations


def closed(reference: Reference, folder: Path) -> tuple[Path, list[str]]:
    """Return a target file for *reference* in which nobody can register, and the addresses of its accounts."""
    addresses = [reference.register() for _ in range(ACCOUNTS)]
    entries = [f'  {{ email = "{each}", password = "{PASSWORD}" }},' for each in addresses]
    file = folder / "closed.toml"
    file.write_text(FILE.format(url=reference.url, accounts="\n".join(entries)), encoding="utf-8")
    return file, addresses


def test_a_target_without_registration_is_judged_with_prepared_accounts(tmp_path: Path) -> None:
    """Most deployments let nobody in uninvited; a tester has a handful of accounts, for this run and the next."""
    with serving() as reference:
        file, addresses = closed(reference, tmp_path)

        came = run(f"--target={file}", f"--requirement={','.join(JUDGED)}", "--seed=1")

        assert all(reference.login(each).status_code == 200 for each in addresses), "the next run can log in too"
    assert came.results is not None and came.code == 0, came.last_lines
    verdicts = came.verdicts()
    assert {verdicts[name] for name in ("SESS-02", "DATA-01", "DATA-02")} == {Verdict.PASS}
    assert verdicts["REG-01"] is Verdict.NOT_APPLICABLE
    assert verdicts["LOGIN-09"] is Verdict.NOT_EXERCISED
    assert "changePassword would change a prepared account for good" in came.text


def test_what_a_closed_target_does_wrong_is_found_at_the_login(tmp_path: Path) -> None:
    """Where nobody can register, the login is what shows a token that may be stored, and a hash in its claims."""
    for defect in ("DATA-01", "DATA-02c"):
        with serving(f"--defect={defect}") as reference:
            file, _ = closed(reference, tmp_path)

            came = run(f"--target={file}", "--requirement=DATA-01,DATA-02", "--seed=1")

        assert came.verdicts(Verdict.PASS) == {defect.rstrip("c"): Verdict.FAIL}, came.last_lines

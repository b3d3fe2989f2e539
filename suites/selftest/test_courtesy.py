"""What a run may do to a target that others use: proven by what such a target has seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from contract.answers import Answer, Kind, Request
from contract.catalogue import load
from contract.consent import POLITE_ACCOUNTS
from contract.flows import Outcome
from contract.results import ExitCode, Verdict
from contract.secret import Secret
from contract.session import Session
from suites.rig.api import Api
from suites.rig.courtesy import BREAKS_AFTER, Courtesy
from suites.rig.identities import Account
from suites.rig.launch import TargetGone
from suites.rig.run.select import NO_CONSENT
from suites.selftest.loopback import saying, serving
from suites.selftest.reference import serving as reference
from suites.selftest.whole_run import WholeRun, run

DISRUPTIVE = sorted(row.id for row in load().values() if row.disruptive and not row.pending)
HARMLESS = "SESS-08"
FLOODS = "ABUSE-01"
REQUEST = Request("GET", "http://api.test/me")


def production(folder: Path, base_url: str) -> Path:
    """Write the target file of an API on loopback that says it is production."""
    file = folder / "production.toml"
    file.write_text(f'name = "production"\nbase_url = "{base_url}/api/v1"\nenvironment = "production"\n', "utf-8")
    return file


def seen(folder: Path, *options: str) -> tuple[WholeRun, Counter[int]]:
    """Run against a reference that is production; return the run, and how often its own log says which status."""
    with reference("--login-limit", "3") as server:
        came = run(f"--target={production(folder, server.url)}", "--seed=1", *options, timeout_s=200)
        return came, Counter(line["status"] for line in server.log if "status" in line)


def test_without_consent_nothing_that_locks_fuzzes_races_or_breaks_is_sent(tmp_path: Path) -> None:
    """A conformance run that locks out the customers of a production system is never run a second time."""
    came, statuses = seen(tmp_path, f"--requirement={','.join([*DISRUPTIVE, HARMLESS])}")

    assert came.results is not None, came.text
    assert came.code == ExitCode.GREEN, came.text
    rows = {row.requirement: row for row in came.results.rows}
    assert rows[HARMLESS].verdict is Verdict.PASS
    left_out = [rows[name] for name in DISRUPTIVE if name in rows]
    assert {row.verdict for row in left_out} <= {Verdict.NOT_EXERCISED, Verdict.NOT_APPLICABLE}
    assert sum(NO_CONSENT in why for row in left_out for why in row.why) > len(DISRUPTIVE) / 3
    assert sum(statuses.values()) == came.results.cost.requests
    assert set(statuses) <= {200, 201, 204, 401}, statuses
    assert came.results.cost.failures == 0
    assert "production is production: what locks, races, fuzzes or breaks is left out" in came.text


def test_with_consent_the_log_of_the_same_target_shows_the_flood(tmp_path: Path) -> None:
    """The twin: where it is allowed it is sent, and the log above would have shown it."""
    came, statuses = seen(tmp_path, f"--requirement={FLOODS}", "--consent=127.0.0.1")

    assert came.results is not None, came.text
    assert came.results.cost.failures > 0
    assert statuses[429] + statuses[401] >= 3, statuses


def test_generated_input_needs_consent_too(tmp_path: Path) -> None:
    """Fuzzing somebody's production by accident is the worst kind of accident."""
    with reference() as server:
        file = production(tmp_path, server.url)
        came = run("suites/properties/test_tokens.py", f"--target={file}", "--seed=1", "--time=5s", timeout_s=120)
        sent = len([line for line in server.log if "status" in line])

    assert came.results is not None, came.text
    assert {row.verdict for row in came.results.rows if row.verdict is not Verdict.PASS} == {Verdict.NOT_EXERCISED}
    assert sent == 0, came.text


def test_a_target_that_is_unwell_is_left_alone(tmp_path: Path) -> None:
    """A run that goes on against a server in trouble is part of the trouble."""
    unwell = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    with serving(saying(unwell)) as heard:
        came = run(f"--target={production(tmp_path, heard.url)}", f"--requirement={HARMLESS}", timeout_s=60)

    assert came.code != ExitCode.GREEN, came.text
    assert len(heard.requests) <= BREAKS_AFTER, len(heard.requests)


def test_a_shared_target_is_given_no_more_accounts_than_it_was_promised(tmp_path: Path) -> None:
    """Who was told "at most ten" and finds forty in the user table does not believe the next sentence either."""
    came, statuses = seen(tmp_path, "--requirement=REG-05,REG-07,REG-09")

    assert came.results is not None, came.text
    assert came.results.cost.accounts == statuses[201] <= POLITE_ACCOUNTS
    assert "this shared target was given its 10 accounts" in came.text


def test_checks_that_only_begin_and_end_sessions_share_an_account_there(tmp_path: Path) -> None:
    """Ten accounts for ten rows leave a hundred rows unjudged on the system that matters."""
    rows = ("SESS-01", "SESS-02", "SESS-07", "SESS-08", "SESS-09", "TOK-02", "TOK-13")
    came, statuses = seen(tmp_path, f"--requirement={','.join(rows)}", "--order=random")

    assert came.verdicts() == dict.fromkeys(rows, Verdict.PASS), came.text
    assert statuses[201] == 1


class Lender(Api):
    """Makes accounts of its own, of which those in `closed` cannot log in any more."""

    def __init__(self) -> None:
        self.courtesy = Courtesy(accounts=9, requests=9)
        self.closed: set[str] = set()
        self.fresh: list[Account] = []
        self._visitor = None

    def fresh_account(self, **_: bool) -> Account:
        self.fresh.append(Account(f"ada.{len(self.fresh)}@example.com", Secret("x")))
        return self.fresh[-1]

    def login(self, account: Account, **_: object) -> Outcome:
        kind = Kind.REFUSED_CREDENTIALS if account.email in self.closed else Kind.ACCEPTED
        account.session = Session(access_token=Secret(f"token {id(account)}"))
        return Outcome(kind, account.session, answer(200), ())


def test_each_visitor_has_a_session_of_its_own_and_a_closed_account_is_replaced() -> None:
    """One check that has locked the account by accident must not make all that follow it untestable."""
    api = Lender()
    first, second = api.visitor(), api.visitor()

    assert (first.email, len(api.fresh)) == (second.email, 1)
    assert first is not second and first.session != second.session
    api.closed.add(first.email)
    assert api.visitor().email == api.visitor().email != first.email
    assert len(api.fresh) == 2


def answer(status: int, **headers: str) -> Answer:
    """Return an answer of *status*."""
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(REQUEST, status, fields, fault="" if status else "timed out after 15 s")


def test_failures_in_a_row_end_the_run_and_a_success_between_them_does_not() -> None:
    courtesy = Courtesy(accounts=1, requests=100)
    for status in [503, 0, 500] * 2 + [200] + [500] * (BREAKS_AFTER - 1):
        courtesy.heard(answer(status))

    with pytest.raises(TargetGone) as gone:
        courtesy.heard(answer(0))
    assert str(gone.value) == (
        f"{BREAKS_AFTER} answers in a row were 5xx or none, the last one: timed out after 15 s. The run stops here, "
        "since this target is shared with others"
    )


def test_retry_after_holds_back_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was told to wait was the client, and not the one test that it was told in."""
    slept: list[float] = []
    monkeypatch.setattr("suites.rig.courtesy.time.sleep", slept.append)
    courtesy = Courtesy(accounts=1, requests=100)

    courtesy.heard(answer(503, Retry_After="30"))
    courtesy.before_request()

    assert 29 < slept[0] <= 30
    courtesy.heard(answer(429, Retry_After="900"))
    with pytest.raises(pytest.skip.Exception, match="not exercised: the target asks to be left alone for another"):
        courtesy.before_request()


def test_a_spent_budget_ends_the_sending() -> None:
    courtesy = Courtesy(accounts=1, requests=2)
    courtesy.before_request()
    courtesy.before_request()

    with pytest.raises(pytest.skip.Exception, match="not exercised: this shared target was sent its 2 requests"):
        courtesy.before_request()

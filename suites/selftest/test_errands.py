"""Accounts that take more than a registration: codes by mail, activation, prepared ones, addresses of one's own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from contract.answers import Answer, Kind, Request
from contract.errors import NotTestable
from contract.flows import Flow, Outcome, drive, perform
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Errand, Operation, PreparedAccount, Profile, Step, Target
from contract.words import user_name
from suites.rig.errands import Errands
from suites.rig.identities import Account, People
from suites.rig.one_time_codes import code_at
from suites.rig.prepared import Prepared

ADA = "ada@example.com"
OUTBOX = {"outbox": {"capture": {"code": "x", "uid": "x", "token": "x"}}}
ACTIVATE = Step("POST", "/activate", send={"uid": "/uid", "token": "/token"})
BY_ID = Step("PATCH", "/users/{id}", send={"userId": "path:id"}, fixed={"/active": True}, auth="session")


def target(*steps: Step, **more: Any) -> Target:
    """Return a target whose registration has *steps*; one that takes address and password if none are given."""
    whole = steps or (Step("POST", "/users", send={"email": "/email", "password": "/password"}),)
    return Target(
        "acme",
        "http://acme.example",
        operations={"registerUser": Operation("registerUser", whole)},
        **{"facilities": OUTBOX, **more},
    )


class Server:
    """Answers everything with *status*, and remembers what it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[Request] = []

    def run(self, flow: Flow) -> Outcome:
        return drive(flow, self._send)

    def _send(self, request: Request) -> Answer:
        self.asked.append(request)
        return Answer(request, self.status, (), b"{}")


class Mail:
    """Mails that tell who they are for and how many came before."""

    def __init__(self) -> None:
        self.read: list[tuple[str, int, frozenset[str]]] = []

    def __call__(self, email: str, count: int, words: Collection[str]) -> Mapping[str, Any]:
        self.read.append((email, count, frozenset(words)))
        return {word: f"{word}-{count}" for word in words}


def test_a_new_account_is_activated_by_what_its_mail_tells() -> None:
    """Where nobody follows the link, every login is refused, and nothing else can be judged."""
    server, mail = Server(), Mail()
    errands = Errands(target(activation=Errand("mail", (ACTIVATE,))), mail)

    errands.activate(server.run, " Ada@Example.com ", ANONYMOUS)

    assert mail.read == [(ADA, 1, frozenset({"uid", "token"}))]
    assert [json.loads(each.body) for each in server.asked] == [{"uid": "uid-1", "token": "token-1"}]


def test_the_second_account_at_a_mailbox_is_activated_by_its_second_mail() -> None:
    errands = Errands(target(activation=Errand("mail", (ACTIVATE,))), mail := Mail())

    for _ in range(2):
        errands.activate(Server().run, ADA, ANONYMOUS)

    assert [count for _, count, _ in mail.read] == [1, 2]


def test_where_registrations_are_answered_alike_a_known_address_needs_no_second_mail() -> None:
    """None would come."""
    neutral = Profile(duplicate_registration="neutral")
    errands = Errands(target(activation=Errand("mail", (ACTIVATE,)), profile=neutral), mail := Mail())

    for _ in range(2):
        errands.activate(Server().run, ADA, ANONYMOUS)

    assert len(mail.read) == 1


def test_an_admin_activates_the_account_that_the_registration_named() -> None:
    server = Server()
    admin = Session(access_token=Secret("the admin's token of this test"))
    errands = Errands(target(activation=Errand("admin", (BY_ID,))), admin=lambda: admin)

    errands.activate(server.run, ADA, Session(values={"userId": "7"}))

    (asked,) = server.asked
    assert asked.url == "http://acme.example/users/7"
    assert asked.header("authorization") == "Bearer the admin's token of this test"


def test_an_activation_that_is_refused_is_no_finding_about_the_target() -> None:
    errands = Errands(target(activation=Errand("mail", (ACTIVATE,))), Mail())

    with pytest.raises(NotTestable, match=r"\[registration.activation\] of ada@example.com was invalid-input \(400\)"):
        errands.activate(Server(400).run, ADA, ANONYMOUS)


def test_a_code_of_a_later_step_is_read_from_the_mail_that_the_first_step_sent() -> None:
    """It cannot be known before: the flow asks for it when its step is due."""
    steps = (
        Step("POST", "/signup", send={"email": "/email", "password": "/password"}),
        Step("POST", "/verify", send={"code": "/key"}),
    )
    server, mail = Server(), Mail()
    errands = Errands(target(*steps), mail)

    inputs = errands.completed("registerUser", {"email": ADA, "password": Secret("a password of this test")})
    assert mail.read == []
    server.run(perform(errands.target, "registerUser", **inputs))

    assert mail.read == [(ADA, 1, frozenset({"code"}))]
    assert json.loads(server.asked[-1].body) == {"key": "code-1"}


@pytest.mark.parametrize(("by", "whose"), [("self", "its own"), ("admin", "the admin's")])
def test_an_account_is_removed_by_whom_the_file_says(by: Any, whose: str) -> None:
    step = Step("DELETE", "/users/me", send={"password": "/current_password"}, auth="session")
    errands = Errands(
        target(removal=Errand(by, (step,))), admin=lambda: Session(access_token=Secret("token: the admin's"))
    )
    server = Server(204)

    its_own = Session(access_token=Secret("token: its own"))
    assert errands.remove(server.run, its_own, password=Secret("its password")).kind is Kind.ACCEPTED
    assert server.asked[0].header("authorization") == f"Bearer token: {whose}"


PREPARED = (
    PreparedAccount("one@example.com", Secret("the first one's password")),
    PreparedAccount("", Secret("the second one's password"), username="two"),
    PreparedAccount("three@example.com", Secret("the third one's password"), totp_secret=Secret("GEZDGNBVGY3TQOJQ")),
)


def test_workers_share_prepared_accounts_and_no_two_have_the_same(tmp_path: Path) -> None:
    """A test that signs out, or locks, the account of another one makes that one red."""
    first, second = Prepared(PREPARED, tmp_path / "claims"), Prepared(PREPARED, tmp_path / "claims")

    assert [first.take().email, second.take().email] == ["one@example.com", "two"]
    assert first.take(second_factor=True).otp == PREPARED[2].totp_secret
    with pytest.raises(pytest.skip.Exception, match="needs one more prepared account without a second factor"):
        second.take()


def test_a_prepared_account_logs_in_by_the_name_it_has(tmp_path: Path) -> None:
    account = PreparedAccount("one@example.com", Secret("the password of number one"), username="number-one")
    closed = target(features=frozenset({"login"}))
    errands = Errands(closed, prepared=Prepared((account,), tmp_path))

    assert errands.completed("loginUser", {"email": "one@example.com"})["username"] == "number-one"
    assert "username" not in errands.completed("loginUser", {"email": "nobody@example.com"})


@pytest.mark.parametrize(
    ("email", "name"),
    [("one@example.com", "number-one"), ("number.two", "number.two"), ("three@example.com", "three_example_com")],
    ids=["address and name", "name alone", "address alone"],
)
def test_whoever_says_a_user_name_says_that_of_the_account(tmp_path: Path, email: str, name: str) -> None:
    """Beside a name that is nobody's, a wrong password is refused whatever the target does with it."""
    accounts = (
        PreparedAccount("one@example.com", Secret("the password of number one"), username="number-one"),
        PreparedAccount("", Secret("the password of number two"), username="number.two"),
        PreparedAccount("three@example.com", Secret("the password of number three")),
    )
    errands = Errands(target(features=frozenset({"login"})), prepared=Prepared(accounts, tmp_path))

    assert errands.user_name(email) == name
    assert Errands(target()).user_name(email) == user_name(target(), email)


def test_what_would_change_a_prepared_account_for_good_is_not_done(tmp_path: Path) -> None:
    """The next run logs in with the password that the target file says."""
    errands = Errands(target(features=frozenset({"login"})), prepared=Prepared(PREPARED, tmp_path))

    with pytest.raises(pytest.skip.Exception, match="changePassword would change a prepared account for good"):
        errands.completed("changePassword", {})


def test_closed_registration_without_accounts_is_said() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"registration is closed here: needs \[facilities.accounts\]"):
        Errands(target(features=frozenset({"login"}))).prepared_account()


def test_addresses_are_as_the_target_file_says() -> None:
    people = People(1, "run", "gw0", pattern="qa+{id}@mail.acme.example")

    addresses = [people.email(), people.stranger()]

    assert all(each.startswith("qa+") and each.endswith(".gw0-run@mail.acme.example") for each in addresses)
    assert len(set(addresses)) == 2


@pytest.mark.parametrize(
    ("secret", "profile", "at_s", "code"),
    [
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Profile(code_digits=8), 59, "94287082"),
        ("gezd gnbv gy3t qojq gezd gnbv gy3t qojq", Profile(code_digits=8), 1111111109, "07081804"),
        (
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
            Profile(code_digits=8, code_algorithm="SHA256"),
            59,
            "46119246",
        ),
        ("GEZDGNBVGY", Profile(), 59, "340335"),
    ],
    ids=["SHA1", "written in groups", "SHA256", "short"],
)
def test_codes_are_those_of_the_standard(secret: str, profile: Profile, at_s: int, code: str) -> None:
    """RFC 6238 appendix B; and a secret that is too short still has codes: MFA-10 alone is about its length."""
    assert code_at(Secret(secret), profile, at_s) == code


def test_without_a_window_the_next_code_is_given_when_it_is_due() -> None:
    """A target that accepts the current step alone would refuse the next one's code, and seem to refuse right codes."""
    account = Account(ADA, Secret("a password of this test"), otp=Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"))
    profile = Profile(code_step_s=1, code_window_steps=0)

    first, second = (account.unused_code(profile, 1000.9) for _ in range(2))

    assert first.reveal() == code_at(account.otp or Secret(""), profile, 1000)
    assert second.reveal() == code_at(account.otp or Secret(""), profile, 1001)

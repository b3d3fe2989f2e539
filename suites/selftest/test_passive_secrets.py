"""Secrets of the run are looked for in every answer as it is recorded (DATA-02)."""

from __future__ import annotations

from contract.answers import Answer, Request
from contract.secret import Secret
from contract.targets.model import Profile, Target
from suites.rig.identities import People
from suites.rig.outbox import RESET_TOKEN
from suites.rig.passive import PassiveJudge

TARGET = Target("small", "https://api.example")


def found(people: People, body: str, *, path: str = "/me", status: int = 200) -> list[str]:
    """Return what DATA-02 has to say about an answer of *status* with *body* to a GET of *path*."""
    judge = PassiveJudge(TARGET, frozenset({"DATA-02"}), people.canaries)
    answer = Answer(Request("GET", f"https://api.example{path}"), status, body=body.encode())
    return [violation.actual for requirement, violation in judge.violations(answer) if requirement == "DATA-02"]


def test_a_password_made_up_after_the_judge_is_looked_for_too() -> None:
    people = People(1, "run", "main")
    judge = PassiveJudge(TARGET, frozenset({"DATA-02"}), people.canaries)
    password = people.password(Profile()).reveal()

    answer = Answer(Request("GET", "https://api.example/me"), 200, body=password.encode())

    assert [violation.actual for _, violation in judge.violations(answer)] == ["a password in the body"]


def test_what_is_never_to_be_shown_is_found_and_named() -> None:
    people = People(1, "run", "main")
    people.never_shown(Secret("JBSWY3DPEHPK3PXPJBSWY3DP"), "a confirmed MFA secret")

    assert found(people, '{"uri": "otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DP"}') == [
        "a confirmed MFA secret in the body"
    ]
    assert found(people, '{"uri": "otpauth://totp/a"}') == []


def test_a_short_secret_is_not_looked_for() -> None:
    people = People(1, "run", "main")
    people.never_shown(Secret("123456"), "a reset token")

    assert found(people, '{"requestId": "9-123456-7"}') == []


def test_a_redirect_may_carry_on_the_reset_token_of_its_own_address() -> None:
    """So a mailed link reaches its page; whoever follows it has the token. Nobody else is to see it, nor a password."""
    people = People(1, "run", "main")
    people.never_shown(Secret("WyJhIl0.awkK/8w.b0hC6qi5nM17"), RESET_TOKEN)
    people.never_shown(Secret("correct horse 77 A!"), "a password")
    link, page = "/reset/WyJhIl0.awkK%2F8w.b0hC6qi5nM17", "see /new?token=WyJhIl0.awkK/8w.b0hC6qi5nM17"

    assert found(people, page, path=link, status=302) == []
    assert found(people, page, path=link) == found(people, page, status=302) == ["a reset token in the body"]
    assert found(people, "correct horse 77 A!", path="/a?p=correct%20horse%2077%20A!", status=302) == [
        "a password in the body"
    ]


def test_a_hash_is_found_by_its_shape() -> None:
    assert found(People(1, "run", "main"), '{"p": "$argon2id$v=19$m=19456"}') == ["the hash of a password in the body"]

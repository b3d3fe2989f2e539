"""Secrets of the run are looked for in every answer as it is recorded (DATA-02)."""

from __future__ import annotations

from contract.answers import Answer, Request
from contract.secret import Secret
from contract.targets.model import Profile, Target
from suites.rig.identities import People
from suites.rig.passive import PassiveJudge

TARGET = Target("small", "https://api.example")


def found(people: People, body: str) -> list[str]:
    """Return what DATA-02 has to say about an answer with *body*."""
    judge = PassiveJudge(TARGET, frozenset({"DATA-02"}), people.canaries)
    answer = Answer(Request("GET", "https://api.example/me"), 200, body=body.encode())
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


def test_a_hash_is_found_by_its_shape() -> None:
    assert found(People(1, "run", "main"), '{"p": "$argon2id$v=19$m=19456"}') == ["the hash of a password in the body"]

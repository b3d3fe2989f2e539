"""Which words of an operation are members of a JSON body, by the target's own names."""

from __future__ import annotations

from contract.targets.model import Operation, Step, Target
from suites.rig.members import json_members


def members_of(step: Step) -> dict[str, str]:
    """Return the JSON members of an operation that is *step*."""
    target = Target("small", "https://api.example", operations={"loginUser": Operation("loginUser", (step,))})
    return json_members(target, "loginUser")


def test_members_have_the_names_that_the_target_gives_them() -> None:
    sent = {"email": "/user/login", "password": ("/secret", "/again"), "token": "header:X-Token", "code": "query:code"}

    assert members_of(Step("POST", "/login", "json", send=sent)) == {"email": "login", "password": "secret"}


def test_a_form_and_an_operation_that_the_target_lacks_have_none() -> None:
    assert members_of(Step("POST", "/login", "form", send={"email": "/login"})) == {}
    assert json_members(Target("small", "https://api.example"), "loginUser") == {}

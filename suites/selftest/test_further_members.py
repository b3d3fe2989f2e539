"""What a registration says beside its inputs: members that a target wants, and what a check tries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contract.errors import BindingError
from contract.flows import perform
from contract.recorded import run_recorded
from contract.secret import Secret
from contract.targets.model import Step
from suites.selftest.small_targets import says, speaking

EMAIL, PASSWORD = "Ada.L@example.com", Secret("correct horse")


def test_a_registration_is_given_the_further_members_that_it_wants() -> None:
    step = Step("POST", "/users", send={"email": "/mail", "password": "/pass"})
    extra = {"/first": "faker:first_name", "/born": "faker:date_of_birth", "/terms": True}
    target = speaking(step, operation="registerUser", register_extra=extra)
    one, same, other = (
        json.loads(next(perform(target, "registerUser", email=email, password=PASSWORD)).body)
        for email in ("a@example.com", "a@example.com", "b@example.com")
    )

    assert one == same != other
    assert (one["terms"], len(one["born"])) == (True, 10)


def test_a_provider_that_faker_lacks_is_named() -> None:
    step = Step("POST", "/users", send={"email": "/mail", "password": "/pass"})
    target = speaking(step, operation="registerUser", register_extra={"/x": "faker:nonsense"})
    with pytest.raises(BindingError) as caught:
        next(perform(target, "registerUser", email=EMAIL, password=PASSWORD))
    assert (
        str(caught.value) == "acme: [registration] extra '/x': Faker has no provider 'nonsense' that needs no argument."
    )


def test_the_request_with_the_inputs_is_varied_though_a_step_follows() -> None:
    """What a registration must not set is tried where it says what it sets, not where it consents."""
    target = speaking(
        Step("POST", "/users", send={"email": "/mail", "password": "/pass"}, capture={"ticket": "/id"}),
        Step("POST", "/terms", send={"ticket": "/id"}),
        operation="registerUser",
    )
    told: dict[str, Any] = {
        "mutate": lambda request: replace(request, headers=(("X-Odd", "yes"),)),
        "extra": {"/role": "admin"},
    }
    flow = perform(target, "registerUser", email=EMAIL, password=PASSWORD, **told)
    outcome = run_recorded(flow, [says("POST /users", 200, {"id": "t"}), says("POST /terms", 204)])

    assert [json.loads(answer.request.body) for answer in outcome.answers] == [
        {"mail": EMAIL, "pass": "correct horse", "role": "admin"},
        {"id": "t"},
    ]
    assert [answer.request.header("x-odd") for answer in outcome.answers] == ["yes", None]

"""The words of judging: what counts as a refusal, and what does not."""

from __future__ import annotations

import pytest

from contract.answers import Answer, Kind, Request
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.session import ANONYMOUS
from suites.rig.judging import Advice, hung_up, never, refused_as, survived

ASKED = Request("GET", "https://api.example/me", operation="getCurrentUser")


def outcome(kind: Kind, status: int, fault: str = "") -> Outcome:
    """Return what one answer of *kind* came to."""
    answer = Answer(ASKED, status, fault=fault)
    return Outcome(kind, ANONYMOUS, answer, (answer,))


REFUSED = outcome(Kind.REFUSED_TOKEN, 401)
HUNG_UP = outcome(Kind.NO_ANSWER, 0, "connection reset by peer")
SILENT = outcome(Kind.NO_ANSWER, 0, "timed out after 15 s")


@pytest.mark.parametrize("each", [outcome(Kind.ACCEPTED, 200), outcome(Kind.UNRECOGNISED, 500), HUNG_UP, SILENT])
def test_success_a_server_error_and_silence_are_no_refusal(each: Outcome) -> None:
    for judged in (lambda: never(each), lambda: refused_as(Kind.REFUSED_TOKEN, each)):
        with pytest.raises(ContractViolation) as found:
            judged()
        assert not isinstance(found.value, Advice)
        assert found.value.expected == "a refusal, neither accepted nor challenged nor a server error"


def test_another_refusal_is_a_warning() -> None:
    assert never(REFUSED) is REFUSED
    assert refused_as(Kind.REFUSED_TOKEN, REFUSED) is REFUSED
    with pytest.raises(Advice, match="getCurrentUser with a list as kid is refused as invalid-input"):
        refused_as(Kind.REFUSED_TOKEN, outcome(Kind.INVALID_INPUT, 422), because="a list as kid")


def test_what_is_over_long_may_stay_unread_but_not_unanswered_for_ever() -> None:
    too_large = outcome(Kind.UNRECOGNISED, 431)

    assert refused_as(Kind.REFUSED_TOKEN, too_large, over_long=True) is too_large
    assert refused_as(Kind.REFUSED_TOKEN, HUNG_UP, over_long=True) is HUNG_UP
    with pytest.raises(ContractViolation):
        refused_as(Kind.REFUSED_TOKEN, SILENT, over_long=True)


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        ("connection closed without an answer", True),
        ("connection lost: Connection reset by peer", True),
        ("broken pipe", True),
        ("connection refused", False),
        ("no connection within 15 s", False),
        ("timed out after 15 s", False),
        ("TLS: wrong version number", False),
    ],
)
def test_hanging_up_is_told_from_other_faults(fault: str, ended: bool) -> None:
    assert hung_up(Answer(ASKED, 0, fault=fault)) is ended


@pytest.mark.parametrize("each", [outcome(Kind.UNRECOGNISED, 500), HUNG_UP, SILENT])
def test_a_server_error_and_silence_are_not_survived(each: Outcome) -> None:
    with pytest.raises(ContractViolation, match="getCurrentUser with NUL in the name is") as found:
        survived(each, because="NUL in the name")
    assert found.value.expected == "an answer that is no server error"


@pytest.mark.parametrize("each", [REFUSED, outcome(Kind.ACCEPTED, 200)])
def test_a_refusal_and_a_success_are_survived(each: Outcome) -> None:
    assert survived(each) is each

"""Generated tests: what feeds them, what they find alone, and that their steps can be taken again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.answers import Answer, Request
from contract.errors import BindingError, ContractViolation, NotTestable
from contract.results import Verdict
from suites.properties.exploring import Explorer
from suites.properties.machines.machine import Choice, Machine, step
from suites.properties.replay import read
from suites.properties.strategies.emails import respellings
from suites.properties.strategies.fields import origins_near, other_media_types
from suites.properties.strategies.json_edits import is_one_object, no_texts
from suites.properties.strategies.passwords import composed
from suites.properties.strategies.texts import log_uniform
from suites.properties.strategies.tokens import token_texts
from suites.rig.judging import Advice
from suites.selftest.whole_run import ROOT, run

PLENTY_S = 60.0
QUICKLY = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def explorer(folder: Path, *, seed: int = 1, budget_s: float = PLENTY_S, shrink: bool = False) -> Explorer:
    return Explorer("SESS-02", "test_it", seed=seed, budget_s=budget_s, shrink=shrink, stories=folder)


def broken(text: str = "no") -> ContractViolation:
    answer = Answer(Request("GET", "http://127.0.0.1/"), 200)
    return ContractViolation(text, expected="a", actual="b", answer=answer)


def test_a_seed_gives_the_same_cases_again_and_another_seed_others(tmp_path: Path) -> None:
    seen: dict[int, list[str]] = {}
    for number, seed in enumerate((7, 7, 8)):
        cases = seen.setdefault(number, [])
        explorer(tmp_path, seed=seed).cases(st.text(), cases.append, most=40)

    assert len(seen[0]) >= 30
    assert seen[0] == seen[1] != seen[2]


def test_a_run_that_is_cut_short_is_not_exercised_and_never_green(tmp_path: Path) -> None:
    """A test that had no time has found nothing out."""
    with pytest.raises(
        pytest.skip.Exception, match=r"^not exercised: time: [0-9]+ of at least 12 generated cases in 0 s"
    ):
        explorer(tmp_path, budget_s=0.0).cases(st.text(), lambda _: None)


def test_a_case_that_breaks_something_is_sent_once_and_tells_its_story(tmp_path: Path) -> None:
    sent: list[int] = []

    def judge(number: int) -> None:
        sent.append(number)
        if number > 100:
            raise broken()

    with pytest.raises(ContractViolation) as raised:
        explorer(tmp_path).cases(st.integers(0, 1000), judge)

    assert [number for number in sent if number > 100] == sent[-1:]
    assert raised.value.story == (str(sent[-1]),)
    assert re.fullmatch(rf"pytest suites/properties --replay={re.escape(str(tmp_path))}/SESS-02-[0-9a-f]{{8}}\.json",
                        raised.value.again)  # fmt: skip


def test_advice_waits_for_a_failure_that_may_follow(tmp_path: Path) -> None:
    def judge(number: int) -> None:
        if number > 900:
            raise broken("worse")
        if number > 100:
            raise Advice("bad", expected="a", actual="b")

    with pytest.raises(ContractViolation, match="worse"):
        explorer(tmp_path).cases(st.integers(0, 1000), judge)
    with pytest.raises(Advice, match="bad"):
        explorer(tmp_path).cases(st.integers(0, 899), judge)


def test_a_fault_that_is_not_the_targets_is_reported_as_it_is(tmp_path: Path) -> None:
    def judge(_: int) -> None:
        raise NotTestable("the control was refused")

    with pytest.raises(NotTestable, match="the control was refused"):
        explorer(tmp_path).cases(st.integers(), judge)
    with pytest.raises(ZeroDivisionError):
        explorer(tmp_path).cases(st.integers(), lambda number: number / 0 and None)


class Counter(Machine):
    """A count that must stay below three."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self.count = 0

    @step(weight=2)
    def up(self, _: Choice) -> None:
        self.tell(f"up to {self.count + 1}")
        self.count += 1
        if self.count == 3:
            raise broken("three")

    @step(when=lambda self: self.count)
    def down(self, choice: Choice) -> None:
        self.tell(f"down {choice.of(['slowly', 'fast'])}")
        self.count -= 1


def test_a_history_is_told_and_taken_again_from_its_file(tmp_path: Path) -> None:
    with pytest.raises(ContractViolation, match="three") as raised:
        explorer(tmp_path).histories(Counter)
    (file,) = tmp_path.glob("*.json")

    again = Explorer("SESS-02", "test_it", seed=99, budget_s=0.0, shrink=False, stories=tmp_path, replay=read(file))
    with pytest.raises(ContractViolation, match="three") as repeated:
        again.histories(Counter)

    assert raised.value.story[-1] == "up to 3"
    assert repeated.value.story == raised.value.story == tuple(json.loads(file.read_text())["story"])


def test_a_history_is_made_small_where_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ContractViolation) as raised:
        explorer(tmp_path, shrink=True).histories(Counter)

    assert raised.value.story == ("up to 1", "up to 2", "up to 3")


def test_a_file_of_stored_steps_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    told = f"--replay: {file} holds no stored steps. Give a file of reports/out/RUN/stories/."
    for text in ("", "[]", '{"test": 1}'):
        file.write_text(text)
        with pytest.raises(BindingError) as refused:
            read(file)
        assert refused.value.problems == (told,)
    file.write_text('{"test": "t", "hypothesis": "1.0", "choices": "AA=="}')
    with pytest.raises(BindingError, match=r"was written by Hypothesis 1\.0, and this is .*: install that one"):
        read(file)


@QUICKLY
@given(token_texts("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"))
def test_no_generated_token_is_the_token_itself(text: str) -> None:
    assert text != "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"


@QUICKLY
@given(respellings(), origins_near("https://app.example.com"), other_media_types(), no_texts(), composed())
def test_what_is_generated_is_other_than_what_it_resembles(respell, origin, media_type, value, text) -> None:
    assert respell("Ada.1@example.com") != "Ada.1@example.com"
    assert origin.lower() != "https://app.example.com"
    assert not re.match(r"application/([a-z.]+\+)?json\b", media_type.lower())
    assert not isinstance(value, str)
    assert text.isprintable()


@QUICKLY
@given(log_uniform(1, 4_000_000))
def test_sizes_stay_within_their_bounds(size: int) -> None:
    assert 1 <= size <= 4_000_000


@pytest.mark.parametrize(
    ("body", "whole"),
    [(b'{"a": 1}', True), (b"[1]", False), (b'{"a": NaN}', False), (b'{"a": 1', False), (b'{"a": "\xff"}', False)],
)
def test_what_is_one_json_object_is_known(body: bytes, whole: bool) -> None:
    assert is_one_object(body) is whole


@pytest.mark.parametrize("defect", ["SESS-07", "LOGIN-06", "TOK-07", "ABUSE-06"])
def test_a_planted_defect_is_found_by_generation_alone(defect: str) -> None:
    """Each with the row's own generated tests: a machine, a grammar, a mutation, and a machine that moves the clock."""
    came = run("suites/properties", f"--defect={defect}", f"--requirement={defect}", "--seed=1", "--time=40s")

    assert came.verdicts() == {defect: Verdict.FAIL}, came.text


def test_stored_steps_are_taken_again_by_the_printed_command() -> None:
    """Against the sound reference, and not the broken one, the same steps lead nowhere."""
    found = run("suites/properties", "--defect=SESS-07", "--requirement=SESS-07", "--seed=2", "--time=40s")
    (again,) = {word for word in found.text.split() if word.startswith("--replay=")}

    assert run("suites/properties", again, "--defect=SESS-07").verdicts()["SESS-07"] is Verdict.FAIL
    assert run("suites/properties", again).verdicts()["SESS-07"] is Verdict.PASS
    assert (ROOT / again.partition("=")[2]).exists()

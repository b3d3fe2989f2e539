"""Results of runs that were killed, and of files that were damaged."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contract.results import Recorder, Verdict, load, load_events, save
from suites.selftest.small_run import WRONG, row, write_run

ROOT = Path(__file__).parents[2]


def test_a_run_without_an_end_is_not_complete(tmp_path: Path) -> None:
    write_run(tmp_path, end=False)

    results = load(tmp_path)

    assert (results.complete, results.exit_code, results.finished) == (False, None, "")
    assert row(results, "LOGIN-02").verdict == Verdict.FAIL


def test_a_run_killed_while_it_writes_is_readable(tmp_path: Path) -> None:
    """Each event is on disk once its call has returned, whatever happens to the process."""
    program = """
import sys
from pathlib import Path
from contract.results import Judgement, Recorder, Verdict
recorder = Recorder(Path(sys.argv[1]), "gw0")
for n in range(10**6):
    recorder.judgement(Judgement("LOGIN-02", Verdict.PASS, test=str(n), message="x" * 5000))
    if n % 50 == 0:
        print(n, flush=True)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        said = [int(process.stdout.readline()) for _ in range(4)]
        process.send_signal(signal.SIGKILL)

    results = load(tmp_path)

    assert row(results, "LOGIN-02").verdicts[Verdict.PASS] > said[-1]
    assert results.notes == ()
    assert not results.complete


def torn(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    last = lines[-1]
    return [*lines[:-1], last[: rng.randrange(1, len(last) - 1)]]


def flipped(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    at = rng.randrange(len(lines))
    line = bytearray(lines[at])
    line[rng.randrange(len(line) - 1)] ^= 1 << rng.randrange(8)
    return [*lines[:at], bytes(line), *lines[at + 1 :]]


def zeroed(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    at = rng.randrange(len(lines))
    return [*lines[:at], bytes(len(lines[at])), *lines[at + 1 :]]


def noisy(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    return [*lines, rng.randbytes(3000), b"\n"]


def strange(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    others = [b"null", b"[1]", b'{"event": 3}', b'{"event": "judgement"}', b"[" * 50_000, b"9" * 5000, b"1e999", b"NaN"]
    rng.shuffle(others)
    return [*lines, *(each + b"\n" for each in others)]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("damage", [torn, flipped, zeroed, noisy, strange], ids=lambda each: each.__name__)
def test_a_damaged_file_costs_its_damaged_lines_only(
    tmp_path: Path, damage: Callable[[random.Random, list[bytes]], list[bytes]], seed: int
) -> None:
    write_run(tmp_path)
    whole = load(tmp_path)
    file = tmp_path / "worker-gw0.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    damaged = damage(random.Random(seed), lines)
    file.write_bytes(b"".join(damaged))

    results = load(tmp_path)

    assert row(results, "TOK-01") == row(whole, "TOK-01")
    assert row(results, "LOGIN-02").verdicts[Verdict.PASS] == 1
    assert len(results.notes) <= sum(each.count(b"\n") for each in damaged)
    assert all(re.fullmatch(r"worker-gw0\.jsonl, line \d+: left out: [^\n]+", note) for note in results.notes)
    assert bool(results.notes) or damage in (torn, flipped) or damaged[-1].strip(b"\0") == b""
    assert load(save(results, tmp_path)) == results


def test_a_torn_last_line_is_no_cause_for_a_note(tmp_path: Path) -> None:
    write_run(tmp_path)
    file = tmp_path / "worker-gw1.jsonl"
    file.write_bytes(file.read_bytes()[:-20])

    assert load(tmp_path).notes == ()


def test_a_worker_that_goes_on_after_a_kill_starts_a_new_line(tmp_path: Path) -> None:
    write_run(tmp_path)
    file = tmp_path / "worker-gw1.jsonl"
    file.write_bytes(file.read_bytes()[:-20])

    with Recorder(tmp_path, "gw1") as recorder:
        recorder.judgement(replace(WRONG, test="t3"))

    results = load(tmp_path)
    assert row(results, "LOGIN-02").verdicts == {Verdict.FAIL: 2, Verdict.PASS: 1}
    assert results.notes == ("worker-gw1.jsonl, line 5: left out: is not JSON",)


def test_a_run_whose_first_file_is_lost_keeps_its_verdicts(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "run.jsonl").unlink()

    results = load(tmp_path)

    assert (results.run.id, results.complete) == ("unknown", False)
    assert row(results, "LOGIN-02").verdict == Verdict.FAIL


def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract.results.stored.LINE_LIMIT_BYTES", 4096)
    write_run(tmp_path)
    with (tmp_path / "worker-gw0.jsonl").open("ab") as stream:
        stream.write(b"x" * 50_000 + b"\n")
    with Recorder(tmp_path, "gw0") as recorder:
        recorder.judgement(replace(WRONG, test="t3"))

    results = load_events(tmp_path)

    assert results.notes == ("worker-gw0.jsonl, line 6: left out: is not JSON",)
    assert row(results, "LOGIN-02").verdicts[Verdict.FAIL] == 2


def test_an_event_that_breaks_the_schema_is_refused_when_it_is_written(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder, pytest.raises(ValueError, match=r"^judgement event: /duration_s: "):
        recorder.judgement(replace(WRONG, duration_s=-1.0))

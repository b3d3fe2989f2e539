"""Writing a run's events as they happen, so that a killed run leaves what it knew."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contract.masking import mask_text
from contract.results.events import Cost, Fault, Judgement, Relevant, Run
from contract.results.schema import event_problem

PROSE = ("message", "expected", "actual", "text")


class Recorder:
    """
    The open file of one process: `worker-NAME.jsonl` of a worker, `run.jsonl` of the controller (*worker* is "").

    One line is one event and one write to the end of the file, so that threads, and a kill between two of them, tear
    none apart. Messages and stories are masked once more before they are written; exchanges are masked by whoever gives
    them.
    """

    def __init__(self, folder: Path, worker: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.worker = worker
        path = folder / (f"worker-{worker}.jsonl" if worker else "run.jsonl")
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":  # torn by the kill of an earlier process
            os.write(self._file, b"\n")

    def run(self, run: Run) -> None:
        """Say what is run; the first event of a run."""
        self._write("run", asdict(run) | {"argv": [mask_text(each) for each in run.argv]})

    def plan(self, requirement: str, level: str, cost: Cost) -> None:
        """Say that *requirement* is to be judged, and what that will take. Without a later verdict: not reached."""
        self._write("plan", {"requirement": requirement, "level": level, **asdict(cost)})

    def judgement(self, judgement: Judgement) -> None:
        """Record what a test, or an answer that breaks a passive requirement, came to."""
        story = [mask_text(step) for step in judgement.story]
        self._write("judgement", judgement.to_json() | {"worker": self.worker, "story": story})

    def passive(self, requirement: str, level: str, relevant: Sequence[Relevant]) -> None:
        """Record all answers of this worker, so far, that the passive *requirement* was judged on; none, too."""
        members = {"requirement": requirement, "level": level, "relevant": [asdict(each) for each in relevant]}
        self._write("passive", members | {"worker": self.worker})

    def cost(self, cost: Cost) -> None:
        """Record all that this worker has sent so far."""
        self._write("cost", asdict(cost) | {"worker": self.worker})

    def note(self, text: str) -> None:
        """Record something that a reader of the results should know."""
        self._write("note", {"text": text, "worker": self.worker})

    def fault(self, fault: Fault) -> None:
        """Record an error of the harness: exit code 3."""
        self._write("fault", asdict(fault) | {"worker": self.worker})

    def unreachable(self, message: str) -> None:
        """Record that the target cannot be reached or brought back: exit code 6."""
        self._write("unreachable", {"message": message, "worker": self.worker})

    def end(self, exit_code: int, finished: str) -> None:
        """Record the end, *finished* in RFC 3339: results without it are those of a run that was cut short."""
        self._write("end", {"exit_code": int(exit_code), "finished": finished})

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, event: str, members: dict[str, Any]) -> None:
        document = {"event": event, **members}
        document |= {name: mask_text(document[name]) for name in PROSE if name in document}
        problem = event_problem(document)
        if problem:
            raise ValueError(f"{event} event: {problem}")
        line = json.dumps(document, allow_nan=False).encode() + b"\n"
        if os.write(self._file, line) < len(line):
            raise OSError("the results cannot be written in full: the disk is full")

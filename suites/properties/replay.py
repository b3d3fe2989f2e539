"""The steps that led to a failure, stored so that they can be taken again, against another URL too."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis.core import encode_failure

from contract.errors import BindingError, ContractViolation
from contract.masking import mask_text


@dataclass(frozen=True, slots=True)
class Steps:
    """Which test took them, and Hypothesis' record of every choice, readable by that version of it."""

    test: str
    version: str
    choices: bytes


def encoded(choices: Iterable[Any]) -> bytes:
    """Return the choices of a case as `hypothesis.reproduce_failure` takes them."""
    return encode_failure(choices)


def store(folder: Path, row: str, test: str, choices: bytes, violation: ContractViolation) -> None:
    """Write down the choices that led *test* to *violation*, and tell it the command that takes them again."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{row}-{zlib.crc32(test.encode()):08x}.json"
    document = {
        "test": test,
        "hypothesis": hypothesis.__version__,
        "choices": choices.decode("ascii"),
        "story": [mask_text(each) for each in violation.story],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    violation.again = f"pytest suites/properties --replay={path}"


def read(path: Path) -> Steps:
    """
    Return the steps that `store` wrote to the file at *path*.

    Raises:
        BindingError: it is no such file, or another version of Hypothesis wrote it.
    """
    try:
        said = json.loads(path.read_text("utf-8"))
        steps = Steps(str(said["test"]), str(said["hypothesis"]), said["choices"].encode("ascii"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BindingError(
            f"--replay: {path} holds no stored steps. Give a file of reports/out/RUN/stories/."
        ) from None
    if steps.version != hypothesis.__version__:
        raise BindingError(
            f"--replay: {path} was written by Hypothesis {steps.version}, and this is {hypothesis.__version__}: "
            "install that one, or run the test again with that run's --seed."
        )
    return steps

"""A copy of the reference that stands in its place for every process that is started with its environment."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suites.selftest.whole_run import ROOT

CONTRACT = Path("contract") / "openapi.yaml"  # what the reference reads, beside itself


@contextmanager
def copied() -> Iterator[Path]:
    """
    Yield a folder with a copy of `reference_impl` and of the contract that it reads; it is gone afterwards.

    What is compiled of it is copied too, and stays in force for the files that are not changed.
    """
    with tempfile.TemporaryDirectory(prefix="authproof-copy-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copytree(ROOT / "reference_impl", folder / "reference_impl")
        (folder / CONTRACT).parent.mkdir()
        shutil.copy(ROOT / CONTRACT, folder / CONTRACT)
        yield folder


def environment(folder: Path) -> dict[str, str]:
    """Return our environment, in which `python -m reference_impl` is the copy in *folder*."""
    return {**os.environ, "PYTHONPATH": str(folder)}

"""
A plugin of pytest that writes down every secret of a run's processes, for the test that then looks for them.

It writes after each test, so that a run which is killed has told too.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from contract.secret import Secret

WHERE = "AUTHPROOF_SELFTEST_SECRETS"
LONG = 16  # characters; shorter ones stand in texts by chance


def pytest_runtest_logfinish() -> None:
    """Tell what is known so far."""
    tell()


def pytest_unconfigure() -> None:
    """Tell what was known at the end."""
    tell()


def tell() -> None:
    """Write the secrets into this process' file in the folder that the environment names."""
    folder = Path(os.environ[WHERE])
    known = sorted({str(each) for each in Secret.known() if len(each) >= LONG}, key=len)
    draft = folder / f".{os.getpid()}"
    draft.write_text(json.dumps(known), "utf-8")
    draft.replace(folder / f"{os.getpid()}.json")


def told(folder: Path) -> list[str]:
    """Return every secret that any process of the run has told, the shortest first."""
    known = {each for path in folder.glob("*.json") for each in json.loads(path.read_text("utf-8"))}
    return sorted(known, key=len)

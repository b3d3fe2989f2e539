"""A plugin of pytest that writes down every secret of a run's process, for the test that then looks for them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from contract.secret import Secret

WHERE = "AUTHPROOF_SELFTEST_SECRETS"
LONG = 16  # characters; shorter ones stand in texts by chance


def pytest_unconfigure() -> None:
    """Write the secrets into the file that the environment names."""
    known = sorted({str(each) for each in Secret.known() if len(each) >= LONG}, key=len)
    Path(os.environ[WHERE]).write_text(json.dumps(known), "utf-8")

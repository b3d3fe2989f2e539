"""The README's section on 503: its commands run as they stand, and the run shows what the section says."""

from __future__ import annotations

import re
from pathlib import Path

from suites.rig.processes import free_port
from suites.selftest.readme_blocks import pasted, script_of

HEADING = "## Testing 503 on your staging\n"
CELL = re.compile(r"^database +down +(\w+) +503 +\d+\.\d\d s", re.MULTILINE)


def test_a_newcomer_sees_503_and_a_recovery_on_a_server_in_another_process(tmp_path: Path) -> None:
    """Who tries it before staging must not have to find out what was left out."""
    port = free_port()

    came = pasted(
        script_of(HEADING, {"--port 8080": f"--port {port}", "127.0.0.1:8080": f"127.0.0.1:{port}"}), tmp_path
    )

    assert came.code == 0, came.printed + came.complaints
    assert "dependency  fault" in came.printed
    assert {"loginUser", "registerUser", "refreshToken", "getCurrentUser", "getReadiness"} <= set(
        CELL.findall(came.printed)
    )
    assert "green: nothing that binds this target is broken" in came.printed

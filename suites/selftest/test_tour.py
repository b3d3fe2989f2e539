"""The guided tour in the README runs as it stands, and each of its calls is answered as its comment says."""

from __future__ import annotations

import re
from pathlib import Path

from suites.rig.processes import free_port
from suites.selftest.readme_blocks import pasted, script_of

HEADING = "## A guided tour of the reference\n"
COMMENT = re.compile(r"#((?: \d{3})+)$", re.MULTILINE)
STATUS = re.compile(r"^ -> (\d{3})$", re.MULTILINE)


def test_every_call_of_the_tour_is_answered_as_its_comment_says(tmp_path: Path) -> None:
    port = free_port()
    places = {
        "127.0.0.1:2525": f"127.0.0.1:{free_port()}",
        "--port 8080": f"--port {port}",
        "127.0.0.1:8080": f"127.0.0.1:{port}",
    }
    script = script_of(HEADING, places)
    expected = [status for comment in COMMENT.findall(script) for status in comment.split()]

    came = pasted(script, tmp_path)

    assert (STATUS.findall(came.complaints), came.code) == (expected, 0), came.complaints

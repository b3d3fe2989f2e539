"""
Repair by hand what a run has left broken, because its guard could not or was killed too.

    python -m suites.rig.faults.repair reports/out/RUN/faults.jsonl

Exit code 0 where nothing is broken any more, 2 for a wrong use, 3 where something still is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from suites.rig.faults import proxies, shell, store_switch, toxiproxy
from suites.rig.faults.driver import Repair, Trouble
from suites.rig.faults.journal import Journal

MENDING: Mapping[str, Callable[[Repair], Coroutine[Any, Any, None]]] = {
    "shell": shell.mend,
    "toxiproxy": toxiproxy.mend,
    "proxy": proxies.mend,
    "control": store_switch.mend,
}
USAGE, STILL_BROKEN = 2, 3


def main(arguments: list[str]) -> int:
    """Repair what the journal that *arguments* name has left."""
    if len(arguments) != 1:
        print("usage: python -m suites.rig.faults.repair JOURNAL", file=sys.stderr)
        return USAGE
    journal = Journal(Path(arguments[0]))
    try:
        left = journal.left()
    except OSError as why:
        print(f"{journal.path}: cannot be read: {why.strerror}", file=sys.stderr)
        return USAGE
    code = 0
    for entry, repair in left.items():
        try:
            asyncio.run(MENDING[repair["driver"]](repair))
        except Trouble as why:
            print(f"still broken: {why}", file=sys.stderr)
            code = STILL_BROKEN
        else:
            journal.strike(entry)
            print(f"repaired: {repair['dependency']}")
    if not left:
        print("nothing is broken")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

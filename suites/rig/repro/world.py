"""What a test does beside its requests, as lines of bash: the clock, dependencies; by command, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suites.rig.repro.declaring import Variables
from suites.rig.repro.history import History, is_worth_hiding
from suites.rig.repro.shell import quoted

REMOVE = 'rm -rf "$DIR"'  # what the script's trap does in any case


@dataclass(frozen=True, slots=True)
class World:
    """The facilities of the target, and the variables of the script that uses them."""

    history: History
    variables: Variables

    def clock_moved(self, seconds: int) -> list[str]:
        """Return the lines that move the target's clock forward."""
        table = self.history.target.facilities.get("clock", {})
        said = f"say 'moving the clock of the target forward by {seconds} s'"
        moved = f"MOVED_S=$((MOVED_S + {seconds}))"
        if table.get("driver") == "control":
            self.variables.require_control()
            return [said, f"control /clock '{{\"advanceSeconds\": {seconds}}}'", moved]
        if command := self._told(str(table.get("command", "")).replace("{seconds}", str(seconds))):
            return [said, f"sh -c {quoted(command)} >&2 || exit 3", moved]
        return [f"by_hand 'Move the clock of the target forward by {seconds} s.'", moved]

    def broken(self, dependency: str, kind: str) -> list[str]:
        """Return the lines that break *dependency*; where a command repairs it, that is run however the script ends."""
        table = self._dependency(dependency)
        down = self._told(str(table.get("reject" if kind == "wrong-credentials" else "down", "")))
        up = self._told(str(table.get("up", "")))
        if not down or not up or kind not in ("down", "wrong-credentials"):
            return [f"by_hand {quoted(f'Break the dependency {dependency} of the target: {kind}.')}"]
        return [
            f"say {quoted(f'breaking {dependency}: {kind}')}",
            f"trap {quoted(f'sh -c {quoted(up)} >&2; {REMOVE}')} EXIT",
            f"sh -c {quoted(down)} >&2 || exit 3",
        ]

    def mended(self, dependency: str) -> list[str]:
        """Return the lines that repair *dependency*."""
        up = self._told(str(self._dependency(dependency).get("up", "")))
        if not up:
            return [f"by_hand {quoted(f'Repair the dependency {dependency} of the target.')}"]
        return [f"sh -c {quoted(up)} >&2 || exit 3", f"trap {quoted(REMOVE)} EXIT"]

    def _dependency(self, name: str) -> Mapping[str, Any]:
        table: Mapping[str, Any] = self.history.target.facilities.get("faults", {}).get("dependencies", {})
        return dict(table.get(name, {}))

    def _told(self, command: str) -> str:
        """Return *command*, or "" where a secret stands in it."""
        return "" if any(is_worth_hiding(each) and each in command for each in self.history.known) else command

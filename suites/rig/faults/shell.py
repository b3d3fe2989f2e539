"""
Breaking a dependency by the commands of the target file.

`down` and `up` stop and start it; a table named by another kind has `break` and `repair`. `ready`, where there is one,
tells by its exit code whether the dependency can be used: it must fail after `down` and succeed after every repair.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract.outages import FaultKind, Reply
from suites.rig.faults.driver import WAIT_S, Repair, Trouble

LOOK_AGAIN_S = 0.2
READY_S = 10.0  # one that hangs is not ready
LONGEST_QUOTE = 200
LONGEST_TAIL_BYTES = 4096


class Shell:
    """Runs the commands of `[facilities.faults]` in *folder*; *words* are put in for {port}, {dir} and {python}."""

    def __init__(self, table: Mapping[str, Any], folder: Path, words: Mapping[str, str]) -> None:
        self._wait_s = float(table.get("wait_s", WAIT_S))
        self._folder = folder
        self._commands = {name: filled(commands, words) for name, commands in table["dependencies"].items()}

    @property
    def addresses(self) -> Mapping[str, str]:
        """None: the target finds its dependencies by itself."""
        return {}

    def kinds(self, dependency: str) -> frozenset[FaultKind]:
        """Return the kinds that there are commands for."""
        return frozenset({FaultKind.DOWN} | {kind for kind in FaultKind if kind in self._commands[dependency]})

    async def check(self, dependency: str) -> None:
        """See that `ready`, where there is one, succeeds. Raises Trouble."""
        if "ready" in self._commands[dependency]:
            await succeed(f"{dependency}.ready", self._commands[dependency]["ready"], self._folder, READY_S)

    def repair_of(self, dependency: str, kind: FaultKind) -> Repair:
        """Return the command that undoes *kind*, and the one that tells that it has."""
        commands = self._commands[dependency]
        undo = ("up", commands["up"]) if kind is FaultKind.DOWN else (f"{kind}.repair", commands[kind]["repair"])
        return {
            "driver": "shell",
            "dependency": dependency,
            "key": undo[0],
            "command": undo[1],
            "ready": commands.get("ready", ""),
            "folder": str(self._folder),
            "wait_s": self._wait_s,
        }

    async def break_(self, dependency: str, kind: FaultKind, _reply: Reply | None, _after: int) -> None:
        """Run the command; after `down`, wait until `ready` fails. Raises Trouble."""
        commands = self._commands[dependency]
        down = kind is FaultKind.DOWN
        key, command = ("down", commands["down"]) if down else (f"{kind}.break", commands[kind]["break"])
        await succeed(f"{dependency}.{key}", command, self._folder, self._wait_s)
        if down and "ready" in commands:
            await until_ready(dependency, commands["ready"], self._folder, self._wait_s, after=key, wanted=False)

    async def mend(self, repair: Repair) -> None:
        """Run the command that repairs, and wait until `ready` succeeds. Raises Trouble."""
        await mend(repair)

    def connections(self, _dependency: str) -> int | None:
        """Nobody counts."""
        return None

    async def close(self) -> None:
        """Nothing is held."""


async def mend(repair: Repair) -> None:
    """Do *repair*, whoever wrote it down. Raises Trouble."""
    name, folder, wait_s = repair["dependency"], Path(repair["folder"]), repair["wait_s"]
    await succeed(f"{name}.{repair['key']}", repair["command"], folder, wait_s)
    if repair["ready"]:
        await until_ready(name, repair["ready"], folder, wait_s, after=repair["key"], wanted=True)


async def succeed(key: str, command: str, folder: Path, wait_s: float) -> None:
    """Run *command* to its end. Raises Trouble where it fails or takes longer than *wait_s*."""
    code, said = await run(command, folder, wait_s)
    if code is None:
        raise Trouble(f"{key} took over {wait_s:g} s")
    if code:
        raise Trouble(f"{key} ended with code {code}: {said}")


async def until_ready(dependency: str, command: str, folder: Path, wait_s: float, *, after: str, wanted: bool) -> None:
    """Run the command `ready` again and again until it succeeds, or fails where that is *wanted*. Raises Trouble."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    while True:
        code, said = await run(command, folder, READY_S)
        if (code == 0) is wanted:
            return
        if loop.time() > deadline:
            state = f"ready still fails: {said}" if wanted else "ready still succeeds"
            raise Trouble(f"{dependency}: {wait_s:g} s after {after}, {state}")
        await asyncio.sleep(LOOK_AGAIN_S)


async def run(command: str, folder: Path, wait_s: float) -> tuple[int | None, str]:
    """
    Run *command* by the shell; return its exit code and the last line it wrote. None: it took over *wait_s*.

    What it leaves running in the background goes on, unless it took too long: then all of it is ended.
    """
    with tempfile.TemporaryFile() as said:  # no pipe: a server left in the background would hold it open
        process = await asyncio.create_subprocess_shell(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = None
        try:
            async with asyncio.timeout(wait_s):
                code = await process.wait()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        said.seek(max(said.seek(0, os.SEEK_END) - LONGEST_TAIL_BYTES, 0))
        lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        return code, lines[-1].strip()[:LONGEST_QUOTE]


def filled(commands: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Return *commands* with *words* put in, other braces left alone: they may be the shell's."""
    return {
        key: filled(value, words) if isinstance(value, Mapping) else filled_in(value, words)
        for key, value in commands.items()
    }


def filled_in(command: str, words: Mapping[str, str]) -> str:
    """Return *command* with *words* put in."""
    for word, value in words.items():
        command = command.replace(f"{{{word}}}", value)
    return command

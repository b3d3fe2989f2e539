"""What a target file takes from outside: ${NAME} from the environment, { command = "..." } from a command."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from typing import Any

from contract.targets.spots import Spot, Wrong, one_line

COMMAND_TIMEOUT_S = 10.0
OUTPUT_LIMIT_BYTES = 65_536

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class CommandFailed(Exception):
    """A command gave no value; the text says why, and goes on after "the command"."""


def is_command(value: Any) -> bool:
    """Whether *value* is written as { command = "..." }."""
    return isinstance(value, dict) and set(value) == {"command"}


def from_outside(value: Any) -> bool:
    """Whether *value*, as it is written, holds something that the file itself does not say."""
    if isinstance(value, str):
        return any(match[0] != "$${" for match in _REFERENCE.finditer(value))
    return is_command(value)


def filled(value: Any, spot: Spot) -> str:
    """
    Return the text that *value* stands for: variables put in, a command's output in place of the command.

    `$${` stands for a plain `${`. A command runs once for each file, however often it is written.

    Raises:
        Wrong: a variable is not set or empty, a command failed, or *value* is neither text nor command. No message
            holds what came from outside.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: _variable(match, spot), value)
    command = value["command"]
    if not isinstance(command, str) or not command.strip():
        raise Wrong('takes { command = "..." }, with the command as a text.')
    outside = spot.source.outside
    if command not in outside:
        try:
            outside[command] = _without_last_newline(spot.source.run_command(command))
        except CommandFailed as fault:
            outside[command] = Wrong(f"needs the command '{one_line(command)}', which {fault}.")
    result = outside[command]
    if isinstance(result, Wrong):
        raise result
    return result


def run_command(command: str) -> str:
    """
    Return what the shell command *command* prints on its standard output.

    It gets no standard input; its standard error is dropped, since it may hold a secret.

    Raises:
        CommandFailed: it ended with another status than 0, took longer than 10 s, printed nothing, more than 64 KiB,
            or what is not UTF-8.
    """
    process = subprocess.Popen(  # noqa: S602 - the file's owner wrote the command, as they wrote the start line
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(COMMAND_TIMEOUT_S, give_up)
    timer.start()
    try:
        printed = process.stdout.read(OUTPUT_LIMIT_BYTES + 1)
        if len(printed) > OUTPUT_LIMIT_BYTES:
            raise CommandFailed("printed more than 64 KiB")
        status = process.wait()
    finally:
        timer.cancel()
        _kill(process)
        process.stdout.close()
        process.wait()
    if late.is_set():
        raise CommandFailed(f"took longer than {COMMAND_TIMEOUT_S:g} s")
    if status:
        raise CommandFailed(f"ended with status {status}")
    return _decoded(printed)


def _decoded(printed: bytes) -> str:
    try:
        text = printed.decode("utf-8")
    except UnicodeDecodeError:
        raise CommandFailed("printed what is not UTF-8") from None
    if not text.strip():
        raise CommandFailed("printed nothing")
    return text


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command and everything it started: a shell's child would keep the pipe open otherwise."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()


def _without_last_newline(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _variable(match: re.Match[str], spot: Spot) -> str:
    if match[0] == "$${":
        return "${"
    name = match[1]
    if not match[0].endswith("}") or not _NAME.fullmatch(name):
        raise Wrong("holds '${' without the name of a variable after it. Write ${NAME}, or $${ for a plain ${.")
    if name not in spot.source.environ:
        raise Wrong(f"needs the environment variable {name}, which is not set.")
    if not spot.source.environ[name]:
        raise Wrong(f"needs the environment variable {name}, which is empty.")
    return spot.source.environ[name]

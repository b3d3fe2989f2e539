"""What a target has logged, by `[facilities.logs]`, and which secrets of the run stand there."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from contract.errors import ContractViolation, NotTestable
from contract.leaks import Leak, connection_strings, leaks
from contract.secret import Secret
from contract.targets.model import Target
from suites.rig.judging import Advice
from suites.rig.launch import Instance, folder_of

COMMAND_TIMEOUT_S = 60
LONGEST_S, MOMENT_S = 5.0, 0.1  # until a log has what was sent, and while it says nothing new
MOST_BYTES = 32 * 1024 * 1024  # of a log, its end
SECRET_WORDS = frozenset(
    "password newPassword currentPassword token refreshToken sessionToken accessToken code backupCode".split()
)


@dataclass(frozen=True, slots=True)
class Logs:
    """The log of *instance*; *urls* are the addresses that the run has sent requests to so far."""

    instance: Instance
    urls: Collection[str]

    def text(self) -> str:
        """Return what is logged so far. Raises NotTestable."""
        return logged(self.instance)

    def grown(self, before: str) -> str:
        """
        Return the log once it says more than *before*, and for a moment nothing new.

        Raises:
            NotTestable: it stays as it was, though requests were sent.
        """
        deadline = time.monotonic() + LONGEST_S
        last, text = before, self.text()
        while (len(text) <= len(before) or text != last) and time.monotonic() < deadline:
            time.sleep(MOMENT_S)
            last, text = text, self.text()
        if text == before:
            raise NotTestable(f"[facilities.logs]: nothing was added in {LONGEST_S:g} s, though requests were sent")
        return text

    def told_so_far(self) -> Iterator[ContractViolation]:
        """Yield what it tells by now that it must not. Raises NotTestable."""
        return self.told(self.text())

    def told(self, text: str) -> Iterator[ContractViolation]:
        """Yield what *text*, a part of it, tells that it must not."""
        return told_by(text, self.instance.target, self.urls)


def told_in_all(instances: Iterable[Instance], urls: Collection[str]) -> Iterator[ContractViolation]:
    """Yield what the logs of *instances* tell by now; one that cannot be read is the business of the row's own test."""
    for instance in instances:
        with contextlib.suppress(NotTestable):
            yield from Logs(instance, urls).told_so_far()


def logged(instance: Instance) -> str:
    """
    Return what *instance* has logged so far.

    Raises:
        NotTestable: the file is not there, or the command fails.
    """
    table: Mapping[str, Any] = instance.target.facilities["logs"]
    if "file" in table:
        name = str(table["file"])
        if name.startswith("{dir}/"):
            if instance.folder is None:
                raise NotTestable(f"[facilities.logs] file {name}: the run has not started this target")
            name = str(instance.folder / name.removeprefix("{dir}/"))
        try:
            return Path(name).read_bytes()[-MOST_BYTES:].decode("utf-8", "replace")
        except OSError as why:
            raise NotTestable(f"[facilities.logs] file {name}: {why.strerror}") from None
    try:
        done = subprocess.run(
            str(table["command"]),
            shell=True,
            check=False,
            capture_output=True,
            timeout=COMMAND_TIMEOUT_S,
            cwd=folder_of(instance.target),
        )
    except subprocess.TimeoutExpired:
        raise NotTestable(f"[facilities.logs]: the command took over {COMMAND_TIMEOUT_S} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotTestable(f"[facilities.logs]: the command ended with code {done.returncode}: {said[-1:]}")
    return done.stdout[-MOST_BYTES:].decode("utf-8", "replace")


def says_secrets_in_urls(target: Target) -> bool:
    """Whether *target* takes a password, a token or a code in the address of a request."""
    steps = [step for operation in target.operations.values() for step in operation.steps]
    placed = [(word, place) for step in steps for word, places in step.send.items() for place in _each(places)]
    return any(word in SECRET_WORDS and place.startswith(("query:", "path:")) for word, place in placed)


def _each(places: str | tuple[str, ...]) -> tuple[str, ...]:
    return (places,) if isinstance(places, str) else places


def told_by(text: str, target: Target, urls: Collection[str]) -> Iterator[ContractViolation]:
    """
    Yield what the log *text* tells that it must not; a secret of the run is described, and never shown.

    Addresses are logged by every server, so that what stood in one of *urls*, those of the run, is judged apart: where
    the target itself takes secrets there that is worth a warning, else it was the run that put it there.
    """
    sent = "\n".join([*urls, *map(unquote_plus, urls)])
    by_address: list[Leak] = []
    for leak in leaks(text, Secret.known()):
        if leak.secret in sent:
            by_address.append(leak)
        else:
            yield _told(ContractViolation, "a secret of the run", text, leak)
    if by_address and says_secrets_in_urls(target):
        yield _told(Advice, "a secret that stood in the address of a request", text, by_address[0])
    for leak in connection_strings(text):
        yield _told(ContractViolation, "a connection string with its password", text, leak)


def _told(kind: type[ContractViolation], what: str, text: str, leak: Leak) -> ContractViolation:
    line = text.count("\n", 0, leak.at) + 1
    begin = text.rfind("\n", 0, leak.at) + 1
    return kind(
        f"the log tells {what}",
        expected="no secret in the log",
        actual=f"{len(leak.secret)} characters in line {line}, after {text[max(begin, leak.at - 60) : leak.at]!r}",
    )

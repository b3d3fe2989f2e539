"""Starting targets by their `start` line: one instance for each worker, variants of it, and restarts after a crash."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract.errors import HarnessError, NotTestable
from contract.secret import Secret
from contract.targets.model import Target, Variant
from suites.rig import certificate
from suites.rig.dependencies import ServiceMissing, Surroundings
from suites.rig.faults import Faults, driver_for
from suites.rig.processes import end, free_port, guarded

START_TIMEOUT_S = 30.0
RESTARTS_PER_RUN = 3
MAIN, APART, THROTTLED, SECURE = (
    "",
    " apart",
    " throttled",
    " secure",
)  # no names that a target file could give a variant


class TargetGone(HarnessError):
    """The target cannot be reached, or cannot be brought back: exit code 6."""


@dataclass
class Instance:
    """
    One running target.

    `target` is the target file with this instance's address and profile. `announced` is the JSON object that the
    process printed as its first line, where it printed one: the reference says there where its control port is.
    `words` are what placeholders of the target file stand for. `faults` breaks what the instance depends on; the
    launcher makes it.
    """

    target: Target
    announced: Mapping[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    folder: Path | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    surroundings: Surroundings | None = None
    faults: Faults | None = None

    @property
    def log(self) -> Path | None:
        """Where the process' standard error went."""
        return self.folder / "stderr.log" if self.folder else None

    def alive(self) -> bool:
        """Whether the process still runs; a deployed target counts as alive."""
        return self.process is None or self.process.poll() is None

    def stop(self) -> None:
        """Repair what is broken; end the process, everything it started, and what it depended on; forget its files."""
        if self.process is not None:
            end(self.process)
        if self.faults is not None:
            self.faults.close()
        if self.surroundings is not None:
            self.surroundings.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Launcher:
    """
    The instances of one worker.

    Without a `start` line there is one instance, the deployed one, and no variant. `options` are appended to every
    start line at its {options}: `--defect=ID` travels there. `journal` is where faults write down how to repair them.
    """

    def __init__(self, target: Target, *, options: str = "", journal: Path | None = None) -> None:
        self.file = target
        self.options = options
        self.journal = journal or Path(tempfile.gettempdir()) / f"authproof-faults-{os.getpid()}.jsonl"
        self.restarts = 0
        self._instances: dict[str, Instance] = {}

    def main(self) -> Instance:
        """Return this worker's ordinary instance, starting it where needed. Raises TargetGone."""
        try:
            return self._instance(MAIN, Variant())
        except ServiceMissing as why:
            raise TargetGone(f"{self.file.name}: cannot be started: {why}") from None

    def variant(self, name: str) -> Instance | None:
        """Return the instance started with the settings of `[variants.NAME]`, or None where the file has none."""
        settings = self.file.variants.get(name)
        return self._instance(name, settings) if settings and self.file.start else None

    def apart(self) -> Instance:
        """Return a second ordinary instance, for what would disturb the first; the deployed one where none starts."""
        return self._instance(APART, Variant()) if self.file.start else self.main()

    def limited(self) -> Instance | None:
        """
        Return an instance on which a burst may end all service to us; None where none can be started.

        With low limits where there is `[variants.low-limits]`, else a third ordinary one.
        """
        found = self.variant("low-limits")
        return found or (self._instance(THROTTLED, Variant()) if self.file.start else None)

    def secure(self) -> Instance:
        """Return what speaks TLS: the ordinary instance, the edge at `[facilities.tls]`, or `[variants.tls]`."""
        table, main = self.file.facilities.get("tls"), self.main()
        if table is None or main.target.base_url.startswith("https:"):
            return self.variant("tls") or main
        if SECURE not in self._instances:
            transport = replace(main.target.transport, ca_file=table.get("ca_file", main.target.transport.ca_file))
            target = replace(main.target, base_url=str(table["base_url"]), transport=transport)
            self._instances[SECURE] = replace(main, target=target, process=None, folder=None)
        return self._instances[SECURE]

    def instances(self) -> list[Instance]:
        """Return every instance that was started and not stopped."""
        return list(self._instances.values())

    def faults(self, instance: Instance) -> Faults:
        """Return what breaks the dependencies of *instance*, by its `[facilities.faults]`. Raises NotTestable."""
        if instance.faults is None:
            instance.faults = (
                instance.surroundings.faults
                if instance.surroundings
                else driver_for(
                    with_control(instance),
                    journal=self.journal,
                    folder=folder_of(instance.target),
                    words=instance.words,
                )
            )
        return instance.faults

    def restart(self, instance: Instance) -> Instance:
        """
        Start a dead instance again, on a new port and an empty store.

        Raises:
            TargetGone: it cannot be started, or was restarted three times in this run already.
        """
        if self.restarts >= RESTARTS_PER_RUN:
            raise TargetGone(f"{self.file.name}: died again after {RESTARTS_PER_RUN} restarts in this run")
        if not self.file.start:
            raise TargetGone(f"{self.file.name}: {self.file.base_url} does not answer, and there is no start line")
        self.restarts += 1
        name = next(name for name, each in self._instances.items() if each is instance)
        instance.stop()
        del self._instances[name]
        return self._instance(name, Variant() if name in (MAIN, APART, THROTTLED) else self.file.variants[name])

    def discard(self, instance: Instance) -> None:
        """Stop *instance*; whoever needs it next gets a new one."""
        instance.stop()
        self._instances = {name: each for name, each in self._instances.items() if each is not instance}

    def close(self) -> None:
        """Stop every instance."""
        for instance in self._instances.values():
            instance.stop()
        self._instances.clear()

    def _instance(self, name: str, settings: Variant) -> Instance:
        if name not in self._instances:
            started = start(self.file, settings, self.options, self.journal) if self.file.start else Instance(self.file)
            self._instances[name] = started
        return self._instances[name]


def with_control(instance: Instance) -> Mapping[str, Any]:
    """Return the instance's `[facilities.faults]`, with its control port where that breaks. Raises NotTestable."""
    table = instance.target.facilities["faults"]
    if table["driver"] != "control":
        return table
    if "url" in table:
        return {**table, "secret": table["secret"].reveal(), "outlives": True}
    said = instance.announced.get("control")
    if not isinstance(said, Mapping):
        raise NotTestable(f"{instance.target.name}: its start line says nothing of a control port; add --control")
    return {**table, "url": said["url"], "secret": said["secret"]}


def folder_of(target: Target) -> Path | None:
    """Return the folder of the target file, where its commands run."""
    return target.source.parent if target.source else None


def start(target: Target, variant: Variant, options: str, journal: Path) -> Instance:
    """
    Start one instance of *target*, what it depends on before it, and wait until it accepts connections.

    Raises:
        TargetGone: the command ended, or nothing listened within 30 s; the message holds the last line it wrote.
        ServiceMissing: what it depends on is not installed here.
        NotTestable: what it depends on cannot be started.
    """
    folder = Path(tempfile.mkdtemp(prefix="authproof-"))
    port = free_port()
    secret = Secret(secrets.token_hex(24))  # a word of a command line: no hyphen may begin it
    words = {"port": str(port), "dir": str(folder), "python": sys.executable, "secret": secret.reveal()}
    profile = replace(target.profile, **variant.profile)
    base_url = (variant.base_url or target.base_url).replace("{port}", str(port))
    facilities = {**target.facilities, **variant.facilities}
    transport = target.transport
    if base_url.startswith("https:") and transport.ca_file is None:
        transport = replace(transport, ca_file=certificate.write(folder))
    settled = replace(target, base_url=base_url, profile=profile, facilities=facilities, transport=transport)
    instance = Instance(settled, folder=folder)
    try:
        table = facilities.get("faults", {})
        if table.get("driver") == "proxy" and "control" not in table:
            instance.surroundings = Surroundings(
                table, words=words, cwd=folder_of(target), files=folder, journal=journal
            )
            words |= instance.surroundings.words
        instance.words = words
        command: list[str] = []
        for word in shlex.split(target.start):
            given = shlex.split(f"{variant.options} {options}") if word == "{options}" else [word]
            command += [each.format(**words) for each in given]
        instance.process = guarded(command, out=folder / "stdout.log", log=folder / "stderr.log", cwd=folder_of(target))
        instance.announced = wait_until_it_listens(instance)
    except BaseException:
        instance.stop()
        raise
    return instance


def wait_until_it_listens(instance: Instance) -> Mapping[str, Any]:
    """Wait until the instance's port accepts a connection; return what it announced on its first line, if anything."""
    parts = urlsplit(instance.target.base_url)
    address = (parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80))
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if not instance.alive():
            break
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.02)
            continue
        return first_line(instance)
    lines = instance.log.read_text("utf-8", "replace").strip().splitlines() if instance.log else []
    said = f": {lines[-1]}" if lines else ""
    state = f"did not listen within {START_TIMEOUT_S:.0f} s" if instance.alive() else "ended at once"
    raise TargetGone(f"{instance.target.name}: its start line {state}{said}")


def first_line(instance: Instance) -> Mapping[str, Any]:
    """
    Return the JSON object on the first line of the process' standard output, {} where there is none.

    It is waited for only where a facility is driven through the control port, whose address stands there.
    """
    assert instance.folder is not None
    awaited = any(table.get("driver") == "control" for table in instance.target.facilities.values())
    deadline = time.monotonic() + (5 if awaited else 0)
    while True:
        line, newline, _ = (instance.folder / "stdout.log").read_text("utf-8", "replace").partition("\n")
        if newline or time.monotonic() >= deadline:
            break
        time.sleep(0.01)
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

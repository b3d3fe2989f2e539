"""What this machine can do: how many arrivals it can generate, and how many passwords its cores can hash."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from argon2 import PasswordHasher
from argon2.low_level import Type

FILE = "load-calibration.json"
HASHES = 7
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Machine:
    """
    A calibration.

    `arrivals_per_s` is the highest rate that one process held while healthy, against a target that is no bottleneck;
    `requests_per_cpu_s` what it costs. `hash_cpu_ms` is the CPU time of one password with the parameters of `hash`;
    `hashes_per_s` what all cores together can do with nothing else running.
    """

    measured: str
    cores: int
    node: str
    hash: str
    hash_cpu_ms: float
    hashes_per_s: float
    arrivals_per_s: float | None = None
    requests_per_cpu_s: float | None = None

    def hashing(self, per_s: float) -> str:
        """Say what so many passwords a second take."""
        cores = per_s * self.hash_cpu_ms / 1000
        return (
            f"{per_s:g} passwords a second take {cores:.1f} cores for the hash alone ({self.hash}, "
            f"{self.hash_cpu_ms:.1f} ms each); this machine has {self.cores}, which is {self.hashes_per_s:.0f} a second"
        )


def hash_time_ms(memory_kib: int = 19_456, passes: int = 2, lanes: int = 1, *, count: int = HASHES) -> float:
    """
    Return the CPU time of verifying one argon2id password, in milliseconds; median of *count*.

    CPU time, not wall time: on a busy machine the wall says how busy it is. The defaults are OWASP's minimum.
    """
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)
    made = hasher.hash(PASSWORD)
    took = []
    for _ in range(count):
        before_s = time.process_time()
        hasher.verify(made, PASSWORD)
        took.append((time.process_time() - before_s) * 1000)
    return statistics.median(took)


def hashing(memory_kib: int = 19_456, passes: int = 2, lanes: int = 1) -> Machine:
    """Return what hashing says of this machine, without what it can generate."""
    cores = os.cpu_count() or 1
    cpu_ms = hash_time_ms(memory_kib, passes, lanes)
    return Machine(
        measured=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        cores=cores,
        node=platform.node(),
        hash=f"argon2id m={memory_kib} KiB, t={passes}, p={lanes}",
        hash_cpu_ms=round(cpu_ms, 2),
        hashes_per_s=round(cores * 1000 / cpu_ms, 1),
    )


def remembered(folder: Path) -> Machine | None:
    """Return the last calibration in *folder*, if it is of this machine."""
    try:
        found = Machine(**json.loads((folder / FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    same = found.node == platform.node() and found.cores == (os.cpu_count() or 1)
    return found if same else None


def remember(machine: Machine, folder: Path) -> Path:
    """Write *machine* into *folder*, for the runs to come; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}"
    draft.write_text(json.dumps(asdict(machine), indent=1) + "\n", "utf-8")
    return draft.replace(folder / FILE)

"""Breaking a dependency for the length of a block: the run's side of it."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from contract.errors import NotTestable
from contract.outages import FaultKind, Reply
from suites.rig.faults.driver import WAIT_S
from suites.rig.faults.proxy import split

ROOT = Path(__file__).parents[3]
MARGIN_S = 60.0


class Dependency(Protocol):
    """A dependency that the rig has started itself, and can do more to than what happens on the way to it."""

    @property
    def breaks(self) -> frozenset[FaultKind]:
        """What can be done to it itself."""
        ...

    @property
    def inner_names(self) -> tuple[str, ...]:
        """What it is called on the inside, where no user of the target should ever read it."""
        ...

    def break_(self, kind: FaultKind) -> None:
        """Break it and see that it is broken."""
        ...

    def mend(self, kind: FaultKind) -> None:
        """Repair it and see that it is whole; harmless where it is."""
        ...


@dataclass
class Outage:
    """A dependency while it is broken: from `began_s` to `ended_s`, by the monotonic clock, the repair included."""

    dependency: str
    kind: FaultKind
    _faults: Faults
    began_s: float = 0.0
    ended_s: float = 0.0

    def connections(self) -> int | None:
        """Return how many connections the target has tried since, None where the driver cannot know."""
        count: int | None = self._faults.order(do="count", dependency=self.dependency)
        return count


class Faults:
    """
    The dependencies of one instance, and the ways to break them.

    The work is done by the keeper at the other end of *channel*, which repairs everything when this process ends.
    """

    def __init__(
        self,
        table: Mapping[str, Any],
        channel: socket.socket,
        keeper: subprocess.Popen[bytes] | None,
        *,
        journal: Path,
        started: Mapping[str, Dependency],
    ) -> None:
        self._tables: Mapping[str, Mapping[str, Any]] = table["dependencies"]
        self._channel = channel
        self._lines = channel.makefile("rb")
        self._keeper = keeper
        self._journal = journal
        self._started = started
        self._kinds: dict[str, frozenset[FaultKind]] = {}
        self.addresses: Mapping[str, str] = {}

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The names of what can be broken."""
        return tuple(self._tables)

    def kinds(self, dependency: str) -> frozenset[FaultKind]:
        """Return how *dependency* can be broken."""
        return self._kinds[dependency]

    def operations(self, dependency: str) -> frozenset[str] | None:
        """Return the operations that need *dependency*, None where the target file does not say."""
        said = self._tables[dependency].get("operations")
        return None if said is None else frozenset(said)

    def replies(self, dependency: str, name: str) -> tuple[Reply, ...]:
        """Return what *dependency* itself says to mean *name*, one of `outages.REPLY_NAMES`; () where nobody knows."""
        return tuple(self._tables[dependency].get("replies", {}).get(name, ()))

    def inside(self, dependency: str) -> tuple[str, ...]:
        """Return what only the inside knows of *dependency*: where it listens, its proxy too, and its names there."""
        table, started = self._tables[dependency], self._started.get(dependency)
        places = [table.get("listen", ""), table.get("to", ""), self.addresses.get(dependency, "")]
        return (*filter(None, places), *(started.inner_names if started else ()))

    @contextlib.contextmanager
    def broken(
        self, dependency: str, kind: FaultKind, *, reply: Reply | None = None, after: int = 0
    ) -> Iterator[Outage]:
        """
        Break *dependency* for the length of the block, and repair it whatever happens in the block.

        *reply* is what a canned dependency answers, *after* how often one that fails halfway is still heard; neither is
        for anything else.

        Raises:
            NotTestable: the fault, or the repair, did not take; it can do no such thing.
        """
        if (reply is not None) is not (kind is FaultKind.CANNED):
            raise ValueError(f"a reply is for what is canned, and needed there; this is {kind}")
        if kind not in self.kinds(dependency):
            raise NotTestable(
                f"{dependency} cannot be made {kind} here; it can: {', '.join(sorted(self.kinds(dependency)))}"
            )
        outage = Outage(dependency, kind, self)
        try:
            with contextlib.ExitStack() as repairs:
                started = self._started.get(dependency)
                way, said = self._way(dependency, kind, reply)
                if way is not None:
                    canned = asdict(said) if said else None
                    self.order(do="break", dependency=dependency, kind=str(way), reply=canned, after=after)
                    repairs.callback(self.order, do="mend", dependency=dependency)
                if started is not None and kind in started.breaks:
                    repairs.callback(started.mend, kind)
                    started.break_(kind)
                outage.began_s = time.monotonic()
                yield outage
        finally:
            outage.ended_s = time.monotonic()

    def _way(self, dependency: str, kind: FaultKind, reply: Reply | None) -> tuple[FaultKind | None, Reply | None]:
        """Return what the driver has to do for *kind*: None where the dependency itself does it all."""
        refusals = self.replies(dependency, "refuses-service")
        started = self._started.get(dependency)
        if started is not None and kind in started.breaks:
            # What was stopped refuses; the proxy before it would take the connection first.
            return (FaultKind.REFUSED, None) if kind is FaultKind.DOWN else (None, None)
        if kind is FaultKind.WRONG_CREDENTIALS and refusals:
            return FaultKind.CANNED, refusals[0]
        return kind, reply

    def begin(self, **order: Any) -> None:
        """Tell the keeper what there is to break. Raises NotTestable."""
        said = self.order(do="begin", **order)
        self.addresses = said["addresses"]
        for name, kinds in said["kinds"].items():
            found = {FaultKind(kind) for kind in kinds}
            if name in self._started:
                found |= self._started[name].breaks
            if FaultKind.CANNED in found and self.replies(name, "refuses-service"):
                found.add(FaultKind.WRONG_CREDENTIALS)
            self._kinds[name] = frozenset(found)

    def order(self, **order: Any) -> Any:
        """Give the keeper an order; return what it says. Raises NotTestable."""
        try:
            self._channel.sendall(json.dumps(order).encode() + b"\n")
            reply = json.loads(self._lines.readline())
        except (OSError, ValueError):
            raise NotTestable(
                "[facilities.faults] the guard of the faults is gone. "
                f"Repair by hand: python -m suites.rig.faults.repair {self._journal}"
            ) from None
        except BaseException:
            self._hang_up()  # interrupted: the next reply would be the one to this order; the keeper repairs
            raise
        if "error" in reply:
            raise NotTestable(f"[facilities.faults] {reply['error']}")
        return reply["ok"]

    def close(self) -> None:
        """Let the keeper repair what is still broken, and end."""
        self._hang_up()
        if self._keeper is not None:
            self._keeper.wait()

    def _hang_up(self) -> None:
        self._lines.close()
        self._channel.close()


def driver_for(
    table: Mapping[str, Any],
    *,
    journal: Path,
    folder: Path | None = None,
    words: Mapping[str, str] | None = None,
    started: Mapping[str, Dependency] | None = None,
) -> Faults:
    """
    Return what breaks the dependencies of `[facilities.faults]`.

    Args:
        table: The facility as the target file was read.

        journal: The repair journal, in the run's folder.

        folder: Where commands run: the target file's folder; ours where there is none.

        words: What {port}, {dir} and {python} stand for in commands.

        started: The dependencies that the rig has started itself.

    Raises:
        NotTestable: the facility does not work.
    """
    orders = {
        "table": {**table, "dependencies": {name: plain(each) for name, each in table["dependencies"].items()}},
        "folder": str(folder or Path.cwd()),
        "words": {"python": sys.executable, **(words or {})},
        "journal": str(journal.absolute()),
    }
    keeper = None
    if "control" in table:
        channel = standing(str(table["control"]))
    else:
        channel, theirs = socket.socketpair()
        with theirs:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "suites.rig.faults.keeper"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                start_new_session=True,  # what ends our group must not end who repairs after us
            )
    # An order is at most: look, break, see that it took; where it did not, repair and see that.
    channel.settimeout(4 * float(table.get("wait_s", WAIT_S)) + MARGIN_S)
    faults = Faults(table, channel, keeper, journal=journal, started=started or {})
    try:
        faults.begin(**orders)
    except BaseException:
        faults.close()
        raise
    return faults


def plain(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return *table* without what the keeper need not know."""
    return {key: value for key, value in table.items() if key not in ("operations", "replies")}


def standing(control: str) -> socket.socket:
    """Return a channel to the proxies that stand by themselves. Raises NotTestable."""
    try:
        return socket.create_connection(split(control), timeout=MARGIN_S)
    except OSError as why:
        raise NotTestable(
            f"[facilities.faults] no proxies take orders at {control}: {why.strerror or why}. "
            "Start them: python -m suites.rig.faults.standing TARGET.toml"
        ) from None

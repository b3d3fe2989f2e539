"""The generating processes of a run, as the leading one sees them: who they are, who is ready, who is lost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gevent
from locust.runners import STATE_MISSING, MasterRunner, Runner

LOOK_S = 0.25


@dataclass
class Processes:
    """
    By number: locust's own id of each worker, or None for the one process that leads and generates.

    `ready` is what each said when it had prepared: a problem and its exit code, or "" and 0.
    """

    runner: Runner
    clients: dict[int, str | None] = field(default_factory=dict)
    ready: dict[int, tuple[str, int]] = field(default_factory=dict)

    def find(self) -> None:
        """Number those that are there now; whoever joins later is given nothing to do."""
        if isinstance(self.runner, MasterRunner):
            alive = sorted(each.id for each in self.runner.clients.all if each.state != STATE_MISSING)
            self.clients = dict(enumerate(alive))
        else:
            self.clients = {0: None}

    def tell(self, index: int, message: str, data: Mapping[str, Any]) -> None:
        """Send one of them a message; a lost one is not told."""
        client = self.clients[index]
        if client is None:
            self.runner.send_message(message, dict(data))
        elif client in self.runner.clients:  # type: ignore[attr-defined]
            self.runner.send_message(message, dict(data), client)

    def tell_all(self, message: str, data: Mapping[str, Any]) -> None:
        """Send all of them a message."""
        for index in self.clients:
            self.tell(index, message, data)

    def lost(self) -> list[int]:
        """Return those that no longer say that they live."""
        if not isinstance(self.runner, MasterRunner):
            return []
        nodes = {index: self.runner.clients.get(client) for index, client in self.clients.items()}
        return [index for index, node in nodes.items() if node is None or node.state == STATE_MISSING]

    def wait_until_ready(self, within_s: float) -> None:
        """Wait until all that are not lost have said that they are ready, or cannot be."""
        deadline_s = time.monotonic() + within_s
        while time.monotonic() < deadline_s:
            if self.ready.keys() | set(self.lost()) >= self.clients.keys():
                return
            gevent.sleep(LOOK_S)

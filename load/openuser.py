"""The locust user: takes the next arrival of its process, waits until it is due, serves it, and takes the next."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import gevent
import gevent.event
from locust import FastHttpUser
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_WAITING

from load.engine import Arrival, Engine


def arrive(user: OpenUser) -> None:
    """The one task: serve the arrival that this user has waited for."""
    if user.engine is not None and user.arrival is not None:
        user.engine.serve(user.arrival, user)


class OpenUser(FastHttpUser):
    """
    A pair of hands, not a person: who comes and when is the schedule's business, and shared by all users of a process.

    Their number is a cap on what is in flight at once. An arrival that finds none free is started late and its lateness
    is counted, so a stall of the target cannot keep it from being measured.
    """

    abstract = True
    host = ""  # the engine knows the target; locust only wants to have one
    insecure = False
    tasks: ClassVar[list[Any]] = [arrive]
    engine: ClassVar[Engine | None] = None
    active: ClassVar[gevent.event.Event] = gevent.event.Event()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.arrival: Arrival | None = None
        self.due_again_s = 0.0

    def on_start(self) -> None:
        """Wait for the first arrival: locust runs a task before its first wait, and N users would begin in a burst."""
        self._state = LOCUST_STATE_WAITING
        gevent.sleep(self.wait_time())
        self._state = LOCUST_STATE_RUNNING

    def wait_time(self) -> float:
        """Take on the next arrival, waiting for one where there is none, and return the seconds until it is due."""
        while True:
            engine = type(self).engine
            arrival = engine.claim(self) if engine is not None else None
            if arrival is not None:
                self.arrival = arrival
                return max(arrival.due_s - time.monotonic(), 0.0)
            self.active.wait()

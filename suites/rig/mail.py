"""Where a target's mail goes during a run: a real SMTP server on a free loopback port that keeps what it is given."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from contract.errors import HarnessError
from suites.rig.processes import free_port

HANG_UP_S = 10.0
ROUNDS = 3  # of an event loop, from a connection that is accepted to a protocol that has it


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was delivered: the envelope's recipients, and the message."""

    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain-text body, lines ended by LF."""
        body = self.message.get_body(("plain",))
        return "" if body is None else str(body.get_content()).replace("\r\n", "\n")


class Door(Controller):
    """The server of aiosmtpd, in a thread of its own; it hangs up on everybody before it ends."""

    def __init__(self, handler: object, port: int) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=port, ready_timeout=10)
        self._visits: list[SMTP] = []

    def factory(self) -> SMTP:
        """Return what speaks with one visitor."""
        visit: SMTP = super().factory()
        self._visits.append(visit)
        return visit

    def stop(self, no_assert: bool = False) -> None:
        """Hang up on every visitor, and listen no more."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(HANG_UP_S)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for listening in self.server.sockets if self.server is not None else ():
            self.loop.remove_reader(listening.fileno())
        for _ in range(ROUNDS):  # whoever was let in just now becomes a visitor first
            await asyncio.sleep(0)
        for visit in self._visits:
            if visit.transport is not None:
                visit.transport.abort()
        self._visits.clear()
        await asyncio.sleep(0)  # the loop closes their connections


@dataclass
class Sink:
    """
    An SMTP server that accepts everything.

    `address` ("127.0.0.1:PORT") stays the same over `stop` and `start`; `messages` are all mails so far, in order.
    """

    port: int
    _mails: list[Mail] = field(default_factory=list, repr=False)
    _arrival: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _controller: Door | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Host and port, as `--smtp` takes them."""
        return f"127.0.0.1:{self.port}"

    @property
    def messages(self) -> tuple[Mail, ...]:
        """Every mail so far, in the order of arrival."""
        with self._arrival:
            return tuple(self._mails)

    def wait_for(self, recipient: str, timeout_s: float = 10.0, *, count: int = 1) -> Mail:
        """
        Return the *count*-th mail to *recipient*, waiting for it; letter case does not count.

        Raises:
            HarnessError: it has not come within *timeout_s*; the message says how many mails there are.
        """

        def found() -> list[Mail]:
            wanted = recipient.lower()
            return [mail for mail in self._mails if wanted in (each.lower() for each in mail.recipients)]

        with self._arrival:
            if not self._arrival.wait_for(lambda: len(found()) >= count, timeout_s):
                raise HarnessError(
                    f"mail {count} to {recipient} has not come within {timeout_s:g} s; "
                    f"{len(found())} came for this address, {len(self._mails)} in all"
                )
            return found()[count - 1]

    def start(self) -> None:
        """Listen, on the same port as before; nothing where it listens."""
        if self._controller is None:
            controller = Door(self, self.port)
            controller.start()
            self._controller = controller

    def stop(self) -> None:
        """Listen no more: connections are refused until `start`."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep one mail; aiosmtpd calls this, in its own thread."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = message_from_bytes(content, policy=default)
        with self._arrival:
            self._mails.append(Mail(tuple(envelope.rcpt_tos), message))
            self._arrival.notify_all()
        return "250 Message accepted for delivery"


def sink() -> Sink:
    """Return a sink that listens already; the caller stops it."""
    made = Sink(free_port())
    made.start()
    return made

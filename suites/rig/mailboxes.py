"""Where a target's mail can be read: its control port, a maildir, Mailpit, or an SMTP server of the run itself."""

from __future__ import annotations

import contextlib
import mailbox
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.control import Control
from suites.rig.mail import Mail, Sink

Mailbox = Callable[[str], list[Mail]]
"""Returns the mails to an address so far, the oldest first; letter case does not count."""

TIMEOUT_S = 10.0
MOST = 50  # mails to one address that Mailpit is asked for
ADDRESSED = ("X-Original-To", "Delivered-To", "To", "Cc", "Bcc")  # the first two are what a mail server writes


def of_control(port: Control) -> Mailbox:
    """Return the box of the reference that its control port opens."""

    def read(recipient: str) -> list[Mail]:
        found = []
        for each in port.mails(recipient):
            message = EmailMessage()
            message["Subject"] = each["subject"]
            message.set_content(each["text"])
            found.append(Mail((each["recipient"],), message))
        return found

    return read


@cache
def of_maildir(folder: Path) -> Mailbox:
    """Return the maildir *folder*; each mail is read once. Raises NotTestable where it cannot be read."""
    known: dict[str, tuple[int, Mail]] = {}

    def read(recipient: str) -> list[Mail]:
        try:
            paths = [path for part in ("new", "cur") for path in (folder / part).iterdir()]
        except OSError as why:
            raise NotTestable(f"[facilities.outbox] {folder} cannot be read as a maildir: {why.strerror}") from None
        for path in paths:
            name = path.name.partition(":")[0]  # what follows are flags, which a reader of the mail changes
            if name not in known:
                with contextlib.suppress(FileNotFoundError), path.open("rb") as file:  # a reader may move it meanwhile
                    message = message_from_bytes(file.read(), policy=default)
                    known[name] = path.stat().st_mtime_ns, Mail(recipients_of(message), message)
        return [mail for _, mail in sorted(known.values(), key=lambda each: each[0]) if is_to(mail, recipient)]

    return read


def of_mailpit(url: str, auth: Secret | None) -> Mailbox:
    """Return the mailbox of the Mailpit at *url*; *auth* is "user:password". Raises NotTestable where it refuses."""
    user, _, password = auth.reveal().partition(":") if auth else ("", "", "")

    def get(path: str, **query: str) -> httpx.Response:
        try:
            with httpx.Client(trust_env=False, timeout=TIMEOUT_S, auth=(user, password) if auth else None) as client:
                said = client.get(f"{url.rstrip('/')}/api/v1/{path}", params=query)
        except httpx.HTTPError as why:
            raise NotTestable(f"[facilities.outbox] Mailpit at {url} does not answer: {why}") from None
        if said.status_code != 200:
            raise NotTestable(f"[facilities.outbox] Mailpit at {url} answers {said.status_code} to GET {path}")
        return said

    def read(recipient: str) -> list[Mail]:
        document: dict[str, Any] = get("search", query=f'to:"{recipient}"', limit=str(MOST)).json()
        raw = [get(f"message/{each['ID']}/raw").content for each in reversed(document["messages"])]  # newest first
        mails = [message_from_bytes(each, policy=default) for each in raw]
        return [mail for mail in (Mail(recipients_of(each), each) for each in mails) if is_to(mail, recipient)]

    return read


def of_sink(sink: Sink) -> Mailbox:
    """Return what an SMTP server of this process was given."""
    return lambda recipient: [mail for mail in sink.messages if is_to(mail, recipient)]


@dataclass
class SharedSink:
    """
    An SMTP server at an address that the target knows, `listen`: one worker of the run serves, all read what it keeps.

    What comes is kept in a maildir in the temporary folder, which ends with the worker that serves.
    """

    listen: str
    run: str
    _controller: Controller | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """Where the mails are."""
        return Path(tempfile.gettempdir()) / f"authproof-mail-{self.run}"

    def mailbox(self) -> Mailbox:
        """Return what reads it. Whoever reads takes over where the worker that served has ended."""

        def read(recipient: str) -> list[Mail]:
            self.serve()
            return of_maildir(self.folder)(recipient)

        return read

    def serve(self) -> None:
        """Listen, unless a worker of this run does. Raises NotTestable."""
        if self._controller is not None or self._is_served():
            return
        mailbox.Maildir(self.folder, create=True)
        host, port = self._address
        controller = Controller(self, hostname=host, port=port, ident=self._greeting, ready_timeout=TIMEOUT_S)
        try:
            controller.start()
        except OSError as why:
            controller.loop.close()
            if not self._is_served():  # another worker may have been quicker
                raise NotTestable(f"[facilities.outbox] cannot listen at {self.listen}: {why.strerror}") from None
        else:
            self._controller = controller

    def close(self) -> None:
        """Listen no more, and forget the mails; nothing where another worker serves."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def _greeting(self) -> str:
        return f"authproof {self.run}"

    def _is_served(self) -> bool:
        """Whether a worker of this run listens; raises NotTestable where others do. Source: RFC 5321 section 4.2."""
        try:
            with socket.create_connection(self._address, timeout=TIMEOUT_S) as connection:
                if self._greeting.encode() in connection.recv(1024):
                    return True
        except OSError:
            return False
        raise NotTestable(f"[facilities.outbox] something else listens at {self.listen}: stop it, or give another port")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep one mail; aiosmtpd calls this, in its own thread."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        to = "".join(f"X-Original-To: {recipient}\r\n" for recipient in envelope.rcpt_tos)
        mailbox.Maildir(self.folder).add(to.encode() + content)
        return "250 Message accepted for delivery"


def recipients_of(message: EmailMessage) -> tuple[str, ...]:
    """Return the addresses that *message* says it is for."""
    said = [str(value) for name in ADDRESSED for value in message.get_all(name, [])]
    return tuple(address for _, address in getaddresses(said) if address)


def is_to(mail: Mail, recipient: str) -> bool:
    """Whether *mail* is for *recipient*."""
    return recipient.lower() in (each.lower() for each in mail.recipients)

"""Sending mail: by SMTP (`--smtp`), or into a box in memory that only the control port opens."""

from __future__ import annotations

import asyncio
import smtplib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from reference_impl.settings import Settings
from reference_impl.store import Cause

PROBE_TIMEOUT_S = 1.5
WAITS_S = (1.0, 5.0, 20.0, 60.0)  # before the second and each further attempt
KEPT = 1000


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one recipient; `text` is plain text."""

    recipient: str
    subject: str
    text: str


class Mailer:
    """
    What sends.

    `box` has the last mails handed over, where they are kept: without `--smtp`, or with a control port that shows them.
    """

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        self.box: deque[Mail] = deque(maxlen=KEPT if settings.control or not settings.smtp else 0)
        self._settings = settings
        self._now = now
        self._host, _, port = settings.smtp.rpartition(":")
        self._port = int(port or 0)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="mail")

    async def send(self, mail: Mail) -> None:
        """
        Send *mail*, in several attempts where the mail server cannot be reached or says "later".

        Raises:
            OSError: it could not be sent (smtplib's errors are OSErrors).
        """
        self.box.append(mail)
        if not self._settings.smtp:
            return
        message = self._message(mail)
        for wait_s in WAITS_S:
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, self._deliver, message)
            except OSError as fault:
                if is_final(fault):
                    raise
                await asyncio.sleep(wait_s)
            else:
                return
        await asyncio.get_running_loop().run_in_executor(self._threads, self._deliver, message)

    async def probe(self) -> Cause | None:
        """Return None where the mail server greets, else the class of the fault."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(self._host, self._port)
                try:
                    greeting = await reader.readline()
                    writer.write(b"QUIT\r\n")
                    await writer.drain()
                finally:
                    writer.close()
        except TimeoutError:
            return "timeout"
        except (OSError, ValueError):
            return "unreachable"
        if greeting.startswith(b"220") and greeting.endswith(b"\n"):
            return None
        return "senseless-answer" if greeting else "unreachable"

    def close(self) -> None:
        """Let a delivery under way end."""
        self._threads.shutdown(cancel_futures=True)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.mail_from
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = formatdate(self._now())
        message["Message-ID"] = make_msgid(domain=self._settings.mail_from.rpartition("@")[2])
        message.set_content(mail.text)
        return message

    def _deliver(self, message: EmailMessage) -> None:
        ourselves = self._settings.mail_from.rpartition("@")[2]  # else smtplib asks the name service, however long
        with smtplib.SMTP(self._host, self._port, ourselves, timeout=self._settings.smtp_timeout_s) as server:
            server.send_message(message)


def is_final(fault: OSError) -> bool:
    """
    Return whether the mail server has said that it will never take the mail.

    Source: RFC 5321 section 4.2.1: replies from 500 on.
    """
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in fault.recipients.values())
    return isinstance(fault, smtplib.SMTPResponseException) and fault.smtp_code >= 500

"""The rig's mail sink: what is sent is kept, and an outage of it is a refused connection."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from contract.errors import HarnessError
from suites.rig.mail import Sink, sink


@pytest.fixture
def mails() -> Iterator[Sink]:
    started = sink()
    yield started
    started.stop()


def send(mails: Sink, recipient: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "noreply@example.test", recipient, "Grüße"
    message.set_content(text)
    host, _, port = mails.address.partition(":")
    with smtplib.SMTP(host, int(port), timeout=5) as client:
        client.send_message(message)


def test_mails_are_kept_in_order_and_found_by_recipient(mails: Sink) -> None:
    send(mails, "ada@example.test", "first — with a dash")
    send(mails, "grace@example.test", "another's")
    send(mails, "Ada@Example.Test", "second")

    assert mails.wait_for("ada@example.test").text == "first — with a dash\n"
    assert mails.wait_for("ada@example.test", count=2).text == "second\n"
    assert [mail.recipients for mail in mails.messages][1] == ("grace@example.test",)
    assert mails.messages[0].message["Subject"] == "Grüße"


def test_a_mail_that_does_not_come_is_said_to_be_missing(mails: Sink) -> None:
    send(mails, "ada@example.test", "only one")
    with pytest.raises(HarnessError) as missing:
        mails.wait_for("ada@example.test", 0.05, count=2)
    assert str(missing.value) == (
        "mail 2 to ada@example.test has not come within 0.05 s; 1 came for this address, 1 in all"
    )


def test_a_stopped_sink_refuses_connections_until_it_is_started_again(mails: Sink) -> None:
    mails.stop()
    with pytest.raises(ConnectionRefusedError):
        send(mails, "ada@example.test", "lost")
    mails.start()
    send(mails, "ada@example.test", "kept")
    assert mails.wait_for("ada@example.test").text == "kept\n"

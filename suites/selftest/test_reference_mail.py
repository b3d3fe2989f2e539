"""The reference's mail by SMTP: that it goes out, and what becomes of it when the mail server does not take it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from suites.rig.mail import Sink, sink
from suites.selftest.reference import serving
from suites.selftest.resetting import ask, redeem, seen

TOKEN = re.compile(r"^https://accounts\.example/app/reset-password#token=([A-Za-z0-9_-]{43})$", re.MULTILINE)


@pytest.fixture
def mail_server() -> Iterator[Sink]:
    started = sink()
    yield started
    started.stop()


def test_mail_goes_out_by_smtp(mail_server: Sink) -> None:
    address = ("--public-url", "https://accounts.example/app")
    with serving("--smtp", mail_server.address, "--mail-from", "door@accounts.example", *address) as server:
        email = server.register()
        assert server.call("GET", "/health/ready").json()["dependencies"][1] == {"name": "mail", "status": "up"}

        assert ask(server, email).status_code == 202

        mail = mail_server.wait_for(email)
        assert (mail.message["From"], mail.message["Subject"]) == (
            "door@accounts.example",
            "authproof: set a new password",
        )
        token = TOKEN.search(mail.text)
        assert token
        assert redeem(server, token[1]).status_code == 204


def test_an_outage_of_mail_does_not_tell_known_from_unknown_and_mail_comes_afterwards(mail_server: Sink) -> None:
    with serving("--smtp", mail_server.address) as server:
        email = server.register()
        mail_server.stop()

        known, unknown = ask(server, email), ask(server, "nobody@example.com")

        assert known.status_code == 202
        assert seen(known) == seen(unknown)
        ready = server.call("GET", "/health/ready")
        assert (ready.status_code, ready.json()["detail"]) == (503, "Not ready: mail.")
        assert ready.json()["dependencies"][1] == {"name": "mail", "status": "down", "cause": "unreachable"}
        assert server.call("GET", "/health/live").status_code == 200
        mail_server.start()
        mail_server.wait_for(email, 30)


@pytest.mark.parametrize(("reply", "outcome"), [("451 later", "later"), ("550 never", "failed")])
def test_a_mail_server_that_says_later_is_asked_again_and_one_that_says_never_is_not(
    mail_server: Sink, monkeypatch: pytest.MonkeyPatch, reply: str, outcome: str
) -> None:
    accept = mail_server.handle_DATA
    asked: list[str] = []

    async def refuse_once(*told: Any) -> str:
        asked.append(reply)
        return reply if len(asked) == 1 else await accept(*told)

    monkeypatch.setattr(mail_server, "handle_DATA", refuse_once)
    mail_server.stop()  # aiosmtpd looks its handler up when it starts
    mail_server.start()
    with serving("--control", "--smtp", mail_server.address) as server:
        email = server.register()
        ask(server, email)
        if outcome == "later":
            assert mail_server.wait_for(email, 20)
            return
        deadline = time.monotonic() + 20
        while server.control("GET", "/counters")["background"] != {"mail: failed": 1}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert [line["task"] for line in server.log if line["event"] == "fault"] == ["mail"]
    assert (len(asked), mail_server.messages) == (1, ())

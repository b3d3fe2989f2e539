"""The outbox: mails of every driver, waited for, and read by the patterns of a target file."""

from __future__ import annotations

import http.server
import json
import mailbox
import smtplib
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.control import Control
from suites.rig.mailboxes import Mailbox, SharedSink, of_control, of_maildir, of_mailpit
from suites.rig.outbox import Outbox
from suites.rig.processes import free_port
from suites.selftest.reference import serving

ADA, GRACE = "ada@example.com", "grace@example.com"


def letter(recipient: str, text: str, *, page: str = "", subject: str = "A new password") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "noreply@example.com", f"Somebody <{recipient}>", subject
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    return message


def delivered(folder: Path, *letters: EmailMessage) -> Mailbox:
    """Return the maildir *folder* with *letters* in it."""
    box = mailbox.Maildir(folder, create=True)
    for each in letters:
        box.add(each.as_bytes())
    return of_maildir(folder)


def texts(box: Mailbox, recipient: str) -> list[str]:
    return [mail.text for mail in box(recipient)]


def test_a_maildir_is_read_in_the_order_of_delivery_and_by_recipient(tmp_path: Path) -> None:
    box = delivered(tmp_path / "mail", letter(ADA, "first"), letter(GRACE, "another's"), letter(ADA, "second"))

    assert texts(box, "Ada@Example.Com") == ["first\n", "second\n"]
    assert texts(box, GRACE) == ["another's\n"]


def test_a_mail_that_was_read_meanwhile_counts_once(tmp_path: Path) -> None:
    box = delivered(tmp_path / "mail", letter(ADA, "first"))
    assert texts(box, ADA) == ["first\n"]
    (unread,) = (tmp_path / "mail" / "new").iterdir()
    unread.rename(tmp_path / "mail" / "cur" / f"{unread.name}:2,S")

    assert texts(box, ADA) == ["first\n"]


def test_a_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotTestable) as refused:
        of_maildir(tmp_path / "none")(ADA)
    assert str(refused.value) == (
        f"[facilities.outbox] {tmp_path / 'none'} cannot be read as a maildir: No such file or directory"
    )


def test_mails_that_do_not_come_are_waited_for_and_no_fault(tmp_path: Path) -> None:
    """Where a target may rightly send none, their absence is for the test to judge."""
    box = Outbox(delivered(tmp_path / "mail", letter(ADA, "Welcome!"), letter(ADA, "?token=first")), {}, 0.05)

    (only,) = box.come(ADA, count=2)

    assert only.text == "?token=first\n"
    assert box.come(GRACE) == []


def test_what_is_wanted_is_found_in_subject_text_and_page(tmp_path: Path) -> None:
    page = '<a href="https://example.com/reset/MQ/?a=1&amp;token=in%2Dthe-page">here</a>'
    box = delivered(tmp_path / "mail", letter(ADA, "see the page", page=page, subject="Code 123456"))
    capture = {"token": r"token=([^\"]+)", "uid": "reset/([A-Za-z0-9]+)/", "code": "Code ([0-9]{6})"}

    told = Outbox(box, capture, 0.1).words(ADA)

    assert {word: secret.reveal() for word, secret in told.items()} == {
        "token": "in-the-page",
        "uid": "MQ",
        "code": "123456",
    }


@pytest.mark.parametrize("link", ["https://a.example/reset?token=k3-y", "https://a.example/reset#a=b&token=k3-y\n"])
def test_without_patterns_a_link_with_a_token_is_looked_for(tmp_path: Path, link: str) -> None:
    assert Outbox(delivered(tmp_path / "mail", letter(ADA, link)), {}, 0.1).token(ADA) == Secret("k3-y")


def test_mails_that_tell_nothing_do_not_count(tmp_path: Path) -> None:
    box = delivered(tmp_path / "mail", letter(ADA, "Welcome!"), letter(ADA, "?token=one"), letter(ADA, "?token=two"))
    outbox = Outbox(box, {}, 0.1)

    assert (outbox.token(ADA), outbox.token(ADA, count=2)) == (Secret("one"), Secret("two"))
    assert len(outbox.mails(ADA)) == 3


def test_a_mail_is_waited_for(tmp_path: Path) -> None:
    box = delivered(tmp_path / "mail")
    later = threading.Timer(0.2, delivered, (tmp_path / "mail", letter(ADA, "?token=late")))
    later.start()

    assert Outbox(box, {}, 10).token(ADA) == Secret("late")
    later.join()


def test_a_mail_that_does_not_come_is_said_to_be_missing(tmp_path: Path) -> None:
    box = delivered(tmp_path / "mail", letter(ADA, "Welcome!"), letter(ADA, "?token=one"))
    with pytest.raises(NotTestable) as missing:
        Outbox(box, {"token": "token=(.+)", "uid": "uid=(.+)"}, 0.05).token(ADA)
    assert str(missing.value) == (
        f"[facilities.outbox] mail 1 to {ADA} that tells token and uid has not come within 0.05 s: "
        "2 came, of which 0 do"
    )


def test_a_token_needs_a_pattern_where_there_are_others(tmp_path: Path) -> None:
    box = delivered(tmp_path / "mail", letter(ADA, "code 123456"))
    with pytest.raises(NotTestable) as lacking:
        Outbox(box, {"code": "code ([0-9]+)"}, 0.1).token(ADA)
    assert str(lacking.value) == "[facilities.outbox] capture has no pattern for 'token'"


def test_the_control_port_of_the_reference_is_a_mailbox() -> None:
    with serving("--control") as reference:
        email = reference.register()
        reference.call("POST", "/auth/password-reset", {"email": email})
        said = reference.announced["control"]
        outbox = Outbox(of_control(Control(said["url"], Secret(said["secret"]))), {}, 10)

        token = outbox.token(email)
        body = {"token": token.reveal(), "newPassword": "another quite long phrase"}
        redeemed = reference.call("POST", "/auth/password-reset/confirm", body)

    assert redeemed.status_code == 204


# -- Mailpit


class Mailpit(http.server.BaseHTTPRequestHandler):
    """Answers as Mailpit's API does: summaries with the newest first, and each message as it was sent."""

    letters: tuple[EmailMessage, ...] = (letter(ADA, "first"), letter(f"x{ADA}", "another's"), letter(ADA, "second"))

    def do_GET(self) -> None:
        """Answer a search, which finds parts of addresses, or hand a message out."""
        parts = urlsplit(self.path)
        if self.headers["Authorization"] != "Basic cWE6czNjcmV0":  # qa:s3cret
            self.send_response(401)
            self.end_headers()
            return
        if parts.path == "/mail/api/v1/search" and parse_qs(parts.query)["query"] == [f'to:"{ADA}"']:
            body = json.dumps({"messages": [{"ID": number} for number in (2, 1, 0)]}).encode()
        else:
            body = self.letters[int(parts.path.split("/")[5])].as_bytes()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def mailpit() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mailpit)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/mail"
    server.shutdown()
    thread.join()
    server.server_close()


def test_mailpit_is_read_oldest_first_and_by_the_whole_address(mailpit: str) -> None:
    assert texts(of_mailpit(mailpit, Secret("qa:s3cret")), ADA) == ["first\n", "second\n"]


def test_a_mailpit_that_refuses_is_named(mailpit: str) -> None:
    with pytest.raises(NotTestable) as refused:
        of_mailpit(mailpit, None)(ADA)
    assert str(refused.value) == f"[facilities.outbox] Mailpit at {mailpit} answers 401 to GET search"


def test_a_mailpit_that_is_not_there_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotTestable) as refused:
        of_mailpit(url, None)(ADA)
    assert str(refused.value) == (
        f"[facilities.outbox] Mailpit at {url} does not answer: [Errno 111] Connection refused"
    )


# -- the run's own SMTP server


@pytest.fixture
def worker() -> Iterator[partial[SharedSink]]:
    """What makes a worker's view of the sink of one run."""
    made: list[SharedSink] = []
    listen, run = f"127.0.0.1:{free_port()}", f"selftest-{time.monotonic_ns()}"

    def make(run: str = run) -> SharedSink:
        made.append(SharedSink(listen, run))
        return made[-1]

    yield partial(make)
    for each in made:
        each.close()


def send(sink: SharedSink, recipient: str, text: str) -> None:
    host, _, port = sink.listen.partition(":")
    with smtplib.SMTP(host, int(port), timeout=10) as client:
        client.send_message(letter("undisclosed@example.com", text), to_addrs=[recipient])


def test_every_worker_reads_what_one_of_them_receives(worker: partial[SharedSink]) -> None:
    first, second = worker(), worker()
    first.serve()
    second.serve()
    send(first, ADA, "first")

    assert [texts(each.mailbox(), ADA) for each in (first, second)] == [["first\n"], ["first\n"]]


def test_another_worker_takes_over_from_one_that_has_ended(worker: partial[SharedSink]) -> None:
    first, second = worker(), worker()
    first.serve()
    box = second.mailbox()
    assert texts(box, ADA) == []
    first.close()

    assert texts(box, ADA) == []
    send(second, ADA, "second")
    assert texts(box, ADA) == ["second\n"]
    second.close()
    assert not second.folder.exists()


def test_an_address_that_another_program_has_is_named(worker: partial[SharedSink]) -> None:
    other, ours = worker(run="another-run"), worker()
    other.serve()
    with pytest.raises(NotTestable) as taken:
        ours.serve()
    assert str(taken.value) == (
        f"[facilities.outbox] something else listens at {ours.listen}: stop it, or give another port"
    )

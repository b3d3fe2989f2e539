"""Two requests on one connection: content that should not be there is seen, and a farewell is not taken for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from contract.answers import Request
from contract.targets.model import Transport
from suites.rig.conversation import in_step

SECOND = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
LASTING, CLOSING = b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """Serve one connection that gives *answers* one after another, and then ends; yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                for each in answers:
                    asked = b""
                    while b"\r\n\r\n" not in asked and (data := connection.recv(65_536)):
                        asked += data
                    connection.sendall(each)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        thread.join(10)


def conversed(method: str, *answers: bytes) -> tuple[int, int | None, str]:
    """Return the two statuses, None for an answer that was not due, and the fault of the second."""
    with saying(*answers) as url:
        first, second = in_step(Request(method, url), Request("GET", url), Transport(timeout_s=5))
    return first.status, second.status if second else None, second.fault if second else ""


@pytest.mark.parametrize("method", ["DELETE", "HEAD"])
def test_answers_in_step_are_both_read(method: str) -> None:
    head = LASTING if method == "DELETE" else b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"

    assert conversed(method, head, SECOND) == (204 if method == "DELETE" else 200, 200, "")


@pytest.mark.parametrize("surplus", [b"null", b"{}", b"0\r\n\r\n"])
@pytest.mark.parametrize("first", [LASTING, CLOSING], ids=["lasting", "closing"])
def test_content_of_an_answer_that_has_none_is_seen_behind_it(first: bytes, surplus: bytes) -> None:
    status, following, fault = conversed("DELETE", first + surplus, *[SECOND] * (first is LASTING))

    assert (status, following) == (204, 0)
    assert fault.startswith("not HTTP: ")


@pytest.mark.parametrize("first", [LASTING, CLOSING], ids=["unannounced", "announced"])
def test_a_connection_that_ends_after_the_first_answer_is_no_fault(first: bytes) -> None:
    assert conversed("DELETE", first) == (204, None, "")


def test_silence_is_an_answer_that_says_so() -> None:
    assert conversed("DELETE", b"") == (0, None, "")

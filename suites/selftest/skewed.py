"""A reference whose clock is far off, behind a front whose `Date` says so: what a badly kept machine looks like."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time

import httpx

from suites.selftest.reference import serving

NOT_PASSED_ON = {"date", "connection", "host", "transfer-encoding"}


@contextmanager
def skewed(ahead_s: float) -> Iterator[str]:
    """Serve the sound reference with a clock *ahead_s* ahead of ours (behind: negative); yield where its API is."""
    with serving("--control") as reference, httpx.Client(trust_env=False, timeout=30) as http:
        reference.control("POST", "/clock", {"advanceSeconds": ahead_s})

        class Front(BaseHTTPRequestHandler):
            """Passes everything on, and dates the answers by the moved clock."""

            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                """Answer with what the reference says."""
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                fields = [(name, value) for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON]
                said = http.request(self.command, reference.url + self.path, headers=fields, content=content)
                self.send_response_only(said.status_code)
                self.send_header("Date", formatdate(time() + ahead_s, usegmt=True))
                for name, value in said.headers.multi_items():
                    if name not in NOT_PASSED_ON:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.content)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on  # noqa: N815 - names of the standard library

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        front = ThreadingHTTPServer(("127.0.0.1", 0), Front)
        threading.Thread(target=front.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{front.server_address[1]}/api/v1"
        finally:
            front.shutdown()
            front.server_close()

"""A page that a target is not to fetch: a server on a free loopback port that counts who asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from contract.consent import host_of, is_loopback
from contract.targets.model import Target

NOWHERE = "https://keys.invalid"  # RFC 6761 section 6.4: no name server knows it


@dataclass
class Listener:
    """Where its pages are, and the paths that were asked for so far; nobody can ask where `url` is nowhere."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def listening(target: Target, pages: Mapping[str, tuple[str, bytes]]) -> Iterator[Listener]:
    """
    Serve *pages*, by path their media type and content, to a *target* on this machine, until the block ends.

    A target elsewhere could not reach it: then the addresses lead nowhere.
    """
    if not is_loopback(host_of(target.base_url)):
        yield Listener(NOWHERE)
        return

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.asked.append(self.path)
            media_type, content = pages.get(urlsplit(self.path).path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        listener = Listener(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()

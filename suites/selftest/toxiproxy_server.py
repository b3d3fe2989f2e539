"""
A stand-in for Toxiproxy that takes the orders of its HTTP API and passes no connection on.

Written after the README of github.com/Shopify/toxiproxy ("HTTP API", "Toxics"); where `toxiproxy-server` is installed,
the self-tests run against that too, so that the two cannot drift apart unseen.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TYPES = {
    "latency": {"latency", "jitter"},
    "bandwidth": {"rate"},
    "slow_close": {"delay"},
    "timeout": {"timeout"},
    "reset_peer": {"timeout"},
    "slicer": {"average_size", "size_variation", "delay"},
    "limit_data": {"bytes"},
}
"""Every type of toxic with its attributes."""


@dataclass
class StandIn:
    """The state: proxies by name, and every order as method and path."""

    url: str = ""
    proxies: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)

    def carry_out(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return status and body of the answer to one order."""
        self.orders.append(f"{method} {path}")
        match method, *path.strip("/").split("/"):
            case "POST", "proxies":
                self.proxies[body["name"]] = {"enabled": True, **body, "toxics": []}
                return 201, self.proxies[body["name"]]
            case _, "proxies", name, *_ if name not in self.proxies:
                return 404, {"error": "proxy not found", "status": 404}
            case "GET", "proxies", name:
                return 200, self.proxies[name]
            case "POST", "proxies", name:
                self.proxies[name] |= {key: body[key] for key in ("enabled", "listen", "upstream") if key in body}
                return 200, self.proxies[name]
            case "POST", "proxies", name, "toxics":
                return self.add(self.proxies[name]["toxics"], body)
            case "DELETE", "proxies", name, "toxics", toxic:
                return self.remove(self.proxies[name]["toxics"], toxic)
        return 404, {"error": "not found", "status": 404}

    def add(self, toxics: list[dict[str, Any]], body: dict[str, Any]) -> tuple[int, Any]:
        """Add the toxic that *body* describes."""
        toxic = {"stream": "downstream", "toxicity": 1.0, **body}
        toxic.setdefault("name", f"{toxic.get('type')}_{toxic['stream']}")
        if toxic["stream"] not in ("upstream", "downstream"):
            return 400, {"error": "stream was invalid, can be either upstream or downstream", "status": 400}
        if toxic.get("type") not in TYPES:
            return 400, {"error": "invalid toxic type", "status": 400}
        if any(each["name"] == toxic["name"] for each in toxics):
            return 409, {"error": "toxic already exists", "status": 409}
        given = toxic.get("attributes", {})
        toxic["attributes"] = {name: given.get(name, 0) for name in TYPES[toxic["type"]]}
        toxics.append(toxic)
        return 200, toxic

    def remove(self, toxics: list[dict[str, Any]], name: str) -> tuple[int, Any]:
        """Remove the toxic *name*."""
        found = [each for each in toxics if each["name"] == name]
        for each in found:
            toxics.remove(each)
        return (204, None) if found else (404, {"error": "toxic not found", "status": 404})


@contextlib.contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serve a stand-in on a free port for the length of the block."""
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = state.carry_out(self.command, self.path, json.loads(raw) if raw else None)
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = serve  # noqa: N815 - http.server calls them so

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()

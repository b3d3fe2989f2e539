"""
The reference behind a front that drifts: what passes through is changed as `data/drift/planted.toml` says.

    python -m suites.selftest.drifting --port 0 [--sound] [--record FILE] [any option of the reference]

It starts as the reference does, its first line of output is the same, and neither outlives the other. It also
publishes a document of its own, with one operation more than the contract has. With --sound nothing is changed. With
--record each exchange is added to FILE as an entry of HAR 1.2, one a line, unmasked: its accounts are nobody's.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from contract.document import contract_document
from contract.document.pointers import parts
from suites.selftest.editing import edited, read_data

GUARD = Path(__file__).parents[1] / "rig" / "guard.py"
BASE = "/api/v1"
PLANTED: tuple[Mapping[str, Any], ...] = tuple(read_data("planted.toml")["drift"])
UNDOCUMENTED = "POST /auth/impersonate"
"""The operation that only the front's own document has."""

HOP_BY_HOP = frozenset({"content-length", "connection", "transfer-encoding", "date", "server"})


class Drifting:
    """The front, over ASGI."""

    def __init__(self, url: str, drifts: tuple[Mapping[str, Any], ...], record: Path | None = None) -> None:
        self._url, self._drifts, self._record = url, drifts, record
        self._http = httpx.AsyncClient(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=None))
        step = {"at": "/paths/~1auth~1impersonate", "set": '{"post": {"responses": {"204": {"description": "Done."}}}}'}
        self._own = json.dumps(edited(step).data).encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request, path = Request(scope, receive), scope["raw_path"].decode("latin-1")
        if self._drifts and path == f"{BASE}/openapi.json":
            await Response(self._own, media_type="application/json")(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        fields = [(name, value) for name, value in request.headers.raw if name not in (b"host", b"content-length")]
        asked = await request.body()
        said = await self._http.request(
            request.method, f"{self._url}{path}{'?' if query else ''}{query}", headers=fields, content=asked
        )
        response = self._changed(request.method, path, said)
        if self._record:
            with self._record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry(request, asked, response)) + "\n")
        await response(scope, receive, send)

    def _changed(self, method: str, path: str, said: httpx.Response) -> Response:
        operation = contract_document().match("GET" if method == "HEAD" else method, path.removeprefix(BASE))
        place = f"{operation.label} {said.status_code}" if operation else ""
        status, body = said.status_code, said.content
        fields = {name.title(): value for name, value in said.headers.items() if name not in HOP_BY_HOP}
        for drift in (drift for drift in self._drifts if drift["to"] == place):
            status = drift.get("status", status)
            if "header" in drift:
                name = drift["header"].title()
                fields = {key: value for key, value in fields.items() if key != name}
                fields |= {name: drift["set"]} if "set" in drift else {}
            elif "body" in drift:
                body = drift["body"].encode()
            elif "status" not in drift:
                body = json.dumps(changed(json.loads(body), drift)).encode()
        return Response(b"" if method == "HEAD" else body, status, fields)


def entry(request: Request, asked: bytes, response: Response) -> dict[str, Any]:
    """Return one exchange as an entry of an HTTP Archive."""

    def pairs(headers: Any) -> list[dict[str, str]]:
        return [{"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in headers]

    text, media_type = bytes(response.body).decode("utf-8", "replace"), response.headers.get("content-type", "")
    posted = {"mimeType": request.headers.get("content-type", ""), "text": asked.decode("utf-8", "replace")}
    cookies: dict[str, Any] = {"cookies": [], "headersSize": -1, "httpVersion": "HTTP/1.1"}
    return {
        "startedDateTime": datetime.now(UTC).isoformat(),
        "time": 1,
        "request": {
            "method": request.method,
            "url": str(request.url),
            "headers": pairs(request.headers.raw),
            "queryString": [{"name": name, "value": value} for name, value in request.query_params.multi_items()],
            "bodySize": len(asked),
            **cookies,
            **({"postData": posted} if asked else {}),
        },
        "response": {
            "status": response.status_code,
            "statusText": "",
            "headers": pairs(response.raw_headers),
            "content": {"size": len(text), "mimeType": media_type, **({"text": text} if text else {})},
            "redirectURL": "",
            "bodySize": len(text),
            **cookies,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }


def changed(body: Any, drift: Mapping[str, Any]) -> Any:
    """Return *body* with a member dropped, renamed, or set as *drift* says; as it is where the member is not there."""
    *above, name = parts(drift.get("drop") or drift.get("rename") or drift["at"])
    holder = body
    for each in above:
        holder = holder[int(each)] if isinstance(holder, list) else holder.get(each, {})
    if "at" in drift:
        holder[name] = json.loads(drift["set"])
    elif name in holder:
        value = holder.pop(name)
        if "as" in drift:
            holder[drift["as"]] = value
    return body


def main(arguments: list[str]) -> int:
    """Start the reference, then the front; return 0 once either has ended, 2 where the reference did not start."""
    parser = argparse.ArgumentParser(prog="python -m suites.selftest.drifting", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--sound", action="store_true")
    parser.add_argument("--record", type=Path)
    options, others = parser.parse_known_args(arguments)
    command = [sys.executable, "-m", "reference_impl", *others, "--port", "0", "--control"]
    guarded = [sys.executable, "-S", str(GUARD), *command]
    with (
        subprocess.Popen(guarded, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening,
    ):
        assert child.stdout is not None
        if not (line := child.stdout.readline()):
            return 2
        reference = json.loads(line)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", options.port))
        listening.listen(2048)
        app = Drifting(reference["listening"], () if options.sound else PLANTED, options.record)
        config = uvicorn.Config(
            app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False, date_header=True
        )
        server = uvicorn.Server(config)

        def end_with_the_reference() -> None:
            child.wait()
            server.should_exit = True

        threading.Thread(target=end_with_the_reference, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        print(json.dumps({**reference, "listening": url}), flush=True)
        server.run([listening])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

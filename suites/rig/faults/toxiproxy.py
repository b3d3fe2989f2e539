"""
Breaking a dependency by Toxiproxy's HTTP API, where Toxiproxy already stands between it and the target.

Taken down by `enabled: false`; else by toxics, whose names begin with "authproof-". Source: the README of
github.com/Shopify/toxiproxy, "Toxics" and "HTTP API".
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from contract.outages import FaultKind, Reply
from suites.rig.faults.driver import Repair, Trouble

TIMEOUT_S = 10.0
LATE_MS = 30_000
TAKEN_DOWN = frozenset({FaultKind.REFUSED, FaultKind.DOWN})

TOXICS: Mapping[FaultKind, tuple[tuple[str, str, dict[str, int]], ...]] = {
    FaultKind.SILENT: (("timeout", "downstream", {"timeout": 0}),),
    # Either side may be the first to speak, and the toxic waits for that.
    FaultKind.RESET: (("reset_peer", "upstream", {"timeout": 0}), ("reset_peer", "downstream", {"timeout": 0})),
    FaultKind.SLOW: (("latency", "downstream", {"latency": LATE_MS}),),
    FaultKind.DRIP: (("slicer", "downstream", {"average_size": 1, "size_variation": 0, "delay": 1_000_000}),),
    FaultKind.TRUNCATED: (("limit_data", "downstream", {"bytes": 1}),),
}
"""By kind: type, stream and attributes of each toxic."""


class Toxiproxy:
    """The Toxiproxy at the `url` of `[facilities.faults]`; each dependency is one of its proxies."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._url = str(table["url"])
        self._proxies = {name: str(each["proxy"]) for name, each in table["dependencies"].items()}

    @property
    def addresses(self) -> Mapping[str, str]:
        """None: the target finds its dependencies by itself."""
        return {}

    def kinds(self, _dependency: str) -> frozenset[FaultKind]:
        """Return what Toxiproxy can do."""
        return TAKEN_DOWN | TOXICS.keys()

    async def check(self, dependency: str) -> None:
        """See that the proxy is there and enabled. Raises Trouble."""
        proxy = Remote(self._url, self._proxies[dependency])
        if not (await proxy.state())["enabled"]:
            raise Trouble(f"{proxy.place} is disabled already")

    def repair_of(self, dependency: str, kind: FaultKind) -> Repair:
        """Return which proxy to enable, or which toxics to remove."""
        return {
            "driver": "toxiproxy",
            "dependency": dependency,
            "url": self._url,
            "proxy": self._proxies[dependency],
            "enable": kind in TAKEN_DOWN,
            "toxics": [name_of(type_, stream) for type_, stream, _ in TOXICS.get(kind, ())],
        }

    async def break_(self, dependency: str, kind: FaultKind, _reply: Reply | None, _after: int) -> None:
        """Take the proxy down, or add the toxics, and read back that it is so. Raises Trouble."""
        proxy = Remote(self._url, self._proxies[dependency])
        if kind in TAKEN_DOWN:
            await proxy.enable(False)
        for type_, stream, attributes in TOXICS.get(kind, ()):
            await proxy.add(
                {
                    "name": name_of(type_, stream),
                    "type": type_,
                    "stream": stream,
                    "toxicity": 1.0,
                    "attributes": attributes,
                }
            )
        state = await proxy.state()
        there = {each["name"] for each in state["toxics"]}
        missing = [name for name in self.repair_of(dependency, kind)["toxics"] if name not in there]
        if missing or state["enabled"] is (kind in TAKEN_DOWN):
            raise Trouble(f"{proxy.place} took the order and does not show it: {', '.join(missing) or 'still enabled'}")

    async def mend(self, repair: Repair) -> None:
        """Remove the toxics and enable the proxy. Raises Trouble."""
        await mend(repair)

    def connections(self, _dependency: str) -> int | None:
        """Nobody counts."""
        return None

    async def close(self) -> None:
        """Nothing is held."""


def name_of(type_: str, stream: str) -> str:
    """Return the name of our toxic of this type in this direction."""
    return f"authproof-{type_}-{stream}"


async def mend(repair: Repair) -> None:
    """Do *repair*, whoever wrote it down. Raises Trouble."""
    proxy = Remote(repair["url"], repair["proxy"])
    before = await proxy.state()
    for name in {each["name"] for each in before["toxics"]} & set(repair["toxics"]):
        await proxy.remove(name)
    if repair["enable"]:
        await proxy.enable(True)
    after = await proxy.state()
    left = {each["name"] for each in after["toxics"]} & set(repair["toxics"])
    if left or (repair["enable"] and not after["enabled"]):
        raise Trouble(f"{proxy.place} took the order and does not show it: {', '.join(left) or 'still disabled'}")


class Remote:
    """One proxy of a Toxiproxy."""

    def __init__(self, url: str, name: str) -> None:
        self.place = f"the proxy '{name}' of Toxiproxy at {url}"
        self._url = url
        self._path = f"/proxies/{quote(name, safe='')}"

    async def state(self) -> dict[str, Any]:
        """Return the proxy with its toxics."""
        said: dict[str, Any] = json.loads(await self._ask("GET", self._path))
        return said

    async def enable(self, wanted: bool) -> None:
        """Take the proxy up or down; POST, since older versions know no PATCH."""
        await self._ask("POST", self._path, {"enabled": wanted})

    async def add(self, toxic: dict[str, Any]) -> None:
        """Add *toxic*."""
        await self._ask("POST", f"{self._path}/toxics", toxic)

    async def remove(self, name: str) -> None:
        """Remove the toxic *name*."""
        await self._ask("DELETE", f"{self._path}/toxics/{name}")

    async def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        return await asyncio.to_thread(self._ask_now, method, path, body)

    def _ask_now(self, method: str, path: str, body: Any) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_S) as said:
                answer: bytes = said.read()
                return answer
        except urllib.error.HTTPError as refusal:
            with refusal:
                text = refusal.read(500).decode("utf-8", "replace").strip()
            raise Trouble(f"{self.place}: {method} is {refusal.code} {text}") from None
        except OSError as why:
            raise Trouble(f"{self.place} does not answer: {getattr(why, 'reason', why)}") from None

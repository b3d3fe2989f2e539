"""
The proxies of a target that runs already, until Ctrl-C.

    python -m suites.rig.faults.standing my-api.toml

Such a target needs its dependencies before and after a run too, so that these proxies cannot belong to one. Runs give
their orders at the address `control` of the target file. What a run has broken is repaired when its connection ends,
however it ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from contract.errors import BindingError
from contract.targets.read import resolve
from suites.rig.faults.driver import Trouble
from suites.rig.faults.keeper import LONGEST_ORDER_BYTES, serve
from suites.rig.faults.proxies import Proxies
from suites.rig.faults.proxy import split

USAGE, TROUBLE = 2, 3


async def stand(table: Mapping[str, Any]) -> None:
    """Pass connections on, and break what runs ask for, until told to stop. Raises Trouble."""
    proxies = Proxies(table)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def one_run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer, lambda _order: proxies)
        finally:
            writer.close()

    host, port = split(table["control"])
    try:
        server = await asyncio.start_server(one_run, host, port, limit=LONGEST_ORDER_BYTES)
    except OSError as why:
        await proxies.close()
        raise Trouble(f"cannot listen at {table['control']}: {why.strerror or why}") from None
    for name, each in table["dependencies"].items():
        print(f"{name}: {each['listen']} -> {each['to']}")
    print(f"orders at {table['control']}; stop with Ctrl-C", flush=True)
    await stop.wait()
    server.close()
    await proxies.close()


def main(arguments: list[str]) -> int:
    """Stand by for the target file that *arguments* name."""
    if len(arguments) != 1:
        print("usage: python -m suites.rig.faults.standing TARGET.toml", file=sys.stderr)
        return USAGE
    try:
        target = resolve(arguments[0], environ=os.environ)
    except BindingError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return USAGE
    table = target.facilities.get("faults", {})
    if table.get("driver") != "proxy" or "control" not in table:
        print(f'{arguments[0]}: needs [facilities.faults] with driver = "proxy" and control.', file=sys.stderr)
        return USAGE
    try:
        asyncio.run(stand(table))
    except Trouble as why:
        print(f"{arguments[0]}: [facilities.faults] {why}", file=sys.stderr)
        return TROUBLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

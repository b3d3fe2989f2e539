"""`python -m reference_impl`: start the server."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from reference_impl import options


def main(arguments: list[str]) -> None:
    """Read the options, start, serve until told to stop. Exit code 2 where it cannot start."""
    try:
        found = options.parse(arguments)
        _run(found.settings)
    except options.StartError as fault:
        options.fail(str(fault))


def _run(settings: options.Settings) -> None:
    from reference_impl import server  # noqa: PLC0415 - after the defects are in place
    from reference_impl.app import App  # noqa: PLC0415
    from reference_impl.logs import Log  # noqa: PLC0415
    from reference_impl.service import open_service  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="authproof-") as folder:
        if not settings.data:
            settings = replace(settings, data=folder)
        Path(settings.data).mkdir(parents=True, exist_ok=True)
        sock = server.listen(settings)
        service = open_service(settings)
        url = f"{'https' if settings.tls_cert else 'http'}://{settings.host}:{sock.getsockname()[1]}"
        try:
            server.serve(
                App(service, Log(sys.stderr)),
                settings,
                sock,
                lambda: print(json.dumps({"listening": url, "pid": os.getpid()}), flush=True),
            )
        finally:
            service.close()


if __name__ == "__main__":
    main(sys.argv[1:])

"""`python -m reference_impl`: start the server, or list its planted defects."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace

from reference_impl import defects, options
from reference_impl.options import StartError
from reference_impl.settings import Settings


def main(arguments: list[str]) -> None:
    """Do what *arguments* say. Exit code 2 and one line where the server cannot start."""
    try:
        chosen = options.parse(arguments)
        if chosen.list_defects:
            print(defects.as_json() if chosen.json else defects.as_text())
            return
        defects.apply(chosen.defect, window_ms=chosen.defect_window_ms)
        # uvicorn ends running requests and then raises the signal once more, for whoever started it: us.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        with ExitStack() as closing:
            _run(chosen.settings, closing)
    except (StartError, defects.UnknownDefect) as fault:
        print(f"reference_impl: {fault}", file=sys.stderr)
        raise SystemExit(2) from None


def _stop(*_: object) -> None:
    raise SystemExit(0)


def _run(settings: Settings, closing: ExitStack) -> None:
    # Imported only now, so that --list-defects and a mistaken option cost nothing and defects come first.
    from reference_impl import consistency, server, service, start  # noqa: PLC0415
    from reference_impl.app import App  # noqa: PLC0415
    from reference_impl.logs import Log, catch_libraries  # noqa: PLC0415

    for mistake in consistency.mistakes(settings):
        raise StartError(mistake)
    start.check_database_name(settings)
    start.check_tls(settings)
    settings = replace(settings, data=closing.enter_context(start.data_folder(settings)))
    log = Log(closing.enter_context(start.log_stream(settings)))
    catch_libraries(log)
    sock = closing.enter_context(start.listening_socket(settings))
    control_sock = closing.enter_context(start.control_socket(settings)) if settings.control else None
    running = service.open_service(settings)
    closing.callback(running.close)
    running.background.on_failure = lambda name, fault: log.fault(fault, "", task=name)
    warning = start.check_database(running)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"{'https' if settings.tls_cert else 'http'}://{host}:{sock.getsockname()[1]}"

    async def listening() -> None:
        said: dict[str, object] = {"listening": url, "pid": os.getpid()}
        if control_sock is not None:
            from reference_impl.control.door import open_control  # noqa: PLC0415 - only where testers are let in

            said["control"] = await open_control(running, control_sock)
        print(json.dumps(said), flush=True)
        print(start.hints(url, settings), file=sys.stderr)
        if warning:
            print(f"reference_impl: warning: {warning}", file=sys.stderr)

    server.serve(App(running, log), log, settings, sock, listening)


if __name__ == "__main__":
    main(sys.argv[1:])

"""
A target that dies of one password: the reference behind a door that ends the process when it hears the words.

    python -m suites.selftest.mortal PORT FOLDER WORDS
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading

OPTIONS = ("--source-register-limit 0 --source-login-failure-limit 0 --source-refresh-limit 0 "
           "--source-reset-limit 0").split()  # fmt: skip


def main(port: int, folder: str, words: bytes) -> None:
    """Forward every connection to a reference of its own, until *words* come by."""
    command = [sys.executable, "-m", "reference_impl", "--port", "0", "--data", folder, *OPTIONS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    inside = json.loads(process.stdout.readline())["listening"].rpartition(":")[2]

    def forward(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if words in data:
                    process.kill()
                    os._exit(1)
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    listener = socket.create_server(("127.0.0.1", port))
    while True:
        outside, _ = listener.accept()
        reference = socket.create_connection(("127.0.0.1", int(inside)))
        for pair in ((outside, reference), (reference, outside)):
            threading.Thread(target=forward, args=pair, daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3].encode())

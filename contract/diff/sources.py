"""Where a document comes from: a file, or `REV:path` of the git repository around the working directory."""

from __future__ import annotations

import subprocess
from pathlib import Path

from contract.document import MAX_BYTES, Document, load, load_bytes
from contract.errors import BindingError

GIT_TIMEOUT_S = 30.0


def read(source: str) -> Document:
    """
    Return the document that *source* names: a file, or else `REV:path`, the path as git counts it.

    Raises:
        BindingError: there is neither, or it is no document that can be read; one line for each problem.
    """
    revision, colon, path = source.partition(":")
    if Path(source).exists() or not (colon and revision and path):
        return load(Path(source))
    if source.startswith("-"):
        raise BindingError(f"{source}: no revision begins with a hyphen.")
    try:
        with subprocess.Popen(  # noqa: S603 - one argument, which is no option
            ["git", "cat-file", "blob", source],  # noqa: S607 - the user's own git
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as git:
            assert git.stdout is not None and git.stderr is not None
            data = git.stdout.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                git.kill()
                return load_bytes(data, source)
            complaint = git.stderr.read(1000).decode("utf-8", "replace").strip()
            code = git.wait(GIT_TIMEOUT_S)
    except OSError as error:
        raise BindingError(f"{source}: no such file, and git cannot be run ({error.strerror}).") from None
    if code:
        why = complaint.removeprefix("fatal: ").partition("\n")[0]
        raise BindingError(f"{source}: no such file, and git has no such thing: {why}.")
    return load_bytes(data, source)

"""`python -m contract.diff.hook FILE...`, for pre-commit: each document against what the last commit has of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath

from contract.diff.command import main as diff
from contract.errors import BindingError


def main(arguments: Sequence[str]) -> int:
    """
    Compare each file named in *arguments*, below the working directory, with its version in HEAD.

    Options are those of `contract diff`. A document that HEAD does not have is new, and breaks nobody.

    Returns:
        The worst exit code of all comparisons.
    """
    options = [each for each in arguments if each.startswith("--")]
    code = 0
    for file in (each for each in arguments if not each.startswith("--")):
        old = f"HEAD:./{PurePosixPath(file)}"
        command = ["git", "cat-file", "-e", old]
        if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:  # noqa: S603 - no option
            continue
        try:
            code = max(code, diff([*options, old, file]))
        except BindingError as error:
            print(error, file=sys.stderr)
            code = 2
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

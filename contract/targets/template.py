"""`python -m contract template`: the target file to start from."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from contract.errors import BindingError

TEMPLATE_FILE = Path(__file__).with_name("template.toml")


def main(arguments: Sequence[str]) -> int:
    """
    Print the template on stdout.

    Raises:
        BindingError: the checkout lacks it.
    """
    argparse.ArgumentParser(
        prog="python -m contract template",
        description="Print a target file to fill in: 'python -m contract template > my-api.toml'.",
    ).parse_args(arguments)
    try:
        print(TEMPLATE_FILE.read_text(encoding="utf-8"), end="")
    except OSError as error:
        raise BindingError(f"{TEMPLATE_FILE}: cannot be read ({error.strerror}); is the checkout complete?") from None
    return 0

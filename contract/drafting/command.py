"""`python -m contract init DOCUMENT`: a target file to go on from, drafted from an OpenAPI document."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from contract.document import load
from contract.drafting.writing import TODO, draft


def main(arguments: Sequence[str]) -> int:
    """
    Print the draft on stdout, and on stderr how much is left to do.

    Raises:
        BindingError: the document cannot be read.
    """
    parser = argparse.ArgumentParser(
        prog="python -m contract init",
        description="Draft a target file from a document: 'python -m contract init openapi.json > my-api.toml'. "
        "Each guess says how sure it is, and why; lines that begin '# TODO' are left to you.",
    )
    parser.add_argument("document", type=Path, metavar="DOCUMENT", help="an OpenAPI 3.0 or 3.1 document, JSON or YAML")
    parser.add_argument(
        "--base-url", default="", metavar="URL", help="where the API is (default: the document's server)"
    )
    parser.add_argument(
        "--name", default="", metavar="NAME", help="its name in reports (default: the document's title)"
    )
    given = parser.parse_args(arguments)
    document = load(given.document)
    title = str((document.data.get("info") or {}).get("title", "")) or given.document.stem
    name = given.name or re.sub(r"[^A-Za-z0-9.-]+", "-", title).strip("-.").lower()[:60] or "my-api"
    text = draft(document, name=name, base_url=given.base_url, file=str(given.document))
    print(text, end="")
    left = text.count(f"\n{TODO}")
    print(f"{left} lines begin '{TODO}'" if left else "nothing is left to do", file=sys.stderr)
    return 0

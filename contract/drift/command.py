"""`python -m contract drift CAPTURE`: recorded traffic against a document, a line for each difference."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from contract.document import CONTRACT_FILE, load
from contract.drift.har import read_har
from contract.drift.result import Drift
from contract.drift.traffic import Traffic, differences, drift_of
from contract.errors import BindingError, one_line
from contract.known_failures import read_file


def main(arguments: Sequence[str]) -> int:
    """
    Judge a capture.

    Returns:
        0 no drift; 1 drift that is not excused; 2 a file that cannot be read; 5 nothing in it belongs to the document.
    """
    parser = argparse.ArgumentParser(
        prog="python -m contract drift",
        description="Say where recorded traffic (HAR 1.2) differs from an OpenAPI document.",
        epilog="Exit codes: 0 no drift, 1 drift, 2 usage or unreadable, 5 no exchange belongs to the document. "
        "'python -m contract explain ID' tells more of a rule.",
    )
    parser.add_argument("capture", type=Path, metavar="CAPTURE", help="an HTTP Archive of a browser or proxy")
    parser.add_argument(
        "--document",
        type=Path,
        default=CONTRACT_FILE,
        metavar="FILE",
        help="the OpenAPI document (default: our contract)",
    )
    parser.add_argument("--base", metavar="PATH", help="the path before those of the document (default: its server's)")
    parser.add_argument("--known-failures", type=Path, metavar="FILE", help="drift that is excused, and until when")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the findings as JSON (drift.schema.json)")
    parser.add_argument("--statuses", action="store_true", help="print which documented refusals were produced")
    given = parser.parse_args(arguments)

    document = load(given.document)
    base = document.base_path if given.base is None else given.base.rstrip("/")
    known = read_file(given.known_failures) if given.known_failures else ()
    traffic = Traffic(document, base)
    silent = []
    for answer, body_known in read_har(given.capture):
        traffic.add(answer, body_known=body_known)
        silent += [] if body_known else [answer]
    findings = [finding for finding, _ in differences(traffic, unknown_bodies=silent)]
    drift = drift_of(traffic, str(given.capture), findings, known=known)
    if given.json:
        write(given.json, drift)
    print(*lines(drift, statuses=given.statuses), sep="\n")
    return 1 if drift.failed else 0 if drift.judged else 5


def lines(drift: Drift, *, statuses: bool = False) -> Iterator[str]:
    """Yield a line for each finding, with the line of the document at odds, and one with the sums."""
    for finding in drift.findings:
        known = f" (known: {finding.known_failure.reason})" if finding.known_failure else ""
        yield one_line(f"{drift.document}:{finding.line}: {finding}{known}")
    if statuses:
        for each in drift.statuses:
            how = f"{each.exchange['method']} {each.exchange['url']}" if each.exchange else f"not produced: {each.why}"
            yield one_line(f"{each.label} {each.status}: {how}")
    yield from drift.left_out
    yield from drift.unused
    reached = sum(each.reached for each in drift.statuses)
    failing = sum(each.fails for each in drift.findings)
    yield (
        f"{drift.exchanges} exchanges, {drift.judged} of documented operations: {len(drift.findings)} differences, "
        f"{failing} of them not allowed; {reached} of {len(drift.statuses)} documented refusals were produced"
    )


def write(path: Path, drift: Drift) -> None:
    """
    Write *drift* as JSON to *path*.

    Raises:
        BindingError: it cannot be written.
    """
    try:
        path.write_text(json.dumps(drift.to_json(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BindingError(f"{path}: cannot be written ({error.strerror}).") from None

"""The script as a text: what it is about and what it needs, its functions, its values, its steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract.errors import one_line
from contract.masking import mask_text
from contract.masking.text import blank
from contract.masking.values import ValueIndex
from contract.targets.model import Target, Transport
from suites.rig.repro.declaring import Variables, plain
from suites.rig.repro.ledger import Ledger
from suites.rig.repro.needed import Step, Uses
from suites.rig.repro.origins import Fresh
from suites.rig.repro.requests import Place
from suites.rig.repro.shell import comment, functions_used, quoted
from suites.rig.repro.writing import Writer

_KNOWN = ValueIndex()
VERDICT_LENGTH = 80  # characters of what was seen, in the last line: the comment at the top has all of it


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: the requirement and its statement, and the number of the exchange at fault."""

    requirement: str
    statement: str
    expected: str
    actual: str
    at_fault: int
    clock_offset_s: float = 0.0


def document(finding: Finding, ledger: Ledger, uses: Uses, steps: Sequence[Step], place: Place) -> str:
    """Return the whole script for *finding*."""
    target = ledger.history.target
    writer = Writer(ledger, uses, place, steps)
    expected, actual = shown(finding.expected), shown(finding.actual)
    actual = actual if len(actual) <= VERDICT_LENGTH else f"{actual[:VERDICT_LENGTH]}..."
    told = [f"expected: {expected}" if expected else "", f"the failed test saw: {actual}" if actual else ""]
    writer.write(finding.at_fault, "; ".join(part for part in told if part))
    body = without_secrets("\n".join(writer.lines), ledger)
    made_up = "\n".join(writer.variables.made_up)
    functions = functions_used(f"{made_up}\n{body}")
    code = "\n".join([*functions, body])
    options = curl_array(target.transport, writer.variables) if "${CURL[@]}" in code else []
    pieces = [
        "\n".join(["#!/usr/bin/env bash", *head(finding, ledger, uses, steps, place), "", "set -u"]),
        "\n".join([*settings_of(finding, target, place, code), *writer.variables.required, *options]),
        *(function.rstrip() for function in functions),
        made_up,
        body,
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(piece for piece in pieces if piece)) + "\n"


def shown(text: str) -> str:
    """Return *text* on one line and without secrets."""
    return one_line(mask_text(" ".join(text.split())))


def head(finding: Finding, ledger: Ledger, uses: Uses, steps: Sequence[Step], place: Place) -> list[str]:
    """Return the comment that a reader sees first."""
    target, file, path = ledger.history.target, f"./{finding.requirement}.sh", urlsplit(place.base_url).path
    lines = comment(f"{finding.requirement}: {shown(finding.statement)}")
    lines += ["#"]
    for label, text in (("expected", finding.expected), ("actual", finding.actual)):
        if text:
            lines += comment(f"{label + ':':<11}{shown(text)}", indent=" " * 11)
    lines += ["#", f"# Run it:    {file}", *comment(f"Elsewhere: BASE_URL=https://your.host{path} {file}")]
    lines += comment(
        "Needs:     bash, curl 7.68 or newer, and python3 with nothing installed. It holds no secret: what it sends it "
        "makes up, takes from earlier answers, or reads from variables. " + accounts_made(ledger, uses, steps),
        indent=" " * 11,
    )
    if target.start:
        start = " ".join(target.start.replace("{python}", "python").split())
        lines += comment(
            f"Target:    {target.name}, which the run started itself and has ended. Start one, and say by BASE_URL "
            f"where it listens. Its start line: {shown(start)}",
            indent=" " * 11,
        )
    return lines


def accounts_made(ledger: Ledger, uses: Uses, steps: Sequence[Step]) -> str:
    """Say how many accounts the script may make on the target."""
    numbers = [number for step in steps for number in step.numbers]
    registering = [number for number in numbers if ledger.history.answers[number].request.operation == "registerUser"]
    count = len(
        {v for number in registering for v in uses[number] if isinstance(v.origin, Fresh) and v.base == "EMAIL"}
    )
    return f"It registers {count} account{'' if count == 1 else 's'} on the target." if count else ""


def settings_of(finding: Finding, target: Target, place: Place, text: str) -> list[str]:
    """Return the lines for the target's place, and for what the functions of *text* read."""
    lines = [f'BASE_URL="${{BASE_URL:-{plain(place.base_url)}}}"', 'BASE_URL="${BASE_URL%/}"']
    if any(name in text for name in ("$ORIGIN", "$HOST", "$BASE_PATH")):
        lines += ['HOST="${BASE_URL#*://}" && HOST="${HOST%%/*}"']
    if "$ORIGIN" in text:
        lines += ['ORIGIN="${BASE_URL%%://*}://$HOST"']
    if "$BASE_PATH" in text:
        lines += ['BASE_PATH="${BASE_URL#*://"$HOST"}"']
    lines += ["DIR=$(mktemp -d) && trap 'rm -rf \"$DIR\"' EXIT"]
    if "wire() {" in text:
        lines += [f"export BASE_URL LIMIT_S={target.transport.timeout_s:g}"]
    if "race() {" in text:
        lines += ["RACE=()"]
    if "$MOVED_S" in text or "MOVED_S +" in text:
        lines += ["MOVED_S=0"]
    if "code() {" in text:
        profile = target.profile
        lines += [
            f'TARGET_AHEAD_S="${{TARGET_AHEAD_S:-{finding.clock_offset_s:g}}}"  # how far its clock is ahead of ours',
            f"CODE_STEP_S={profile.code_step_s} CODE_DIGITS={profile.code_digits} "
            f"CODE_HASH={profile.code_algorithm.lower()}",
        ]
    return lines


def curl_array(transport: Transport, variables: Variables) -> list[str]:
    """Return the lines for the options of every call of curl: how to reach the target, as its file says."""
    options = [
        "--silent",
        "--show-error",
        "--http1.1",
        "--globoff",
        "--path-as-is",
        f"--max-time {transport.timeout_s:g}",
    ]
    lines: list[str] = []
    files = {"CA_FILE": (transport.ca_file, "--cacert"), "CLIENT_CERT": (transport.client_cert, "--cert"),
             "CLIENT_KEY": (transport.client_key, "--key")}  # fmt: skip
    for name, (path, option) in files.items():
        if path is not None:
            lines.append(f'export {name}="${{{name}:-{plain(str(path))}}}"')
            options.append(f'{option} "${name}"')
    if transport.client_key_passphrase is not None:
        variables.require("CLIENT_KEY_PASSPHRASE", "the passphrase of the client key")
        lines.append("export CLIENT_KEY_PASSPHRASE")
        options.append('--pass "$CLIENT_KEY_PASSPHRASE"')
    if not transport.verify:
        lines.append("export VERIFY=no  # the target file says verify = false: certificates are not checked")
        options.append("--insecure")
    if transport.proxy:
        options.append(f"--proxy {quoted(transport.proxy)}")
        if transport.proxy_auth is not None:
            variables.require("PROXY_AUTH", "user:password for the proxy")
            options.append('--proxy-user "$PROXY_AUTH"')
    else:
        options.append("--noproxy '*'")
    return [*lines, f"CURL=({' '.join(options)})"]


def without_secrets(steps: str, ledger: Ledger) -> str:
    """Return *steps* with every secret blanked that is there against all care: better broken than told."""
    spans = ((start, end) for start, end in _KNOWN.spans(steps) if steps[start:end] not in ledger.chosen)
    return blank(steps, spans)

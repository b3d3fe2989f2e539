"""The script as a text: what it is about and what it needs, its functions, its values, its steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract.errors import one_line
from contract.masking import mask_text
from contract.secret import MASK
from contract.targets.model import Target, Transport
from suites.rig.repro.declaring import Variables
from suites.rig.repro.ledger import Ledger
from suites.rig.repro.needed import Step, Uses
from suites.rig.repro.origins import Fresh
from suites.rig.repro.requests import Place
from suites.rig.repro.shell import comment, functions_used, quoted
from suites.rig.repro.writing import Writer

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
    body = "\n".join(writer.lines)
    options = curl_array(target.transport, writer.variables) if "curl " in body or "send " in body else []
    functions = functions_used(f"{body}\n" + "\n".join(writer.variables.made_up))
    settings = settings_of(finding, target, place, "\n".join([*functions, body]))
    pieces = [
        "\n".join(["#!/usr/bin/env bash", *head(finding, ledger, steps, place), "", "set -u"]),
        "\n".join([*settings, *writer.variables.required, *options]),
        *(function.rstrip() for function in functions),
        "\n".join(writer.variables.made_up),
        body,
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(piece for piece in pieces if piece)) + "\n"


def shown(text: str) -> str:
    """Return *text* on one line and without secrets."""
    return one_line(mask_text(" ".join(text.split())))


def head(finding: Finding, ledger: Ledger, steps: Sequence[Step], place: Place) -> list[str]:
    """Return the comment that a reader sees first."""
    target, file, path = ledger.history.target, f"./{finding.requirement}.sh", urlsplit(place.base_url).path
    lines = comment(f"{finding.requirement}: {shown(finding.statement)}")
    lines += ["#"]
    for label, text in (("expected", finding.expected), ("actual", finding.actual)):
        if text:
            lines += comment(f"{label + ':':<11}{shown(text)}", indent=" " * 11)
    lines += ["#", f"# Run it:    {file}", f"# Elsewhere: BASE_URL=https://your.host{path} {file}"]
    lines += comment(
        "Needs:     bash, curl 7.68 or newer, and python3 with nothing installed. It holds no secret: what it sends it "
        "makes up, takes from earlier answers, or reads from variables. " + accounts_made(ledger, steps),
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


def accounts_made(ledger: Ledger, steps: Sequence[Step]) -> str:
    """Say how many accounts the script makes on the target."""
    answers = [ledger.history.answers[number] for step in steps for number in step.numbers]
    said = " ".join(
        answer.request.body.decode("utf-8", "replace")
        for answer in answers
        if answer.request.operation == "registerUser"
    )
    fresh = [each for each in ledger.variables.values() if isinstance(each.origin, Fresh) and each.base == "EMAIL"]
    count = sum(variable.value in said for variable in fresh)
    return f"It registers {count} account{'' if count == 1 else 's'} on the target." if count else ""


def settings_of(finding: Finding, target: Target, place: Place, text: str) -> list[str]:
    """Return the lines for the target's place, and for what the functions of *text* read."""
    lines = [f'BASE_URL="${{BASE_URL:-{place.base_url}}}"', 'BASE_URL="${BASE_URL%/}"']
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
            lines.append(f'export {name}="${{{name}:-{path}}}"')
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


def without_secrets(script: str, ledger: Ledger) -> str:
    """Return *script* with every secret blanked that is there against all care: better broken than told."""
    secrets = ledger.history.secrets - ledger.chosen
    for secret in sorted((text for text in secrets if text in script), key=len, reverse=True):
        script = script.replace(secret, MASK)
    return script

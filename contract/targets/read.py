"""
What `--target=` takes: a target file, the name of a shipped one, or the URL of an API that keeps our contract.

Everything that is wrong with a file is said at once, one line each.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract.document import CONTRACT_FILE, contract_document
from contract.errors import BindingError
from contract.filling.further import completed
from contract.targets import contract_speech, extending, keys, sections
from contract.targets.lines import key_lines
from contract.targets.model import Profile, Target
from contract.targets.secrets import run_command
from contract.targets.spots import Source, Spot, TooMany, one_line

SHIPPED = Path(__file__).parents[2] / "suites" / "targets"
LARGEST_BYTES = 256 * 1024  # a file that says everything has some twenty thousand
DEEPEST_KEY = 100  # parts of a dotted key; tomllib takes minutes for tens of thousands

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_PLACE_OF_FAULT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST_AND_PORT = re.compile(r"(localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*):[0-9]{1,5}(/.*)?")


def resolve(
    spec: str,
    *,
    environ: Mapping[str, str],
    run_command: Callable[[str], str] = run_command,
    shipped: Path = SHIPPED,
) -> Target:
    """
    Return the target that `--target=`*spec* names. A file wins over a shipped target of the same name.

    Raises:
        BindingError: there is no such target, or its file is wrong.
    """
    if _SCHEME.match(spec):
        return from_url(spec)
    path = Path(spec)
    try:
        is_file, is_there = path.is_file(), path.exists()
    except OSError:  # too long for a path, or in a folder that is closed to us
        is_file = is_there = False
    if not spec.strip():
        raise BindingError(_nothing(spec, names(shipped)))
    if not is_file and spec in names(shipped):
        path = shipped / spec / "target.toml"
    elif not is_there:
        raise BindingError(_nothing(spec, names(shipped)))
    return read(path, environ=environ, run_command=run_command)


def names(shipped: Path = SHIPPED) -> list[str]:
    """Return the names of the shipped targets."""
    return sorted(path.parent.name for path in shipped.glob("*/target.toml"))


def from_url(url: str) -> Target:
    """
    Return the target at *url*, which keeps our contract and declares nothing else.

    The contract's base path is added to a URL without a path; one with a path is the base URL as it stands.

    Raises:
        BindingError: it is no http or https URL, or holds a password, a query or a fragment.
    """
    if fault := keys.url_fault(url, ("http", "https")):
        raise BindingError(f"--target={_without_secrets(url)}: {fault}")
    parts = urlsplit(url)
    path = parts.path.rstrip("/") or contract_document().base_path
    return Target(
        name=parts.netloc,
        base_url=f"{parts.scheme}://{parts.netloc}{path}",
        document=CONTRACT_FILE,
        features=contract_speech.FEATURES_OF_CONTRACT,
        operations=contract_speech.operations(),
        answers=sections.all_rules({}, Profile()),
    )


def read(path: Path, *, environ: Mapping[str, str], run_command: Callable[[str], str] = run_command) -> Target:
    """
    Return the target that the file *path* says.

    Args:
        path: A TOML file. Paths in it are relative to its folder.

        environ: What ${NAME} stands for.

        run_command: Returns what a command prints; raises CommandFailed.

    Raises:
        BindingError: every problem of the file, one line each, from the top of the file down.
    """
    label = str(path)
    text = _text(path)
    data = extending.whole(_toml(text, label), path, lambda other: _toml(_text(other), str(other)))
    source = Source(label, path.parent, environ, run_command, key_lines(text))
    with contextlib.suppress(TooMany):
        target = sections.target(data, Spot(source))
        if target:
            return completed(replace(target, source=path))
    raise BindingError(*source.problems)


def _nothing(spec: str, known: list[str]) -> str:
    spec = one_line(spec)
    if _HOST_AND_PORT.fullmatch(spec):
        return f"--target={spec}: no such file. Did you mean 'http://{spec}'?"
    near = get_close_matches(spec, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    what = "no such file" if spec.endswith(".toml") or "/" in spec else "no such file and no shipped target"
    return f"--target={spec}: {what}.{hint} Valid: a target file, a URL, or one of: {', '.join(known)}."


def _without_secrets(url: str) -> str:
    """Return *url* without what may be secret in it: a password, a query."""
    return re.sub(r"[?#].*", "?...", re.sub(r"//[^/]*@", "//***@", url))


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise BindingError(f"{path}: is a folder. Name the target file in it.")
        if path.exists() and not path.is_file():
            raise BindingError(f"{path}: is no regular file. Name a target file.")
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as fault:
        raise BindingError(f"{path}: cannot be read: {fault.strerror}.") from None
    if len(raw) > LARGEST_BYTES:
        raise BindingError(f"{path}: is larger than 256 KiB, which is no target file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        number = raw.count(b"\n", 0, fault.start) + 1
        raise BindingError(f"{path}:{number}: is not UTF-8. Save the file as UTF-8.") from None


def _toml(text: str, label: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > DEEPEST_KEY and _QUOTED.sub("", line).count(".") > DEEPEST_KEY:
            raise BindingError(f"{label}:{number}: has a key of more than {DEEPEST_KEY} parts.")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise BindingError(f"{label}: is nested too deeply to be a target file.") from None
    except ValueError as fault:  # TOMLDecodeError is one, and so is a number of more digits than Python reads
        said = str(fault)
        place = _PLACE_OF_FAULT.search(said)
        where = f":{place[1]}" if place and place[1] else ""
        column = f", at column {place[2]}" if place and place[2] else ", at the end of the file" if place else ""
        said = one_line(_PLACE_OF_FAULT.sub("", said))
        raise BindingError(f"{label}{where}: is not TOML: {said[:1].lower()}{said[1:]}{column}.") from None

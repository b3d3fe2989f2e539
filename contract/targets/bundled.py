"""What `--target=` takes: a target file, the name of a shipped one, or the URL of an API that keeps our contract."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from contract.document import CONTRACT_FILE, contract_document
from contract.errors import BindingError
from contract.targets import contract_speech, keys
from contract.targets.model import Profile, Target
from contract.targets.read import all_rules, read
from contract.targets.secrets import run_command

SHIPPED = Path(__file__).parents[2] / "suites" / "targets"

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
    if not os.path.lexists(path):
        if spec not in names(shipped):
            raise BindingError(_nothing(spec, names(shipped)))
        path = shipped / spec / "target.toml"
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
        raise BindingError(f"--target={_without_secrets(url)}: {fault}.")
    parts = urlsplit(url)
    path = parts.path.rstrip("/") or contract_document().base_path
    return Target(
        name=parts.netloc,
        base_url=f"{parts.scheme}://{parts.netloc}{path}",
        document=CONTRACT_FILE,
        features=contract_speech.FEATURES_OF_CONTRACT,
        operations=contract_speech.operations(),
        answers=all_rules({}, Profile()),
    )


def _nothing(spec: str, known: list[str]) -> str:
    if _HOST_AND_PORT.fullmatch(spec):
        return f"--target={spec}: no such file. Did you mean 'http://{spec}'?"
    near = get_close_matches(spec, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    what = "no such file" if spec.endswith(".toml") or "/" in spec else "no such file and no shipped target"
    return f"--target={spec}: {what}.{hint} Valid: a target file, a URL, or one of: {', '.join(known)}."


def _without_secrets(url: str) -> str:
    """Return *url* without what may be secret in it: a password, a query."""
    return re.sub(r"[?#].*", "?...", re.sub(r"//[^/]*@", "//***@", url))

"""`python -m suites prune`: deletes old runs of reports/out, and none that somebody may still need."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from contract.errors import BindingError
from contract.results.exit_code import ExitCode
from contract.results.folder import OUT
from suites.rig.faults.journal import Journal as Repairs
from suites.rig.journal import read_journal
from suites.rig.kept_passwords import key_file

KEEP = 20
SILENT_S = 24 * 3600.0  # what has written nothing for so long runs no more, however it ended
NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
GOING = ".pruned-"


def main(arguments: Sequence[str]) -> int:
    """
    Delete what is older than the newest runs that have ended; return 0.

    Raises:
        BindingError: the number to keep is below 1.
    """
    parser = argparse.ArgumentParser(
        prog="python -m suites prune",
        description=f"Delete the runs of {OUT} that are older than the newest ones. Kept whatever their age are runs "
        "that may still be going on, whose faults are not repaired, whose accounts are not removed, and that a link "
        "leads to.",
    )
    parser.add_argument("--keep", type=int, default=KEEP, metavar="N", help=f"so many runs that have ended ({KEEP})")
    parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
    given = parser.parse_args(arguments)
    if given.keep < 1:
        raise BindingError("--keep: give 1 or more; the newest run is always kept.")
    for half_gone in OUT.glob(f"{GOING}*"):
        shutil.rmtree(half_gone)
    links = {link.resolve() for link in OUT.iterdir() if link.is_symlink()} if OUT.exists() else set()
    deleted = 0
    for folder in older(OUT, given.keep):
        if why := why_needed(folder, links):
            print(f"{folder}: kept: {why}")
            continue
        deleted += 1
        if given.dry_run:
            print(f"{folder}: would be deleted")
        else:
            delete(folder)
    print(f"{deleted} runs {'would be ' * given.dry_run}deleted")
    return int(ExitCode.GREEN)


def older(out: Path, keep: int) -> Iterator[Path]:
    """Yield the folders of runs in *out* that are older than the newest *keep* of those that have ended."""
    ended = 0
    runs = [each for each in out.glob("*") if NAME.fullmatch(each.name) and each.is_dir() and not each.is_symlink()]
    for folder in sorted(runs, reverse=True):
        if ended >= keep:
            yield folder
        ended += has_ended(folder)


def why_needed(folder: Path, links: set[Path]) -> str:
    """Say why the run in *folder* must stay, and what would change that; "" where nothing keeps it."""
    if folder.resolve() in links:
        return "a link leads to it"
    newest_s = max(each.stat().st_mtime for each in (folder, *folder.rglob("*")))
    if not has_ended(folder) and time.time() - newest_s < SILENT_S:
        return "nobody has written down that it ended, so it may still be going on; a day of silence ends it"
    repairs = Repairs(folder / "faults.jsonl")
    if repairs.path.exists() and (left := repairs.left()):
        names = ", ".join(sorted({str(each["dependency"]) for each in left.values()}))
        return f"{names} not repaired; python -m suites.rig.faults.repair {repairs.path}"
    accounts = [] if started_here(folder) else chain(*map(read_journal, folder.glob("accounts*.jsonl")))
    if left_there := [each for each in accounts if not each.removed]:
        return (
            f"{len(left_there)} accounts at {left_there[0].target} not known to be removed; "
            f"python -m suites cleanup {folder.name}, or delete the folder by hand"
        )
    return ""


def has_ended(folder: Path) -> bool:
    """Whether the run in *folder* has written down that it ended."""
    return bool(_member(_load(folder), "finished")) or any(_member(each, "event") == "end" for each in _events(folder))


def started_here(folder: Path) -> bool:
    """Whether the run in *folder* had started its target itself: then its accounts went with that."""
    if _member(_member(_load(folder), "target"), "started_here"):
        return True
    begun = next((each for each in _events(folder) if _member(each, "event") == "run"), None)
    return "{port}" in str(_member(_member(begun, "target"), "base_url"))


def delete(folder: Path) -> None:
    """Delete *folder*, and the key of its accounts; under another name first, so that half a run is never met."""
    going = folder.with_name(GOING + folder.name)
    key_file(folder).unlink(missing_ok=True)
    folder.rename(going)
    shutil.rmtree(going)


def _load(folder: Path) -> Any:
    file = folder / "load.json"
    return next(_parsed([file.read_bytes()]), None) if file.exists() else None


def _events(folder: Path) -> Iterator[Any]:
    file = folder / "run.jsonl"
    return _parsed(file.read_bytes().splitlines()) if file.exists() else iter(())


def _parsed(texts: Sequence[bytes]) -> Iterator[Any]:
    for text in texts:
        try:
            yield json.loads(text)
        except ValueError:
            continue  # torn by a kill


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None

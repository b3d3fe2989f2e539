"""
The packages of a shipped target: a virtual environment of its own for each, made once from its pins, and reused.

`suites/targets/NAME/packages.txt` pins every one, as `pip freeze` prints them. The environments are in `.venv-targets/`
beside the project's own, out of git's sight.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parent
ENVIRONMENTS = Path(__file__).parents[2] / ".venv-targets"
PINS = "packages.txt"
INSTALL = "python -m suites.targets.install"
NOT_OURS = ("PIP_CONSTRAINT", "PYTHONPATH", "PYTHONHOME")  # meant for the project's own environment


class NotInstalled(Exception):
    """A target's packages are not there; the text says how to install them."""


def with_packages() -> list[str]:
    """Return the names of the shipped targets that have packages of their own."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{PINS}"))


def python_of(name: str) -> Path:
    """Return the interpreter of the target *name*. Raises NotInstalled."""
    folder = ENVIRONMENTS / name
    if stamp_of(name) != _stamp_in(folder):
        state = "are not installed" if _stamp_in(folder) is None else "are not those that its packages.txt now pins"
        raise NotInstalled(f"{name}: its packages {state}. Run: {INSTALL} {name}")
    return _interpreter(folder)


def install(name: str) -> bool:
    """
    Make the environment of the target *name*; return False where it was there already.

    Raises:
        subprocess.CalledProcessError: pip could not install a package, or the pins do not fit together.
    """
    folder = ENVIRONMENTS / name
    if stamp_of(name) == _stamp_in(folder):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    pip = [str(_interpreter(folder)), "-m", "pip", "--disable-pip-version-check"]
    around = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
    pins = FOLDER / name / PINS
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "-r", str(pins)], check=True, env=around)
    subprocess.run([*pip, "check"], check=True, env=around, stdout=subprocess.DEVNULL)
    (folder / PINS).write_text(stamp_of(name), encoding="utf-8")
    return True


def stamp_of(name: str) -> str:
    """Return what an environment of the target *name* is made from: this Python, and the pins."""
    return f"# Python {sys.version_info[0]}.{sys.version_info[1]}\n" + (FOLDER / name / PINS).read_text("utf-8")


def _stamp_in(folder: Path) -> str | None:
    try:
        return (folder / PINS).read_text("utf-8")
    except OSError:
        return None


def _interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

"""A report that the npm package `allure` rendered, as it may be published: without what calls home."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from contract.errors import BindingError

POLICY = "default-src 'self' file: data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'none'"
"""What a browser may load, should a later version of allure call home in another way: nothing from elsewhere."""

MOST = 20_000  # characters of a script that is looked into

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_ELSEWHERE = re.compile(r"""\bsrc\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)
_STATISTICS = re.compile(r"\bgtag\s*\(|\bdataLayer\b|google-analytics\.com|googletagmanager\.com")
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def publish(rendered: Path, to: Path) -> int:
    """
    Copy the report in the folder *rendered* to the folder *to*, and return how many scripts were left out.

    Raises:
        BindingError: there is no report, or *to* has files already.
    """
    if not (rendered / "index.html").is_file():
        raise BindingError(f"{rendered}: holds no report. 'npx allure awesome RESULTS -o {rendered}' makes one.")
    if to.exists() and any(to.iterdir()):
        raise BindingError(f"--to: {to}: is not empty.")
    shutil.copytree(rendered, to, dirs_exist_ok=True)
    left_out = 0
    for page in sorted(to.rglob("*.html")):
        text, removed = without_statistics(page.read_text("utf-8"))
        page.write_text(text, "utf-8")
        left_out += removed
    return left_out


def without_statistics(page: str) -> tuple[str, int]:
    """
    Return the HTML of *page* without scripts that come from elsewhere or feed statistics, and how many those were.

    Only short scripts are looked into for statistics: the application itself, inlined in a report of one file, may name
    what it never calls, and the policy that is put in keeps it from calling.
    """
    removed = 0

    def kept(script: re.Match[str]) -> str:
        nonlocal removed
        text = script[2]
        if _ELSEWHERE.search(script[1]) or (len(text) < MOST and _STATISTICS.search(text)):
            removed += 1
            return ""
        return script[0]

    clean = _SCRIPT.sub(kept, page)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return _HEAD.sub(lambda head: head[0] + meta, clean, count=1), removed

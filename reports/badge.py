"""A badge: two words on a coloured plate, as an SVG that fetches nothing."""

from __future__ import annotations

from typing import Literal

from contract.results import ExitCode, Results, Verdict
from reports.templates import template

Colour = Literal["green", "red", "yellow", "grey"]

COLOURS: dict[Colour, str] = {"green": "#1a7f37", "red": "#b42318", "yellow": "#8a5a00", "grey": "#57606a"}
"""Each with a contrast of at least 4.5 to white (WCAG 2.2, 1.4.3)."""

CHARACTER_PX = 6.6  # of the sans-serif fonts at 11 px that browsers choose; `textLength` makes it exact
PADDING_PX = 16


def badge(label: str, words: str, colour: Colour) -> str:
    """Return the SVG of a badge that says *words* about *label*."""
    left, right = (round(len(text) * CHARACTER_PX) for text in (label, words))
    said = {"label": label, "words": words, "colour": COLOURS[colour]}
    return template("badge.svg").render(said, left=left + PADDING_PX, right=right + PADDING_PX, padding=PADDING_PX)


def badge_of(results: Results) -> str:
    """Return the badge of a conformance run: how many of what was judged is met, or why nothing can be said."""
    judged = [row for row in results.rows if row.judged]
    met = sum(row.verdict is Verdict.PASS for row in judged)
    label = f"authproof: {results.run.target['name']}" if results.run.target["name"] else "authproof"
    if not results.complete:
        return badge(label, "incomplete", "grey")
    if results.exit_code == ExitCode.GREEN:
        return badge(label, f"{met} of {len(judged)} met", "green" if met == len(judged) else "yellow")
    if results.exit_code == ExitCode.RED:
        broken = sum(row.verdict in (Verdict.FAIL, Verdict.UNTESTABLE, Verdict.STALE_ENTRY) for row in results.rows)
        return badge(label, f"{broken} red, {met} met" if broken else "red", "red")
    words = {
        ExitCode.NOTHING_JUDGED: "nothing judged",
        ExitCode.UNREACHABLE: "unreachable",
        ExitCode.INTERRUPTED: "interrupted",
    }
    return badge(label, words.get(ExitCode(results.exit_code or 0), "no verdict"), "grey")

"""Plots as static SVG by pygal, coloured by the page's own variables, so that light, dark and print fit them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.style import Style

POINTS = 300  # of a line; a longer run is drawn by the worst, or the mean, of each stretch
WIDTH, HEIGHT = 760, 300
COLOURS = ("blue", "red", "green", "violet", "yellow", "grey")
"""Of the page's variables, in the order in which lines get them."""
SVG = "http://www.w3.org/2000/svg"
LEAST = 0.1  # where a logarithmic axis begins at the lowest: nothing faster is told apart

_LEADS_NOWHERE = re.compile(r"\s*L\s*(?=M|$)")
"""What pygal writes before a gap: the beginning of a line without its end, which browsers call an error."""

Points = Sequence[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, its points (`None` is a gap), and whether it is a limit, which is drawn dashed."""

    name: str
    points: Points
    limit: bool = False
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour of a plot stands for, and the main number of it in words."""

    name: str
    colour: str
    said: str
    limit: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure: what it shows, the SVG, and its legend, which stands in the page's own text."""

    caption: str
    svg: Markup
    keys: tuple[Key, ...]


def lines(
    caption: str,
    drawn: Sequence[Line],
    *,
    x: str,
    y: str,
    logarithmic: bool = False,
    x_marks: Mapping[float, str] | None = None,
) -> Plot:
    """
    Return a plot of *drawn* over a number.

    Args:
        x: What is measured along the axis, with its unit; *y* likewise.

        logarithmic: Whether *y* is; what is below 0.1 is then drawn at 0.1.

        x_marks: What the axis says, and where; chosen by the values where None.
    """
    lowest, highest = _ends(drawn, logarithmic=logarithmic)
    height: Callable[[float], float] = math.log10 if logarithmic else float
    keys = tuple(_key(each, place) for place, each in enumerate(drawn))
    chart = pygal.XY(
        **_settings(keys),
        x_title=x,
        y_title=y,
        show_dots=False,
        allow_interruptions=True,
        x_value_formatter=_short,
        value_formatter=_short,
        range=(height(lowest), height(highest)),
    )
    if logarithmic:
        chart.y_labels = [{"value": height(mark), "label": _short(mark)} for mark in _marks(lowest, highest)]
    if x_marks is not None:
        chart.x_labels = [{"value": mark, "label": words} for mark, words in x_marks.items()]
    for each in drawn:
        points = [(at, None if value is None else height(max(value, lowest))) for at, value in each.points]
        chart.add(each.name, points, stroke_style={"width": 2, **({"dasharray": "7, 5"} if each.limit else {})})
    return Plot(caption, _svg(chart, caption, keys), keys)


def stacked(
    caption: str,
    heights: Mapping[str, Sequence[float | None]],
    *,
    t_s: Sequence[float],
    y: str,
    colours: Mapping[str, str],
) -> Plot:
    """Return a plot of *heights* over the seconds *t_s*, one upon the other; *colours* has some of their colours."""
    keys = tuple(
        Key(
            name,
            colours.get(name, COLOURS[place % len(COLOURS)]),
            f"up to {_short(max((each or 0 for each in height), default=0))}",
        )
        for place, (name, height) in enumerate(heights.items())
    )
    chart = pygal.StackedLine(
        **_settings(keys),
        x_title="seconds",
        y_title=y,
        show_dots=False,
        fill=True,
        value_formatter=_short,
        show_minor_x_labels=False,
        include_x_axis=True,
    )
    chart.x_labels = [_short(each) for each in t_s]
    chart.x_labels_major_every = max(1, len(t_s) // 8)
    for name, height in heights.items():
        chart.add(name, [each or 0 for each in height])
    return Plot(caption, _svg(chart, caption, keys), keys)


def thinned(values: Sequence[float | None], *, worst: bool) -> list[float | None]:
    """Return at most `POINTS` values: of each stretch the greatest, where *worst*, else the mean; a gap stays one."""
    stretch = math.ceil(len(values) / POINTS) or 1
    found: list[float | None] = []
    for start in range(0, len(values), stretch):
        there = [each for each in values[start : start + stretch] if each is not None]
        found.append((max(there) if worst else sum(there) / len(there)) if there else None)
    return found


def thinned_times(t_s: Sequence[float]) -> list[float]:
    """Return the first second of each stretch that `thinned` draws as one point."""
    return list(t_s[:: math.ceil(len(t_s) / POINTS) or 1])


def _key(line: Line, place: int) -> Key:
    values = [y for _, y in line.points if y is not None]
    colour = line.colour or COLOURS[place % len(COLOURS)]
    if not values:
        return Key(line.name, colour, "nothing", line.limit)
    said = _short(values[0]) if line.limit and min(values) == max(values) else f"up to {_short(max(values))}"
    return Key(line.name, colour, said, line.limit)


def _settings(keys: Sequence[Key]) -> dict[str, Any]:
    text = "var(--quiet)"
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground=text,
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        colors=tuple(f"var(--{key.colour})" for key in keys) or ("var(--grey)",),
        font_family="inherit",
        opacity=".75",
        opacity_hover=".9",
        transition="0s",
        label_font_size=15,
        major_label_font_size=15,
        title_font_size=15,
        no_data_font_size=24,
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
    )
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "style": style,
        "js": (),
        "show_legend": False,
        "margin": 6,
        "no_data_text": "nothing was recorded",
        "truncate_label": -1,
        "spacing": 8,
    }


def _svg(chart: Any, caption: str, keys: Sequence[Key]) -> Markup:
    """Return the SVG without the script and the comments that pygal puts into each; one plot always has one id."""
    label = f"{caption}: {'; '.join(f'{key.name} {key.said}' for key in keys)}"
    drawn = repr((label, chart.raw_series)).encode()
    chart.uuid = f"plot-{hashlib.sha256(drawn).hexdigest()[:12]}"
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if callable(child.tag) or child.tag.removeprefix(f"{{{SVG}}}") in ("script", "title", "desc"):
                parent.remove(child)
        if drawn_path := parent.get("d"):
            parent.set("d", _LEADS_NOWHERE.sub("", drawn_path))
    root.set("role", "img")
    root.set("aria-label", label)
    return Markup(ElementTree.tostring(root, "unicode"))  # noqa: S704 - ElementTree has escaped every text in it


def _ends(drawn: Sequence[Line], *, logarithmic: bool) -> tuple[float, float]:
    """Return the ends of the axis: all that was measured, and a limit unless it dwarfs that."""
    seen = [y for each in drawn if not each.limit for _, y in each.points if y is not None]
    highest = max(seen, default=0.0)
    room = 4 if not logarithmic else 100
    limits = [y for each in drawn if each.limit for _, y in each.points if y is not None and y <= room * highest]
    above = max([highest, *limits]) * 1.05 or 1.0
    if not logarithmic:
        return 0.0, above
    lowest = min((each for each in [*seen, *limits] if each > 0), default=LEAST)
    return max(LEAST, 10 ** math.floor(math.log10(lowest))), above


def _marks(lowest: float, highest: float) -> list[float]:
    """Return the marks of a logarithmic axis: 1, 2, 5 of each decade, or the decades alone where those are many."""
    decades = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    steps = (1, 2, 5) if len(decades) <= 4 else (1,)
    return [step * 10.0**decade for decade in decades for step in steps if lowest <= step * 10.0**decade <= highest]


def _short(number: float | None) -> str:
    """Return *number* with as many digits as somebody reads: 0.12, 3.4, 56, 1234."""
    if number is None:
        return "-"
    if float(number).is_integer() or abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.1f}" if abs(number) >= 1 else f"{number:.2f}"

"""Writing texts for bash: literals in quotes, variables among them, long runs of one character in a few words."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote as percent
from urllib.parse import quote_plus

from contract.errors import one_line
from suites.rig.repro.origins import Variable
from suites.rig.repro.words import bytes_of_text

WIDTH = 110
LONG_RUN = 60  # of one character: shorter ones are written out
ARGUMENT_BYTES = 60_000  # below what Linux takes in one argument (131072)
PIECE = 10_000  # characters of a literal in one argument of printf
PIECES = 12  # arguments of one printf, about
WHOLE = 4  # characters: a shorter value is looked for only where it is the whole word
ALONE = 8  # characters: up to here, letters and digits are looked for only where no other is beside them

FORMS: dict[str, Callable[[str], str]] = {
    "": lambda text: text,
    "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "ascii": lambda text: json.dumps(text)[1:-1],
    "url": lambda text: percent(bytes_of_text(text), safe=""),
    "form": lambda text: quote_plus(bytes_of_text(text)),
}
"""How a value may be written where it stands, by the form's name in the function `written` of the script."""

_WITHIN_QUOTES = re.compile(r"[^\"$`\\!\x00-\x1f\x7f-\U0010ffff]*")
_RUN = re.compile(rf"(?P<character>[ -~])(?P=character){{{LONG_RUN},}}")
_CALL = r"(?:^\s*|\$\(|[|&;{{] |\b(?:do|then) ){}(?= (?!=)|$)"
_FUNCTION = re.compile(r"(?:^# [^\n]*\n)+^(\w+)\(\) \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a variable, in one of `FORMS`."""

    variable: Variable
    form: str = ""


Parts = Sequence[str | Reference]
Naming = Callable[[Variable], str]


def parted(text: str, variables: Iterable[Variable]) -> list[str | Reference]:
    """Return *text* with a reference in place of each recorded value of *variables*, whatever form it stands in."""
    known = list(variables)
    found: dict[str, Reference] = {}
    for form in FORMS:
        for variable in known:
            written = _written(form, variable.value)
            if written in text:
                found.setdefault(written, Reference(variable, form))
    if not found:
        return [text] if text else []
    values = sorted(found, key=len, reverse=True)
    pattern = re.compile("|".join(_pattern(value) for value in values))
    parts: list[str | Reference] = []
    done = 0
    for match in pattern.finditer(text):
        parts += [text[done : match.start()], found[match[0]]]
        done = match.end()
    return [part for part in [*parts, text[done:]] if part]


@cache
def _written(form: str, value: str) -> str:
    return FORMS[form](value)


def _pattern(value: str) -> str:
    """Return the pattern that finds *value*; a short one is not to be found within another word."""
    escaped = re.escape(value)
    if len(value) < WHOLE:
        return rf"(?<=[/\"=]){escaped}(?![^/\"&?])"
    return rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])" if value.isalnum() and len(value) <= ALONE else escaped


def quoted(text: str) -> str:
    """Return the bash word for *text*: in plain quotes where it is printable ASCII, with escapes where it is not."""
    if re.fullmatch(r"[A-Za-z0-9_./:=@%+,-]+", text):
        return text
    if re.fullmatch(r"[ -~]*", text) and "'" not in text:
        return f"'{text}'"
    return "$'" + "".join(_escaped(byte) for byte in bytes_of_text(text)) + "'"


def _escaped(byte: int) -> str:
    character = chr(byte)
    if character in "\\'":
        return "\\" + character
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return known or (character if " " <= character <= "~" else f"\\x{byte:02x}")


def word(parts: Parts, name_of: Naming) -> str:
    """Return one bash word for *parts*, in double quotes alone where that is enough; no argument can hold a NUL."""
    apart = _runs_apart(parts)
    literals = [part for part in apart if isinstance(part, str)]
    if len(apart) > len(literals) and all(_WITHIN_QUOTES.fullmatch(literal) for literal in literals):
        pieces = [part if isinstance(part, str) else _piece(part, name_of)[1:-1] for part in apart]
        return '"' + re.sub(r"\$(\w+)\0(?=\w)", r"${\1}", "\0".join(pieces)).replace("\0", "") + '"'
    return "".join(_piece(part, name_of) for part in apart) or "''"


def _piece(part: str | Reference | tuple[int, str], name_of: Naming) -> str:
    if isinstance(part, str):
        return quoted(part)
    if isinstance(part, tuple):
        return f'"$(many {part[0]} {quoted(part[1])})"'
    name = name_of(part.variable)
    return f'"$(written {part.form} "${name}")"' if part.form else f'"${name}"'


def _runs_apart(parts: Parts) -> list[str | Reference | tuple[int, str]]:
    """Return *parts* with every long run of one character as its length and the character."""
    apart: list[str | Reference | tuple[int, str]] = []
    for part in parts:
        if not isinstance(part, str):
            apart.append(part)
            continue
        done = 0
        for run in _RUN.finditer(part):
            apart += [part[done : run.start()], (len(run[0]), run["character"])]
            done = run.end()
        apart.append(part[done:])
    return [part for part in apart if part]


def printed(parts: Parts, name_of: Naming) -> str:
    """Return the bash command that prints *parts* byte for byte, NUL and all, whatever their length."""
    commands: list[list[str]] = []
    for part in _runs_apart(parts):
        if isinstance(part, tuple):
            commands.append(["many", str(part[0]), quoted(part[1])])
            continue
        for piece in [part] if isinstance(part, Reference) else re.findall(rf"\0|[^\0]{{1,{PIECE}}}", part):
            if piece == "\0":
                commands.append(["printf", r"'\000'"])
                continue
            if not commands or commands[-1][:2] != ["printf", "%s"] or len(commands[-1]) > PIECES:
                commands.append(["printf", "%s"])
            commands[-1].append(_piece(piece, name_of))
    return "{ " + "; ".join(" ".join(command) for command in commands or [["true"]]) + "; }"


def fits_an_argument(parts: Parts) -> bool:
    """Whether *parts* can be one argument of a command: no NUL, and not too long."""
    literals = "".join(part for part in parts if isinstance(part, str))
    return "\0" not in literals and len(bytes_of_text(literals)) < ARGUMENT_BYTES


def comment(text: str, *, indent: str = "") -> list[str]:
    """Return *text*, of whatever origin, as comment lines; those after the first are indented."""
    lines = textwrap.wrap(one_line(text), WIDTH - 2, subsequent_indent=indent, break_on_hyphens=False)
    return [f"# {line}" for line in lines]


def functions_used(script: str) -> list[str]:
    """Return the shell functions that *script* calls, and those that they call, as they stand in `functions.sh`."""
    source = Path(__file__).with_name("functions.sh").read_text(encoding="utf-8")
    texts = {match[1]: match[0] for match in _FUNCTION.finditer(source)}
    wanted: set[str] = set()
    unread = [script]
    while unread:
        text = unread.pop()
        code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        new = {name for name in texts if name not in wanted and re.search(_CALL.format(name), code, re.MULTILINE)}
        wanted |= new
        unread += [texts[name] for name in new]
    return [text for name, text in texts.items() if name in wanted]

"""The options of a conformance run, and nothing hidden: no environment variable is read."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract import catalogue
from contract.errors import BindingError, unknown

HELP = {
    "--target": "a target file, the name of a shipped target, or a URL that speaks our contract (default: reference)",
    "--requirement": "judge only this requirement; may be repeated, or hold several with commas",
    "--area": "judge only this area (http, login, ...) or prefix (HTTP, LOGIN, ...); may be repeated",
    "--known-failures": "a file with further [[known_failure]] entries",
    "--consent": "the host of a shared target on which locking, racing and breaking is allowed; may be repeated",
    "--seed": "the seed of everything that is left to chance (default: chosen, and printed)",
    "--order": "file: as written; random: shuffled by the seed",
    "--time": "leave out the dearest requirements so that the run takes at most this long: 90s, 10m, 1h",
    "--replay": "take the stored steps of a generated test's failure again: a file of reports/out/RUN/stories/",
    "--explain": "print what this requirement or rule asks, and why, in place of a run; may be repeated",
    "--defect": "start the reference with this planted defect; may be repeated",
}
FLAGS = {
    "--smoke": "the few requirements that give a verdict in seconds, for after a deploy",
    "--list": "print one line for each requirement, in place of a run; --area and --requirement narrow it",
    "--plan": "send nothing; print what would be judged, what it costs, and how long it takes",
    "--strict-should": "a broken SHOULD, a row above the ASVS level and a project rule not in force are red too",
    "--shrink": "make the failure of a generated test small before it is reported; takes many more requests",
    "--require-all": "a requirement that was not exercised or not decided is red too",
}
REPEATED = ("--requirement", "--area", "--consent", "--defect", "--explain")
UNITS_S = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for; `requirements` is empty where nothing was narrowed."""

    target: str
    requirements: frozenset[str]
    consents: tuple[str, ...]
    defects: tuple[str, ...]
    known_failures: Path | None
    seed: int
    shuffled: bool
    time_s: float | None
    plan: bool
    strict_should: bool
    require_all: bool
    shrink: bool
    replay: Path | None


def add(parser: pytest.Parser) -> None:
    """Declare the options. Give them with the equals sign: `--target=my-api.toml`."""
    group = parser.getgroup("authproof", "conformance of an authentication API")
    for name, words in HELP.items():
        if name in REPEATED:
            group.addoption(name, action="append", default=[], metavar="X", help=words)
        elif name == "--order":
            group.addoption(name, choices=("file", "random"), default="file", help=words)
        else:
            group.addoption(name, default={"--target": "reference"}.get(name), metavar="X", help=words)
    for name, words in FLAGS.items():
        group.addoption(name, action="store_true", help=words)


def read(config: pytest.Config) -> Options:
    """
    Return the options as given.

    Raises:
        BindingError: one of them cannot be understood; one line each.
    """

    def given(name: str) -> list[str]:
        return [part.strip() for text in config.getoption(name) for part in text.split(",") if part.strip()]

    problems: list[str] = []
    wanted: set[str] = set()
    for each in given("--requirement"):
        try:
            wanted.add(catalogue.find(each.upper()).id)
        except BindingError as error:
            problems += [f"--requirement: {problem}" for problem in error.problems]
    prefixes = {prefix.lower(): area for area, prefix in catalogue.PREFIXES.items()}
    for each in given("--area"):
        area = prefixes.get(each.lower(), each.lower())
        if area in catalogue.PREFIXES:
            wanted |= {row.id for row in catalogue.areas()[area]}
        else:
            problems.append(f"--area: {unknown('area', each, catalogue.PREFIXES)}")
    if config.getoption("--smoke"):
        smoke = {row.id for row in catalogue.load().values() if row.smoke}
        wanted = wanted & smoke if wanted else smoke
    time_s = read_duration(config.getoption("--time"), problems)
    seed = read_seed(config.getoption("--seed"), problems)
    if problems:
        raise BindingError(*problems)
    known, replay = config.getoption("--known-failures"), config.getoption("--replay")
    return Options(
        target=config.getoption("--target"),
        requirements=frozenset(wanted),
        consents=tuple(given("--consent")),
        defects=tuple(given("--defect")),
        known_failures=Path(known) if known else None,
        seed=seed,
        shuffled=config.getoption("--order") == "random",
        time_s=time_s,
        plan=config.getoption("--plan"),
        strict_should=config.getoption("--strict-should"),
        require_all=config.getoption("--require-all"),
        shrink=config.getoption("--shrink"),
        replay=Path(replay) if replay else None,
    )


def read_duration(text: str | None, problems: list[str]) -> float | None:
    """Return *text* such as 90s, 10m, 1h in seconds; a problem where it is something else."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if match:
        return float(match[1]) * UNITS_S[match[2]]
    problems.append(f"--time: '{text}' is not a time. Give a number with its unit, for example 90s, 10m or 1h.")
    return None


def read_seed(text: str | None, problems: list[str]) -> int:
    """Return the seed as given, or a chosen one."""
    if text is None:
        return random.SystemRandom().randrange(1, 1_000_000)
    if text.isdecimal():
        return int(text)
    problems.append(f"--seed: '{text}' is not a whole number. Give one, for example --seed=42.")
    return 0

"""Load profiles as data: what is asked, how it grows, and for how long."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from contract.errors import BindingError, unknown
from load.arrivals import Points, Schedule, constant, ramp, spike, steps

SHIPPED = Path(__file__).with_name("profiles.toml")
OPERATIONS = ("loginUser", "registerUser", "refreshToken")
"""What can be asked for; a login with two factors goes on to verifyMfa by itself."""

KEYS = frozenset("about duration_s model users abort_after_s search operations".split())
SHAPES: Mapping[str, tuple[str, ...]] = {
    "constant": ("rate_per_s",),
    "ramp": ("from_per_s", "to_per_s"),
    "steps": ("rates_per_s",),
    "spike": ("rate_per_s", "peak_per_s", "at_s", "for_s"),
}
MAKES: Mapping[str, Callable[[Mapping[str, Any], float], Points]] = {
    "constant": lambda said, last_s: constant(said["rate_per_s"], last_s),
    "ramp": lambda said, last_s: ramp(said["from_per_s"], said["to_per_s"], last_s),
    "steps": lambda said, last_s: steps(said["rates_per_s"], last_s / len(said["rates_per_s"])),
    "spike": lambda said, last_s: spike(
        said["rate_per_s"], said["peak_per_s"], at_s=said["at_s"], for_s=said["for_s"], duration_s=last_s
    ),
}


@dataclass(frozen=True, slots=True)
class Search:
    """How capacity is looked for: from a rate, by a factor, to a precision, confirmed so many times."""

    start_per_s: float
    factor: float = 1.5
    precision: float = 0.05
    confirm: int = 3


@dataclass(frozen=True, slots=True)
class Profile:
    """
    What one run asks of a target.

    `users` caps what is in flight at once; 0 leaves it to the rates. `abort_after_s` is None where a missed budget does
    not end the run. `search` is None but for capacity profiles. In the closed model each user waits for its answer, and
    the rate is only what they reach if they are answered.
    """

    name: str
    about: str
    operations: Mapping[str, Schedule]
    model: Literal["open", "closed"] = "open"
    users: int = 0
    abort_after_s: float | None = None
    search: Search | None = None

    @property
    def duration_s(self) -> float:
        """How long the clock runs."""
        return max(each.duration_s for each in self.operations.values())

    @property
    def peak_per_s(self) -> float:
        """The highest rate of all operations together, if they peak at once."""
        return sum(each.peak_per_s for each in self.operations.values())

    def scaled(self, *, peak_per_s: float | None = None, duration_s: float | None = None) -> Profile:
        """Return the profile with another peak, or stretched to another duration; the mixture stays."""
        up = peak_per_s / self.peak_per_s if peak_per_s else 1.0
        longer = duration_s / self.duration_s if duration_s else 1.0
        operations = {
            name: replace(each, points=tuple((at_s * longer, rate * up) for at_s, rate in each.points))
            for name, each in self.operations.items()
        }
        search = self.search and replace(self.search, start_per_s=self.search.start_per_s * up)
        return replace(self, operations=operations, search=search)


def load(further: Path | None = None) -> dict[str, Profile]:
    """
    Return the shipped profiles, and those of *further* before them, by name.

    Raises:
        BindingError: a profile is wrong; every problem, one line each.
    """
    found = {}
    for path in filter(None, (SHIPPED, further)):
        found |= read(path)
    return found


def read(path: Path) -> dict[str, Profile]:
    """Return the profiles of one file. Raises BindingError."""
    problems: list[str] = []
    found: dict[str, Profile] = {}
    for name, table in toml_of(path).items():
        where = f"{path.name}: [{name}]"
        if not isinstance(table, dict):
            problems.append(f"{where} is no table.")
        elif (profile := _profile(name, table, where, problems)) is not None:
            found[name] = profile
    if problems:
        raise BindingError(*problems)
    return found


def toml_of(path: Path) -> dict[str, Any]:
    """Return what a TOML file says. Raises BindingError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise BindingError(f"{path}: cannot be read: {fault.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BindingError(f"{path}: is not TOML: {fault}.") from None


def named(name: str, profiles: Mapping[str, Profile]) -> Profile:
    """Return the profile called *name*. Raises BindingError where there is none."""
    if name not in profiles:
        raise BindingError(f"--load-profile: {unknown('profile', name, profiles)}")
    return profiles[name]


def number(said: Mapping[str, Any], key: str, where: str, problems: list[str], *, least: float = 0.0) -> float:
    """Return the number at *key*, which must lie above *least*; a problem where it does not."""
    value = said.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least < value < float("inf"):
        problems.append(f"{where} {key} = {value!r}: give a number above {least:g}.")
        return 1.0
    return float(value)


def _profile(name: str, table: Mapping[str, Any], where: str, problems: list[str]) -> Profile | None:
    before = len(problems)
    problems += [f"{where} {unknown('key', key, KEYS)}" for key in table if key not in KEYS]
    last_s = number(table, "duration_s", where, problems)
    model = table.get("model", "open")
    if model not in ("open", "closed"):
        problems.append(f"{where} {unknown('model', str(model), ('open', 'closed'))}")
    users = int(number(table, "users", where, problems)) if "users" in table else 0
    if model == "closed" and not users:
        problems.append(f"{where} is closed and says no users = N.")
    abort = number(table, "abort_after_s", where, problems) if "abort_after_s" in table else None
    operations = {}
    given = table.get("operations")
    if not isinstance(given, dict) or not given:
        problems.append(f"{where} asks for nothing: give operations.loginUser = {{ shape, ... }}.")
        given = {}
    for operation, said in given.items():
        if operation not in OPERATIONS:
            problems.append(f"{where} {unknown('operation', operation, OPERATIONS)}")
        elif (schedule := _schedule(said, last_s, f"{where} {operation}:", problems)) is not None:
            operations[operation] = schedule
    search = _search(table["search"], where, problems) if "search" in table else None
    if search and len(operations) > 1:
        problems.append(f"{where} searches the capacity of more than one operation.")
    if len(problems) > before:
        return None
    return Profile(name, str(table.get("about", "")), operations, model, users, abort, search)


def _schedule(said: Any, last_s: float, where: str, problems: list[str]) -> Schedule | None:
    if not isinstance(said, dict) or said.get("shape") not in SHAPES:
        shape = str(said.get("shape", "")) if isinstance(said, dict) else ""
        problems.append(f"{where} {unknown('shape', shape, SHAPES)}")
        return None
    before, wanted = len(problems), SHAPES[said["shape"]]
    problems += [f"{where} {unknown('key', k, wanted)}" for k in said if k not in (*wanted, "shape", "spread")]
    if said.get("spread", "poisson") not in ("even", "poisson"):
        problems.append(f"{where} {unknown('spread', str(said['spread']), ('even', 'poisson'))}")
    for key in wanted:
        if key != "rates_per_s":
            number(said, key, where, problems)
    rates = said.get("rates_per_s", [1])
    if not isinstance(rates, list) or not rates:
        problems.append(f"{where} rates_per_s is no list of rates.")
    else:
        for rate in rates:
            number({"rates_per_s": rate}, "rates_per_s", where, problems)
    if len(problems) == before and said["shape"] == "spike" and said["at_s"] + said["for_s"] >= last_s:
        problems.append(f"{where} the spike ends after the run: at_s + for_s must lie below duration_s.")
    if len(problems) > before:
        return None
    return Schedule(MAKES[said["shape"]](said, last_s), said.get("spread", "poisson"))


def _search(said: Any, where: str, problems: list[str]) -> Search | None:
    names = Search.__slots__
    if not isinstance(said, dict):
        problems.append(f"{where} search is no table.")
        return None
    problems += [f"{where} search: {unknown('key', key, names)}" for key in said if key not in names]
    if "start_per_s" not in said:
        problems.append(f"{where} search says no start_per_s.")
        return None
    values = {key: number(said, key, f"{where} search", problems) for key in said if key in names}
    if values.get("factor", 1.5) <= 1:
        problems.append(f"{where} search factor = {values['factor']:g}: give a number above 1.")
    return Search(**{**values, "confirm": int(values.get("confirm", 3))})

"""
The catalogue of requirements: `contract/requirements/AREA.toml`, one table for each requirement, keyed by its id.

A text may be broken over lines anywhere; it is read with single blanks. A key that is left out is empty or false.
`contract/field_failures.toml` says what the ids in `field` stand for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from contract.drift.rules import ADVICE
from contract.drift.rules import RULES as DRIFT
from contract.errors import BindingError, unknown
from contract.targets.model import FACILITIES, FEATURES, OPERATIONS

Level = Literal["MUST", "SHOULD", "MAY"]

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "http": "HTTP",
        "registration": "REG",
        "login": "LOGIN",
        "tokens": "TOK",
        "sessions": "SESS",
        "mfa": "MFA",
        "reset": "RST",
        "authorization": "AUTHZ",
        "availability": "AVAIL",
        "abuse": "ABUSE",
        "data": "DATA",
    }
)
"""Area to the prefix of its ids, in the order of reports. The area is also the name of its file."""

WHOLE_TARGET = frozenset({"faults", "clock"})
"""Facilities that change the target for everybody: a probe that uses one is disruptive, and runs alone."""

_CONTRACT = Path(__file__).parent
_ID = re.compile(r"([A-Z]+)-(0[1-9]|[1-9][0-9])")


@dataclass(frozen=True, slots=True)
class Costs:
    """What one probe of a requirement takes, roughly; `failures` are refused logins or codes that a throttle counts."""

    accounts: int
    requests: int
    failures: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """
    One row of the catalogue.

    `level` is the source's keyword. `project_rule`: the level is this project's own, and the source asks for less.
    `asvs_level` is set where nothing but OWASP ASVS makes the row a MUST. `features` are what a target must claim for
    the row to apply, `facilities` what a tester must have to judge it; where one of `widened_by` is there too, more of
    the row is judged. `operations` are operationIds, or "*" for every operation.

    `passive`: judged on every recorded exchange, beside its own probe. `disruptive`: the probe locks, races, fuzzes,
    breaks or floods, and so needs consent on a shared target. `exclusive`: it takes the whole target. Both speak of
    the row's own probe; what `widened_by` adds is as its facility is (`WHOLE_TARGET`). `smoke`: one of the few that
    are judged after a deploy. `generated`: generated input has a twin of the probe. `pending`: no check exists yet.
    """

    id: str
    area: str
    level: Level
    project_rule: bool
    asvs_level: int | None
    statement: str
    source: str
    operations: tuple[str, ...]
    features: tuple[str, ...]
    facilities: tuple[str, ...]
    widened_by: tuple[str, ...]
    passive: bool
    disruptive: bool
    exclusive: bool
    smoke: bool
    generated: bool
    pending: bool
    costs: Costs
    probe: str
    causes: tuple[str, ...]
    field: tuple[str, ...]
    fix: str


@cache
def load() -> Mapping[str, Requirement]:
    """
    Return every requirement by id, in the order of areas and numbers.

    Raises:
        BindingError: the catalogue is not as it must be; one line for each fault.
    """
    return read(_CONTRACT / "requirements")


@cache
def drift() -> Mapping[str, Requirement]:
    """Return the rules of provider drift as requirements: what a document promises is as binding as a row."""
    return MappingProxyType({id: _drift(id, statement) for id, statement in DRIFT.items()})


def find(id: str) -> Requirement:
    """
    Return the requirement *id*, or the rule of provider drift.

    Raises:
        BindingError: there is none; the line names the nearest one, or those of its area, or the areas.
    """
    rows = load()
    if id in rows:
        return rows[id]
    if id.upper().startswith("DRIFT-"):
        if id.upper() in DRIFT:
            return drift()[id.upper()]
        raise BindingError(unknown("rule", id, DRIFT))
    prefix, _, number = id.strip().upper().partition("-")
    meant = f"{prefix}-{number.zfill(2)}"
    if meant in rows:
        raise BindingError(f"unknown requirement '{id}'. Did you mean '{meant}'?")
    if prefix in PREFIXES.values():
        raise BindingError(unknown("requirement", id, (name for name in rows if name.startswith(f"{prefix}-"))))
    raise BindingError(f"unknown requirement '{id}': {unknown('area', prefix, PREFIXES.values())}")


def known(id: str) -> Requirement | None:
    """Return the requirement or rule of drift *id*; None where results speak of something else, such as a preflight."""
    return load().get(id) or drift().get(id)


def areas() -> Mapping[str, tuple[Requirement, ...]]:
    """Return the requirements of each area, in the order of reports."""
    rows = load().values()
    return {area: tuple(row for row in rows if row.area == area) for area in PREFIXES}


@cache
def field_failures() -> Mapping[str, str]:
    """Return what went wrong in the field: id, such as "B1", to one sentence."""
    groups = tomllib.loads((_CONTRACT / "field_failures.toml").read_text(encoding="utf-8"))
    return MappingProxyType({id: text for group in groups.values() for id, text in group.items()})


def read(folder: Path) -> Mapping[str, Requirement]:
    """
    Return the requirements in the files of *folder*, as `load` does for the project's own.

    Raises:
        BindingError: one line for each fault in any of the files: file, row, fault, valid values.
    """
    faults = [f"{path.name}: {unknown('area', path.stem, PREFIXES)}" for path in _strangers(folder)]
    rows: dict[str, Requirement] = {}
    for area in PREFIXES:
        path = folder / f"{area}.toml"
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            faults.append(f"{path.name}: missing; every area has its file in {folder.name}/.")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path.name}: not TOML: {error}.")
        else:
            found = [f"{path.name}: {fault}" for fault in _faults(area, tables)]
            faults += found
            if not found:
                rows |= {id: _requirement(id, area, tables[id]) for id in sorted(tables)}
    if faults:
        raise BindingError(*faults)
    return MappingProxyType(rows)


def _strangers(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if path.stem not in PREFIXES)


_TEXTS = ("level", "statement", "source", "probe", "fix")
_LISTS = ("operations", "features", "facilities", "widened_by", "causes", "field")
_FLAGS = ("project_rule", "passive", "disruptive", "exclusive", "smoke", "generated", "pending")
_COSTS = ("accounts", "requests", "failures")
_KEYS = frozenset((*_TEXTS, *_LISTS, *_FLAGS, "asvs_level", "costs"))
_REQUIRED = (*_TEXTS, "operations", "causes", "costs")


def _faults(area: str, tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong in the file of *area*, one line each, without the file's name."""
    for id, row in tables.items():
        match = _ID.fullmatch(id)
        if match is None:
            yield f"'{id}' is no id: {PREFIXES[area]}, a hyphen, two digits."
        elif match[1] != PREFIXES[area]:
            yield f"[{id}] is not of this area: ids here begin with {PREFIXES[area]}-."
        if not isinstance(row, dict):
            yield f"'{id}' must be a table: write [{id}]."
        else:
            yield from (f"[{id}] {fault}" for fault in _row_faults(row))


def _row_faults(row: Mapping[str, Any]) -> Iterator[str]:
    yield from (unknown("key", key, _KEYS) for key in row if key not in _KEYS)
    yield from (f"{key} is missing." for key in _REQUIRED if key not in row)
    for key in (key for key in _TEXTS if key in row):
        if not (isinstance(row[key], str) and row[key].strip()):
            yield f"{key} must be a text that is not empty."
    for key in (key for key in _LISTS if key in row):
        if not (isinstance(row[key], list) and row[key] and all(isinstance(item, str) for item in row[key])):
            yield f"{key} must be a list of texts, and be left out where there is none."
    yield from (f"{key} must be true or false." for key in _FLAGS if key in row and not isinstance(row[key], bool))
    if "asvs_level" in row and (type(row["asvs_level"]) is not int or row["asvs_level"] not in (1, 2, 3)):
        yield "asvs_level must be 1, 2 or 3."
    if "costs" in row and not _are_costs(row["costs"]):
        yield "costs must be { accounts = N, requests = N, failures = N }, whole numbers."
    if isinstance(row.get("level"), str) and row["level"] not in get_args(Level):
        yield unknown("level", row["level"], get_args(Level))
    for key, what, valid in (
        ("operations", "operation", OPERATIONS | {"*"}),
        ("features", "feature", FEATURES),
        ("facilities", "facility", FACILITIES),
        ("widened_by", "facility", FACILITIES),
        ("field", "field failure", field_failures()),
    ):
        yield from (unknown(what, name, valid) for name in _texts(row.get(key)) if name not in valid)


def _are_costs(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != set(_COSTS):
        return False
    return all(type(number) is int and number >= 0 for number in value.values())


def _texts(value: object) -> Iterable[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _requirement(id: str, area: str, row: Mapping[str, Any]) -> Requirement:
    values: dict[str, Any] = {"asvs_level": row.get("asvs_level"), "costs": Costs(**row["costs"])}
    values |= {key: _joined(row[key]) for key in _TEXTS}
    values |= {key: tuple(_joined(item) for item in row.get(key, ())) for key in _LISTS}
    values |= {key: row.get(key, False) for key in _FLAGS}
    return Requirement(id=id, area=area, **values)


def _drift(id: str, statement: str) -> Requirement:
    """Return the rule *id* as a requirement; its costs are its share of one conversation with the whole API."""
    return Requirement(
        id=id,
        area="drift",
        level="SHOULD" if id in ADVICE else "MUST",
        project_rule=False,
        asvs_level=None,
        statement=statement,
        source="the document in force: our contract, or the target's own",
        operations=("*",),
        features=(),
        facilities=(),
        widened_by=("admin", "outbox", "faults"),
        passive=False,
        disruptive=False,
        exclusive=False,
        smoke=False,
        generated=False,
        pending=False,
        costs=Costs(accounts=1, requests=12, failures=2),
        probe="pytest suites/drift: every operation, and every refusal whose cause can be made.",
        causes=("The code was changed and the document was not, or the reverse.",),
        field=(),
        fix="Change what is wrong: the answer, or the document in a change of its own that says whom it breaks.",
    )


def _joined(text: str) -> str:
    return " ".join(text.split())

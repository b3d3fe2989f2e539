"""The template of target files, the reference's own target file, and the keys that both must agree with."""

from __future__ import annotations

import dataclasses
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.targets.accounts import ACCOUNT_KEYS
from contract.targets.facilities import DRIVERS
from contract.targets.model import FACILITIES, FEATURES, OPERATIONS, Profile, Scheme, Step, Transport, Variant
from contract.targets.operations import STEP_KEYS
from contract.targets.profile import PROFILE_KEYS, SCHEME_KEYS, TRANSPORT_KEYS
from contract.targets.read import SHIPPED, names, read
from contract.targets.registration import REGISTRATION_KEYS
from contract.targets.rules import RULE_KEYS
from contract.targets.sections import TOP_KEYS, VARIANT_KEYS
from contract.targets.template import TEMPLATE_FILE
from reference_impl.options import parse

TEMPLATE = TEMPLATE_FILE.read_text("utf-8")
FILES = "openapi.json ca.pem client.pem client-key.pem signing-key.pem".split()
ENVIRON = dict.fromkeys(re.findall(r"\$\{([A-Z0-9_]+)\}", TEMPLATE), "qa:secret")
NOT_THE_DEFAULT = {"allowed_origin", "public_paths", "service_name"}  # none by default, which is no example
TOP_KEY = re.compile(r"([a-z_]+) = ")


def examples() -> str:
    """Return the template with its examples in force."""
    return re.sub(r"(?m)^#(?=[^ \n])", "", TEMPLATE)


def tables(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of *text*: "" with what stands before the first table, then each table's name with the table."""
    for piece in re.split(r"(?m)^(?=\[)", text):
        yield (piece.partition("]")[0].lstrip("[") if piece.startswith("[") else ""), piece


def choices() -> list[str]:
    """
    Return whole files that together hold every example of the template.

    The first has the first of all examples of a table; each further one has another in its place. Of a key that is
    there twice before the first table, the last counts.
    """
    top, *rest = (piece for _, piece in tables(examples()))
    by_group: dict[str, list[list[str]]] = {}
    for piece in rest:
        header = piece.partition("\n")[0]
        group = ".".join(header.strip("[]").split(".")[:2])
        alternatives = by_group.setdefault(group, [])
        repeats = alternatives and not header.startswith("[[") and any(p.startswith(header) for p in alternatives[-1])
        steps_after_table = alternatives and header.startswith("[[") and alternatives[-1][0].startswith(f"[{group}]")
        if not alternatives or repeats or (steps_after_table and ".steps" in header):
            alternatives.append([])
        alternatives[-1].append(piece)
    lines = {match[1]: line for line in top.splitlines() if (match := TOP_KEY.match(line))}
    head = "\n".join(lines.values()) + "\n"

    def file(chosen: str = "", number: int = 0) -> str:
        return head + "".join("".join(each[number if group == chosen else 0]) for group, each in by_group.items())

    return [file()] + [file(group, number) for group, each in by_group.items() for number in range(1, len(each))]


CHOICES = choices()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every file that the template's examples name."""
    for name in FILES:
        (tmp_path / name).touch()
    (tmp_path / "mail").mkdir()
    (tmp_path / "accounts.csv").write_text("email,password\nqa@example.com,a prepared password\n")
    (tmp_path / "staging.toml").write_text('name = "staging"\n')
    return tmp_path


def test_the_template_is_a_target_file_as_it_stands(folder: Path) -> None:
    """Who fills in nothing but base_url has a target that keeps the contract."""
    (folder / "my-api.toml").write_text(TEMPLATE)

    target = read(folder / "my-api.toml", environ={})

    assert target.speaks_contract
    assert set(target.operations) == OPERATIONS


@pytest.mark.parametrize("text", CHOICES, ids=[f"choice-{number}" for number in range(len(CHOICES))])
def test_every_example_of_the_template_is_right(text: str, folder: Path) -> None:
    (folder / "my-api.toml").write_text(text)

    target = read(folder / "my-api.toml", environ=ENVIRON, run_command=lambda _: "printed by a command")

    assert target.features == FEATURES
    assert set(target.operations) == OPERATIONS
    assert set(target.facilities) == FACILITIES


def test_the_choices_hold_every_example() -> None:
    """Else the test above would pass over some."""
    given = {line for text in CHOICES for line in text.splitlines() if line and not line.startswith("#")}
    written = {line for line in examples().splitlines() if line and not line.startswith("#")}
    replaced = {line for line in TEMPLATE.splitlines() if re.match(r"(base_url|features) = ", line)}

    assert written - given == replaced
    assert len(CHOICES) > 10


def test_the_template_names_every_key() -> None:
    drivers = [driver for kinds in DRIVERS.values() for driver in kinds.values()]
    keys = {key for driver in drivers for key in (*driver.keys, *driver.inner)}
    for known in (TOP_KEYS, STEP_KEYS, RULE_KEYS, SCHEME_KEYS, PROFILE_KEYS, TRANSPORT_KEYS, REGISTRATION_KEYS):
        keys |= known.keys()
    keys |= VARIANT_KEYS.keys() | ACCOUNT_KEYS.keys() | {"steps", "by", "driver", *OPERATIONS, *FEATURES, *FACILITIES}

    assert {key for key in keys if not re.search(rf"(?<![\w-]){key}(?![\w-])", TEMPLATE)} == set()


def test_the_template_shows_the_profile_that_holds_if_nothing_is_said() -> None:
    text = next(piece for header, piece in tables(examples()) if header == "profile")
    shown: dict[str, Any] = tomllib.loads(text)["profile"]
    default = {key: list(value) if isinstance(value, tuple) else value for key, value in as_dict(Profile()).items()}

    assert {key: value for key, value in shown.items() if key not in NOT_THE_DEFAULT} == {
        key: value for key, value in default.items() if key not in NOT_THE_DEFAULT
    }


def as_dict(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


FIELDS: list[tuple[type, set[str]]] = [
    (Profile, set(PROFILE_KEYS)),
    (Scheme, set(SCHEME_KEYS)),
    (Transport, set(TRANSPORT_KEYS)),
    (Variant, set(VARIANT_KEYS)),
    (Step, set(STEP_KEYS) - {"request", "encode"} | {"method", "path", "encoding"}),
]


@pytest.mark.parametrize(("model", "keys"), FIELDS, ids=[model.__name__ for model, _ in FIELDS])
def test_every_value_of_the_model_can_be_said(model: type, keys: set[str]) -> None:
    """A field without a key could never be set, a key without a field would be lost."""
    assert {field.name for field in dataclasses.fields(model)} == keys


def test_every_facility_has_its_keys() -> None:
    assert set(DRIVERS) == FACILITIES


def test_the_reference_is_shipped() -> None:
    assert "reference" in names()


@pytest.mark.parametrize(
    "variant", ["", *tomllib.loads((SHIPPED / "reference/target.toml").read_text("utf-8"))["variants"]]
)
def test_the_reference_s_start_line_has_options_that_it_takes(variant: str, tmp_path: Path) -> None:
    """Its settings are what the profile in the file says of it."""
    target = read(SHIPPED / "reference/target.toml", environ={})
    settings = target.variants[variant] if variant else Variant()
    line = target.start.format(python="python", port=8000, dir=tmp_path, options=settings.options)
    profile = dataclasses.replace(target.profile, **settings.profile)

    taken = parse(shlex.split(line)[3:]).settings

    assert line.startswith("python -m reference_impl ")
    assert taken.allowed_origin == (profile.allowed_origin,)
    for name in ("login_limit", "login_window_s", "code_limit", "code_window_s"):
        assert getattr(taken, name) == getattr(profile, name), name
    for name in ("access", "refresh", "session", "challenge", "reset"):
        assert getattr(taken, f"{name}_lifetime_s") == getattr(profile, f"{name}_lifetime_s"), name

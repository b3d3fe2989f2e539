"""The table of keys in `suites/targets/README.md`: whole, and each example true of the file that it names."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from contract.targets.contract_speech import FEATURES_OF_CONTRACT
from contract.targets.model import FACILITIES, FEATURES, Profile

FOLDER = Path(__file__).parents[1] / "targets"
FILES = {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*/target.toml")}
NOBODY = "none of them"
KNOWN = {"Features": FEATURES, "Facilities": FACILITIES, "[profile]": {each.name for each in fields(Profile)}}


def rows(section: str) -> dict[str, tuple[str, str]]:
    """Return the second and the third cell of each row below the heading *section*, by the name in the first."""
    text = (FOLDER / "README.md").read_text("utf-8").split(f"## {section}\n", 1)[1].split("\n## ")[0]
    found = re.findall(r"^\| `([^`]+)` \| (.*?) \| (.*) \|$", text, re.MULTILINE)
    return {name: (second, third) for name, second, third in found}


@pytest.mark.parametrize("section", KNOWN)
def test_every_key_has_a_row_and_no_row_is_of_something_else(section: str) -> None:
    """Who meets a key in a file must find out what it is for."""
    assert set(rows(section)) == set(KNOWN[section])


def test_features_are_claimed_by_those_who_are_said_to() -> None:
    for feature, (_, claimed) in rows("Features").items():
        said = {name for name, file in FILES.items() if feature in file.get("features", FEATURES_OF_CONTRACT)}
        assert claimed == NOBODY or set(claimed.split(", ")) <= said, feature


@pytest.mark.parametrize(("section", "table"), [("Facilities", "facilities"), ("[profile]", "profile")])
def test_an_example_stands_in_the_file_that_it_names(section: str, table: str) -> None:
    """An example that no server needs, or that is out of date, is worse than none."""
    for key, (_, example) in rows(section).items():
        name, _, line = example.partition(": ")
        if example == NOBODY:
            continue
        said = tomllib.loads(line.strip("`").replace("\\|", "|"))[key]
        wanted = FILES[name][table][key]
        assert said == wanted if table == "profile" else said.items() <= wanted.items(), key


def test_the_defaults_are_those_that_hold() -> None:
    for each in fields(Profile):
        default = list(each.default) if isinstance(each.default, tuple) else each.default
        assert rows("[profile]")[each.name][0] == f"`{json.dumps(default)}`", each.name

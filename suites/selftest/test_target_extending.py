"""A target file that extends another one: tables are put together, all else is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.errors import BindingError
from contract.targets.extending import over
from contract.targets.read import SHIPPED, read

BASE = """\
name = "staging"
base_url = "https://staging.example.com/v1"
features = ["login", "profile"]
[profile]
login_limit = 10
password_min = 8
[operations.loginUser]
request = "POST /session"
[operations.getCurrentUser]
request = "GET /me"
"""


def test_tables_are_put_together_and_all_else_is_replaced() -> None:
    base = {"a": 1, "list": [1, 2], "table": {"x": 1, "deep": {"y": 1, "z": 1}}}

    assert over(base, {"list": [3], "table": {"deep": {"y": 2}}, "b": 2}) == {
        "a": 1,
        "b": 2,
        "list": [3],
        "table": {"x": 1, "deep": {"y": 2, "z": 1}},
    }


def test_a_file_says_only_what_is_different(tmp_path: Path) -> None:
    (tmp_path / "staging.toml").write_text(BASE)
    (tmp_path / "live.toml").write_text(
        'extends = "staging.toml"\nname = "live"\nbase_url = "https://example.com/v1"\n[profile]\nlogin_limit = 5\n'
    )

    live = read(tmp_path / "live.toml", environ={})

    assert (live.name, live.base_url, live.source) == ("live", "https://example.com/v1", tmp_path / "live.toml")
    assert (live.profile.login_limit, live.profile.password_min) == (5, 8)
    assert live.operations["loginUser"].steps[0].path == "/session"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('extends = "nothing.toml"\nname = "a"\n', "{file}: extends 'nothing.toml', which is no file."),
        ('extends = "a.toml"\nname = "a"\n', "{file}: extends 'a.toml', which extends this file in turn."),
        (
            'extends = 7\nname = "a"\nbase_url = "http://127.0.0.1:1"\n',
            "{file}:1: extends must be a text, not ",
        ),
        ('extends = "bad.toml"\nname = "a"\n', "{folder}/bad.toml:1: is not TOML: "),
        ('extends = "odd.toml"\nname = "a"\nbase_url = "http://127.0.0.1:1"\n', "{file}: unknown key 'colour'."),
    ],
    ids=["nothing", "itself", "a number", "no TOML", "a fault in it"],
)
def test_what_cannot_be_extended_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text("this is = not = TOML")
    (tmp_path / "odd.toml").write_text('colour = "blue"\n')
    file = tmp_path / "a.toml"
    file.write_text(text)

    with pytest.raises(BindingError) as refusal:
        read(file, environ={})

    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith(said.format(file=file, folder=tmp_path))


def test_the_reference_on_postgresql_is_the_reference_but_for_its_database() -> None:
    """What is proven on one store is asked of the other."""
    one, other = (read(SHIPPED / name / "target.toml", environ={}) for name in ("reference", "reference-postgres"))

    assert (one.features, one.profile, one.variants.keys()) == (other.features, other.profile, other.variants.keys())
    assert other.start == one.start.replace("--data {dir}", "--database {database}")
    assert all(
        "database" in {**other.facilities, **each.facilities}["faults"]["dependencies"]
        for each in other.variants.values()
    )

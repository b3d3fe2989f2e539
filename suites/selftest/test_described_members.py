"""Members that a registration demands by the target's own document: made up as that describes them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contract.flows import perform
from contract.results import ExitCode, Verdict
from contract.secret import Secret
from contract.targets.model import Target
from contract.targets.read import resolve
from suites.selftest import small_api
from suites.selftest.demanding import DOCUMENT, Demanding, sign_up
from suites.selftest.whole_run import ROOT, WholeRun, run

PASSWORD = Secret("seven purple lanterns drift")
FILE = """
name = "demanding"
base_url = "http://127.0.0.1:1"
document = "demanding.json"
features = ["registration", "login"]
[operations.registerUser]
request = "POST /auth/register"
[operations.loginUser]
request = "POST /auth/login"
"""
MEMBERS: dict[str, dict[str, Any]] = {
    "firstName": {"type": "string", "maxLength": 12},
    "mobile_phone": {"type": "string", "pattern": "^[0-9]{9,11}$"},
    "msisdn": {"type": "integer", "minimum": 10_000},
    "date_of_birth": {"type": "string", "pattern": r"^\d{2}\.\d{2}\.\d{4}$"},
    "joined": {"type": "string", "format": "date-time"},
    "country": {"type": "string", "minLength": 3, "maxLength": 3},
    "timezone": {"enum": ["Europe/Rome", "Asia/Tokyo"]},
    "nickname": {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 4, "maxLength": 8}]},
    "externalId": {"type": "string", "format": "uuid"},
    "homepage": {"type": "string", "format": "uri"},
    "age": {"type": "integer", "minimum": 18, "exclusiveMaximum": 100},
    "seats": {"type": "number", "multipleOf": 5, "exclusiveMinimum": 10},
    "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "consents": {"type": "array", "items": {"type": "boolean"}, "minItems": 3},
    "vat": {"type": "string", "pattern": "^(DE[0-9]{9}|ATU[0-9]{8})$"},
    "motto": {"type": "string", "minLength": 40, "maxLength": 45},
    "gender": {"type": ["null", "string"], "enum": [None, "f", "m", "x"]},
    "whatever": {},
}


def demanding(folder: Path, members: dict[str, dict[str, Any]], registration: str = "") -> Target:
    """Return a target whose document demands *members* of a registration, beside address and password."""
    document = json.loads(DOCUMENT.read_text("utf-8"))
    known = {"email": {"type": "string"}, "password": {"type": "string"}}
    body = {"type": "object", "required": [*known, *members], "properties": known | members}
    document["components"]["schemas"]["SignUp"] = body
    (folder / "demanding.json").write_text(json.dumps(document), "utf-8")
    (folder / "target.toml").write_text(FILE + registration, "utf-8")
    return resolve(str(folder / "target.toml"), environ={})


def registered(target: Target, email: str) -> dict[str, Any]:
    """Return the body of a registration of *email*."""
    body: dict[str, Any] = json.loads(next(perform(target, "registerUser", email=email, password=PASSWORD)).body)
    return body


def address(number: int, run: str = "abc123") -> str:
    """Return the address of the *number*th account of a process, as a run makes it up."""
    return f"ada.{number}@main-{run}.example.com"


def test_what_the_document_demands_is_made_up_and_valid(tmp_path: Path) -> None:
    """A registration that lacks one member is refused, and then nothing behind it is tested."""
    target = demanding(tmp_path, MEMBERS)

    bodies = [registered(target, address(number)) for number in range(30)]

    assert target.unfilled == ()
    for name, schema in MEMBERS.items():
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        assert [body[name] for body in bodies if not validator.is_valid(body[name])] == [], name


def test_an_account_gets_the_same_values_and_another_its_own(tmp_path: Path) -> None:
    """What a server takes once only must not make the second account look like a duplicate of the first."""
    target = demanding(tmp_path, MEMBERS)
    bodies = [registered(target, address(number)) for number in range(300)]

    assert registered(target, address(7)) == bodies[7]
    for name in ("mobile_phone", "externalId", "homepage", "vat"):
        assert len({body[name] for body in bodies}) == len(bodies), name
    assert len({body["timezone"] for body in bodies}) == 2


def test_a_run_that_is_repeated_by_its_seed_chooses_alike_and_meets_nobody_of_the_first(tmp_path: Path) -> None:
    target = demanding(tmp_path, MEMBERS)

    first, again = (registered(target, address(7, run)) for run in ("abc123", "fedcba"))

    alike = ("firstName", "date_of_birth", "joined", "country", "timezone", "age", "seats", "consents", "gender")
    assert {name: first[name] for name in alike} == {name: again[name] for name in alike}
    assert all(first[name] != again[name] for name in ("mobile_phone", "externalId", "homepage", "vat"))


@pytest.mark.parametrize(
    ("name", "schema", "why"),
    [
        ("captcha", {"type": "string"}, "only the API knows what is right there"),
        ("inviteCode", {"type": "string"}, "only the API knows what is right there"),
        ("passwordRepeat", {"type": "string"}, "it seems to be the password once more: send password there too"),
        ("odd", {"type": "string", "pattern": r"^\p{Lu}{9}$"}, "none of 3 values that were tried is valid"),
        ("never", {"not": {}}, "none of "),
        ("box", {"type": "object", "required": ["captcha"], "properties": {"captcha": {"type": "string"}}}, ""),
    ],
)
def test_what_cannot_be_made_up_is_one_line_with_its_pointer(
    tmp_path: Path, name: str, schema: dict[str, Any], why: str
) -> None:
    """An hour over a 422 is saved by a line that says which member nobody could fill in."""
    target = demanding(tmp_path, {"firstName": {"type": "string"}, name: schema})

    (line,) = target.unfilled

    pointer = f"demanding.json#/components/schemas/SignUp/properties/{name}"
    assert line.startswith(f"[registration]: '/{name}' is required by {pointer}, and nothing was made up: {why}")
    assert line.endswith(f'; or give extra = {{ "/{name}" = ... }}')
    assert registered(target, address(1)).keys() == {"email", "password", "firstName"}


def test_what_the_file_says_counts_more_than_the_document(tmp_path: Path) -> None:
    """Only the tester knows which plan costs nothing."""
    members = {
        "plan": {"enum": ["paid", "gold"]},
        "captcha": {"type": "string"},
        "address": sign_up()["components"]["schemas"]["Address"],
    }
    extra = '[registration]\nextra = { "/plan" = "trial", "/captcha" = "x", "/address/city" = "Bonn" }\n'
    target = demanding(tmp_path, members, extra)

    body = registered(target, address(1))

    assert target.unfilled == ()
    assert (body["plan"], body["captcha"], body["address"]["city"]) == ("trial", "x", "Bonn")
    assert body["address"].keys() == {"street", "city", "postalCode"}


def test_without_a_registration_or_a_readable_document_nothing_is_added(tmp_path: Path) -> None:
    target = demanding(tmp_path, {"plan": {"enum": ["paid"]}})
    assert [list(each) for each in target.described.values()] == [["/plan"]]

    closed = (tmp_path / "target.toml").read_text("utf-8").replace('"registration", ', "")
    (tmp_path / "target.toml").write_text(closed, "utf-8")
    assert resolve(str(tmp_path / "target.toml"), environ={}).described == {}


@pytest.fixture(scope="module")
def shop() -> Iterator[Demanding]:
    api = Demanding()
    with small_api.serving(api):
        yield api


@pytest.fixture(scope="module")
def drafted(shop: Demanding, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the target file that `init` makes of the shop's document, as it stands."""
    file = tmp_path_factory.mktemp("shop") / "shop.toml"
    command = [sys.executable, "-m", "contract", "init", str(DOCUMENT), f"--base-url={shop.url}", "--name=shop"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    file.write_text(done.stdout, "utf-8")
    return file


def test_init_leaves_nothing_to_do_about_what_a_run_fills_by_itself(drafted: Path) -> None:
    text = drafted.read_text("utf-8")

    assert "made up for each account as the document describes it: /firstName, /lastName, /phone" in text
    assert [line for line in text.splitlines() if "# TODO" in line and "requi" in line] == []
    assert "[registration]\n" not in text


def judged(shop: Demanding, drafted: Path) -> tuple[WholeRun, list[dict[str, Any]]]:
    """Return a run of the drafted file with a fixed seed, and what it has registered."""
    before = len(shop.registered)
    whole = run(f"--target={drafted}", "--requirement=REG-01,REG-02", "--seed=7")
    return whole, shop.registered[before:]


def test_a_real_registration_that_demands_them_is_passed_over_http(shop: Demanding, drafted: Path) -> None:
    """From the document to the first verdict, without a line by hand."""
    check = [sys.executable, "-m", "suites", "check", str(drafted)]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

    (first, people), (second, again) = judged(shop, drafted), judged(shop, drafted)

    assert first.code == second.code == ExitCode.GREEN, first.text + second.text
    assert first.verdicts() == {"REG-01": Verdict.PASS, "REG-02": Verdict.PASS}
    assert shop.refused == []
    assert len(people) == len(again) > 0
    alike = ("firstName", "birthDate", "country", "plan", "address")
    assert [[each[name] for name in alike] for each in people] == [[each[name] for name in alike] for each in again]
    assert len({each["phone"] for each in shop.registered}) == len(shop.registered)


def test_a_run_notes_what_it_could_not_fill_in(tmp_path: Path, shop: Demanding) -> None:
    target = demanding(tmp_path, {"captcha": {"type": "string"}})
    file = tmp_path / "target.toml"
    file.write_text(FILE.replace("http://127.0.0.1:1", shop.url), "utf-8")

    whole = run(f"--target={file}", "--requirement=REG-01")

    assert f"note: {target.unfilled[0]}" in whole.text
    assert replace(target, unfilled=()).described == {"POST /auth/register": {}}

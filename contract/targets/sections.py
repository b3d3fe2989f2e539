"""The sections of a target file: what each key takes, what must fit together, and the `Target` that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from contract import known_failures
from contract.document import CONTRACT_FILE, contract_document
from contract.errors import unknown
from contract.targets import claims, contract_speech, extending, keys, words
from contract.targets.facilities import facilities
from contract.targets.keys import Read
from contract.targets.model import (
    FEATURES,
    OPERATIONS,
    KnownFailure,
    Operation,
    Profile,
    Rule,
    Scheme,
    Target,
    Transport,
    Variant,
)
from contract.targets.operations import operation
from contract.targets.profile import profile, profile_changes, scheme, transport
from contract.targets.registration import registration
from contract.targets.rules import rules
from contract.targets.spots import Spot, Wrong, one_line

ENVIRONMENTS = ("development", "test", "staging", "production")
STARTED_AT = "http://127.0.0.1:{port}"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def target(data: dict[str, Any], spot: Spot) -> Target | None:
    """Return the target that *data* says, None where there was anything to report."""
    own = data.get("speaks", "own" if {"operations", "document"} & data.keys() else "contract") == "own"
    given = keys.table(data, spot, TOP_KEYS, required=["name"])
    _check(data, given, own, spot)
    if spot.source.problems:
        return None
    choices: Profile = given.get("profile", Profile())
    features = given.get("features", contract_speech.FEATURES_OF_CONTRACT)
    operations = given.get("operations", {}) if own else {**contract_speech.operations(), **given.get("operations", {})}
    if "registration" not in features:  # whoever does not claim it must be sure that no account is made
        operations = {id: each for id, each in operations.items() if id != "registerUser"}
    return Target(
        name=given["name"],
        base_url=given.get("base_url", STARTED_AT + ("" if own else contract_document().base_path)),
        start=given.get("start", ""),
        environment=given.get("environment", "staging"),
        speaks_contract=not own,
        document=given.get("document") if own else CONTRACT_FILE,
        features=features,
        operations=operations,
        answers=all_rules(given.get("answers", {}), choices),
        scheme=given.get("scheme", Scheme()),
        profile=choices,
        facilities=given.get("facilities", {}),
        transport=given.get("transport", Transport()),
        variants=given.get("variants", {}),
        known_failures=given.get("known_failure", ()),
        **given.get("registration", {}),
    )


def all_rules(said: Mapping[str, tuple[Rule, ...]], choices: Profile) -> dict[str, tuple[Rule, ...]]:
    """Return the rules for each operation: the file's own, its rules for "*", then the contract's."""
    everywhere = said.get("*", ())
    contract = contract_speech.rules(choices)
    found = {id: (*said.get(id, ()), *everywhere, *contract.get(id, ())) for id in OPERATIONS}
    return {id: each for id, each in {**found, "*": everywhere}.items() if each}


def _check(data: dict[str, Any], given: dict[str, Any], own: bool, spot: Spot) -> None:
    """Report what does not fit together between the sections."""
    claims.check_start(data, given, spot)
    errands = {name: given.get("registration", {}).get(name) for name in ("activation", "removal")}
    words.check(data, given.get("operations", {}), errands, given.get("scheme", Scheme()), spot)
    spelled = _table_of(data, "operations")
    claimed = given.get("features", contract_speech.FEATURES_OF_CONTRACT)
    if own and "features" not in data:
        spot.wrong(f"features is missing. Only what is listed is tested. Valid: {', '.join(sorted(FEATURES))}.")
    elif "features" in data or own:
        claims.check_features(claimed, spelled if own else OPERATIONS, spot)
    if "features" in given or not own:
        claims.check_facilities(_table_of(data, "facilities"), claimed, errands, spot, started="start" in data)
    if not own and "document" in data:
        spot.at("document").wrong("is for a target that speaks in its own way; this one says speaks = 'contract'.")
    if own:
        for id in _table_of(data, "answers"):
            if id in OPERATIONS and id not in spelled:
                spot.at("answers", id).wrong(f"has no operation to be about. Add [operations.{id}].")


def _table_of(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _name(value: Any, spot: Spot) -> str:
    given = keys.text(value, spot)
    if not _NAME.fullmatch(given):
        raise Wrong(f"must be letters, digits, '.', '_' and '-', at most 64, not {keys.shown(value)}.")
    return given


def _base_url(value: Any, spot: Spot) -> str:
    given = keys.text(value, spot)
    if fault := keys.url_fault(given.replace("{port}", "1"), ("http", "https")):
        raise Wrong(fault)
    return given.rstrip("/")


def _by_operation(read: Callable[[str, Any, Spot], Any], *further: str) -> Read:
    """Read a table with one entry for each operation, or for what else is named; *read* gets the name first."""

    def read_tables(value: Any, spot: Spot) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"must be a table, not {keys.kind_of(value)}.")
        found: dict[str, Any] = {}
        for id, raw in value.items():
            if id in OPERATIONS or id in further:
                entry = keys.attempt(partial(read, id), raw, spot.at(id), None)
                found |= {} if entry is None else {id: entry}
            else:
                spot.remark(unknown("operation", one_line(id), {*OPERATIONS, *further}), key=id)
        return found

    return read_tables


def _operation(id: str, value: Any, spot: Spot) -> Operation | None:
    """Read one operation; None where it was not right, so that nobody reports what follows from that."""
    before = len(spot.source.problems)
    found = operation(value, spot, contract_speech.operations()[id])
    return found if len(spot.source.problems) == before else None


VARIANT_KEYS: Mapping[str, Read] = {
    "options": keys.command_line,
    "base_url": _base_url,
    "profile": profile_changes,
    "facilities": facilities,
}


def _variant(value: Any, spot: Spot) -> Variant:
    return Variant(**keys.table(value, spot, VARIANT_KEYS))


def _known_failures(value: Any, spot: Spot) -> tuple[KnownFailure, ...]:
    entries, problems = known_failures.read_entries(value, source=spot.source.label)
    for problem in problems:
        spot.source.report_line(problem)
    return entries


TOP_KEYS: Mapping[str, Read] = {
    extending.KEY: keys.text,
    "name": _name,
    "base_url": _base_url,
    "start": claims.start_line,
    "environment": keys.one_of(*ENVIRONMENTS),
    "speaks": keys.one_of("contract", "own"),
    "document": keys.path(),
    "features": claims.features,
    "operations": _by_operation(_operation),
    "answers": _by_operation(lambda _, value, spot: rules(value, spot), "*"),
    "scheme": scheme,
    "profile": profile,
    "registration": registration,
    "facilities": facilities,
    "transport": transport,
    "variants": keys.mapping(_variant),
    "known_failure": _known_failures,
}

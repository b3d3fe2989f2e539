"""[operations.X] and its steps: how a target spells one operation of the contract. What is left out is inherited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from contract.answers import Kind
from contract.secret import Secret
from contract.targets import keys
from contract.targets.keys import Read
from contract.targets.model import Encoding, Errand, Operation, Step
from contract.targets.places import ANSWER, REQUEST, as_key, is_body, place
from contract.targets.secrets import from_outside
from contract.targets.spots import Spot, Wrong, one_line

ANSWERABLE = tuple(kind.value for kind in Kind if kind not in (Kind.UNRECOGNISED, Kind.NO_ANSWER))
"""The kinds that a rule may give; the other two are what is left when no rule holds or nothing came back."""

_REQUEST_LINE = re.compile(r"([A-Z]+) (/[!-\"$-~]*)")  # a method, a path with or without a query, no fragment
_PARAMETER = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BODILESS = ("GET", "HEAD")


def request_line(value: Any, spot: Spot) -> tuple[str, str]:
    """Read a method and a path: "POST /auth/login"."""
    match = _REQUEST_LINE.fullmatch(keys.text(value, spot))
    if not match:
        raise Wrong(f"must be a method and a path below base_url, like 'POST /login', not {keys.shown(value)}.")
    return match[1], match[2]


def header_value(value: Any, spot: Spot) -> str | Secret:
    """Read the value of a header field; one from outside becomes a Secret."""
    return keys.secret(value, spot) if from_outside(value) else keys.text(value, spot)


def kind(value: Any, spot: Spot) -> Kind:
    """Read a kind of answer."""
    return Kind(keys.one_of(*ANSWERABLE)(value, spot))


def word_fault(key: str) -> str | None:
    """Say what is wrong with *key* as a contract word, None for nothing."""
    return None if _WORD.fullmatch(key) else f"'{one_line(key)}' is no word: letters and digits, like accessToken."


def capture_fault(key: str) -> str | None:
    """Say what is wrong with *key* as what is captured: a word, or the header to send the value in from then on."""
    return None if key.startswith("header:") and as_key("header")(key) is None else word_fault(key)


def one_or_more_places(value: Any, spot: Spot) -> str | tuple[str, ...]:
    """Read the place of a word, or a list of places where the word is repeated."""
    places: tuple[str, ...] = keys.list_of(place(*REQUEST), or_one=True)(value, spot)
    return places[0] if len(places) == 1 else places


CAPTURE: Final = keys.mapping(place(*ANSWER), name=capture_fault)

OPERATION_KEYS: Mapping[str, Read] = {
    "request": request_line,
    "encode": keys.one_of(*get_args(Encoding)),
    "send": keys.mapping(one_or_more_places, name=word_fault),
    "fixed": keys.mapping(keys.constant, name=as_key(*REQUEST)),
    "headers": keys.mapping(header_value, name=keys.header_name),
    "capture": CAPTURE,
    "auth": keys.one_of("session", "none"),
}
STEP_KEYS: Mapping[str, Read] = {**OPERATION_KEYS, "then": keys.list_of(kind)}


def operation(value: Any, spot: Spot, inherited: Operation) -> Operation:
    """
    Read one table of [operations].

    A table without `steps` inherits each key that it leaves out from *inherited*, the contract's own operation; steps
    inherit nothing but `auth`.
    """
    origin = inherited.steps[0]
    if isinstance(value, dict) and "steps" in value:
        return Operation(inherited.id, _steps_alone(value, spot, {}, Step("", "", auth=origin.auth)))
    return Operation(inherited.id, (_step(value, spot, OPERATION_KEYS, origin),))


def errand(*by: str) -> Read:
    """Read an errand: whose session it uses, one of *by*, and its request or its steps."""
    whose: Mapping[str, Read] = {"by": keys.one_of(*by)}

    def read_errand(value: Any, spot: Spot) -> Errand | None:
        if not isinstance(value, dict):
            raise Wrong(f"must be a table, not {keys.kind_of(value)}.")
        said = keys.table({key: value[key] for key in value.keys() & {"by"}}, spot, whose, required=["by"])
        rest = {key: value[key] for key in value if key != "by"}
        if "steps" in rest:
            steps = _steps_alone(rest, spot, whose, Step("", "", auth="session"))
        else:
            steps = (_step(rest, spot, {**STEP_KEYS, **whose}, Step("", "", auth="session")),)
        return Errand(said["by"], steps) if said else None

    return read_errand


def _steps_alone(value: dict[str, Any], spot: Spot, beside: Mapping[str, Read], origin: Step) -> tuple[Step, ...]:
    """Read `steps`, beside which a table may hold nothing else but *beside*."""

    def read_steps(steps: Any, here: Spot) -> Any:
        if not isinstance(steps, list) or not all(isinstance(each, dict) for each in steps):
            raise Wrong(f"must be a list of tables, not {keys.kind_of(steps)}. Write each one under [[...steps]].")
        return keys.list_of(lambda each, there: _step(each, there, STEP_KEYS, origin))(steps, here)

    for key in value:
        if key in OPERATION_KEYS:
            spot.remark(f"'{key}' cannot stand beside steps. Move it into the steps that it is about.", key=key)
    others = {key: raw for key, raw in value.items() if key not in OPERATION_KEYS}
    steps: tuple[Step, ...] = keys.table(others, spot, {"steps": read_steps, **beside}).get("steps", ())
    return steps


def _step(value: Any, spot: Spot, valid: Mapping[str, Read], origin: Step) -> Step:
    """Read one request, with what its table leaves out from *origin*; report what does not fit together."""
    before = len(spot.source.problems)
    given = keys.table(value, spot, valid, required=() if origin.method else ["request"])
    method, path = given.pop("request", (origin.method, origin.path))
    given = {"send": origin.send, "capture": origin.capture, "auth": origin.auth, **given}
    filled = [(place, ("send", word)) for word, places in given["send"].items() for place in _each(places)]
    filled += [(place, ("fixed", place)) for place in given.get("fixed", {})]
    body = [(place, key) for place, key in filled if is_body(place)]
    encode = given.pop("encode", "json" if body else "none")
    if len(spot.source.problems) == before:
        for place, key in body:
            _check_body(place, method, encode, spot.at(*key))
        _check_distinct(filled, given.get("fixed", {}), spot)
        _check_path(path, [place for place, _ in filled], spot)
    if "then" in given:
        given["then"] = frozenset(given["then"])
    return Step(method, path, encoding=encode, **given)


def _each(places: str | tuple[str, ...]) -> tuple[str, ...]:
    return (places,) if isinstance(places, str) else places


def _check_body(place: str, method: str, encode: str, spot: Spot) -> None:
    if method in _BODILESS:
        spot.remark(f"{method} has no body to put '{one_line(place)}' in. Write query:NAME, or another method.")
    elif encode == "none":
        spot.remark(f"encode is 'none', so there is no body to put '{one_line(place)}' in.")
    elif encode in ("form", "multipart") and "/" in place[1:]:
        name = place[1:].replace("/", "[", 1).replace("/", "][") + "]"
        spot.remark(
            f"a form has no nesting for '{one_line(place)}'. Write the field's whole name: '/{one_line(name)}'."
        )


def _check_distinct(filled: list[tuple[str, tuple[str, str]]], constants: Mapping[str, Any], spot: Spot) -> None:
    """Report places that are filled twice, or that lie within one another; a constant table or list has room inside."""
    for number, (this, key) in enumerate(filled):
        for other, _ in filled[:number]:
            if this == other:
                spot.at(*key).remark(f"'{one_line(this)}' is filled already.")
            elif isinstance(constants.get(min(this, other, key=len)), list | dict):
                continue
            elif is_body(this) and (this.startswith(f"{other}/") or other.startswith(f"{this}/")):
                spot.at(*key).remark(f"'{one_line(this)}' and '{one_line(other)}' lie within one another.")


def _check_path(path: str, places: list[str], spot: Spot) -> None:
    """Report parameters of the path that nothing fills, and places for parameters that the path does not have."""
    wanted = set(_PARAMETER.findall(path))
    filled = {each.removeprefix("path:") for each in places if each.startswith("path:")}
    for name in sorted(wanted - filled):
        said = f"nothing fills {{{one_line(name)}}} in the path. Send a word to 'path:{one_line(name)}'."
        spot.remark(said, key="request")
    for name in sorted(filled - wanted):
        spot.remark(f"the path {one_line(path)} has no {{{name}}} for 'path:{name}'.", key="request")

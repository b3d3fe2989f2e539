"""What a document says beside its operations: how answers are read, where the token goes, limits and features."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from contract.document import Document, OperationSpec
from contract.document.operations import mapping
from contract.drafting.finding import Guess

REFUSALS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "registerUser": (("conflict", "409", r"exist|taken|already|in.use|duplicate"),),
    "loginUser": (("refused-credentials", "401", r"bad.?cred|invalid.?(cred|login|grant)|wrong|incorrect|mismatch"),),
    "confirmPasswordReset": (
        ("refused-token", "", r"(bad|invalid|expired).?(reset.?)?token|token.?(invalid|expired)"),
    ),
    "changePassword": (("refused-credentials", "", r"(wrong|invalid|incorrect).?(current.?|old.?)?password"),),
}
"""By operation: a kind of answer, the status that says it by itself, and what an example of it says."""


def answers(document: Document, found: Mapping[str, Guess]) -> Iterator[str]:
    """Yield [answers.X] where examples tell what a status means that says too little by itself."""
    for id, kinds in REFUSALS.items():
        if id not in found:
            continue
        for kind, plain, pattern in kinds:
            spec = found[id].spec
            if plain and plain in spec.responses:
                continue
            rules = [rule for rule in _examples(document, spec) if re.search(pattern, str(rule[2]), re.IGNORECASE)]
            if rules:
                status, place, value = rules[0]
                yield from ("", f"# An example of {spec.label} says so.", f"[answers.{id}]")
                yield f'{kind} = {{ status = {status}, at = "{place}", equals = {_quoted(value)} }}'
            elif plain and any(status in spec.responses for status in ("400", "403", "422")):
                yield from ("", f"# TODO how does {spec.label} say {kind}? Like this, with the value that tells:")
                yield f'# [answers.{id}]\n# {kind} = {{ status = 400, at = "/code", equals = "..." }}'


def is_bearer(document: Document, found: Mapping[str, Guess]) -> bool:
    """Whether the token goes into `Authorization: Bearer`, as the document says."""
    return any(_bearer(said) for said in _carriers(document, found).values())


def scheme(document: Document, found: Mapping[str, Guess]) -> Iterator[str]:
    """Yield [scheme], where the token goes elsewhere than into `Authorization: Bearer`."""
    carriers = _carriers(document, found)
    if not carriers:
        yield from ("", "# TODO where does the token go? The document declares no security scheme: see [scheme].")
    elif not any(map(_bearer, carriers.values())):
        yield from _other_scheme(*next(iter(carriers.items())))
    login = found.get("loginUser")
    known = mapping(mapping(document.data, "components"), "securitySchemes")
    for name in _schemes(login) if login and login.spec.secured else ():
        said, _ = document.resolve(known.get(name, {}))
        if isinstance(said, dict) and (said.get("type"), said.get("in")) == ("apiKey", "header"):
            field = said.get("name", name)
            yield from ("", f"# TODO even a login needs the key '{name}': give it in the environment, and add")
            yield f'# [transport]\n# headers = {{ {field} = "${{API_KEY}}" }}'


def _carriers(document: Document, found: Mapping[str, Guess]) -> dict[str, Mapping[str, Any]]:
    """Return the security schemes of who is signed in, by name; those that even a login needs are none."""
    signed_in = found.get("getCurrentUser") or found.get("logoutUser") or found.get("changePassword")
    login = found.get("loginUser")
    known = mapping(mapping(document.data, "components"), "securitySchemes")
    names = [each for each in _schemes(signed_in) if not login or each not in _schemes(login) or not login.spec.secured]
    names = names or (list(known) if len(known) == 1 else [])
    resolved = {name: document.resolve(known.get(name, {}))[0] for name in names}
    return {name: said for name, said in resolved.items() if isinstance(said, dict)}


def _bearer(said: Mapping[str, Any]) -> bool:
    bearer = said.get("type") == "http" and str(said.get("scheme", "")).lower() == "bearer"
    return bearer or said.get("type") in ("oauth2", "openIdConnect")


def _other_scheme(name: str, said: Mapping[str, Any]) -> Iterator[str]:
    kind, place, field = said.get("type"), said.get("in"), str(said.get("name", ""))
    yield from ("", f"# The document's security scheme '{name}'.")
    if kind == "apiKey" and place == "header" and field.lower() == "authorization":
        text = str(said.get("description", ""))
        word = re.search(r"prefix[^A-Za-z]+([A-Za-z]+)", text) or re.search(r"\b(Bearer|Token|JWT)\b", text)
        yield from [] if word else ["# TODO is that the word before the token?"]
        yield from ("[scheme]", f'prefix = "{word[1] if word else "Token"} "')
    elif kind == "apiKey" and place in ("header", "cookie"):
        yield from ("[scheme]", f"place = {_quoted(f'{place}:{field}')}")
    else:
        yield f"# TODO where does the token go? That scheme is '{kind}': see [scheme]."


def profile(document: Document, found: Mapping[str, Guess]) -> Iterator[str]:
    """Yield [profile] with the bounds and choices that the document tells."""
    registered = found.get("registerUser")
    if registered is None:
        return
    lines = []
    duplicates = [
        status
        for status, _, value in _examples(document, registered.spec)
        if re.search(REFUSALS["registerUser"][0][2], str(value), re.IGNORECASE)
    ]
    if "409" not in registered.spec.responses:
        if duplicates:
            lines.append(f"duplicate_registration = {duplicates[0]}")
        else:
            lines.append(
                '# TODO what gets a known address? duplicate_registration = 400, or "neutral"; else 409 is due.'
            )
    for password in registered.sends.get("password", ())[:1]:
        for keyword, key in (("minLength", "password_min"), ("maxLength", "password_max")):
            if isinstance(password.schema.get(keyword), int) and password.schema[keyword] > 1:
                lines.append(f"{key} = {password.schema[keyword]}")
        if "minLength" not in password.schema:
            lines.append("# TODO the shortest password that is taken: password_min = 8 (if not said: 15)")
    if lines:
        yield from ("", "[profile]", *lines)


def further_features(document: Document, found: Mapping[str, Guess]) -> set[str]:
    """Return the features that no operation shows: formats of tokens, cookies, throttles, request ids."""
    specs = [guess.spec for guess in found.values()]
    schemes = mapping(mapping(document.data, "components"), "securitySchemes").values()
    headers = {name.lower() for spec in specs for each in spec.responses.values() for name in each.headers}
    login = [found[id].spec for id in ("loginUser",) if id in found]
    claimed = set()
    if any(isinstance(each, dict) and each.get("bearerFormat") == "JWT" for each in schemes):
        claimed.add("jwt")
    if any(str(value).startswith("eyJ") for spec in login for _, _, value in _examples(document, spec, success=True)):
        claimed.add("jwt")
    if "set-cookie" in headers or any(isinstance(each, dict) and each.get("in") == "cookie" for each in schemes):
        claimed.add("cookies")
    if any("429" in spec.responses for spec in login):
        claimed.add("throttle")
    if "x-request-id" in headers:
        claimed.add("request-id")
    return claimed


def wants_session(guess: Guess, found: Mapping[str, Guess]) -> bool:
    """Whether a request that the contract sends without a token needs one here."""
    me = found.get("getCurrentUser")
    if guess.id != "verifyMfa" or me is None:
        return False
    return bool(set(_schemes(guess)) & set(_schemes(me))) and "sessionToken" not in guess.sends


def _schemes(guess: Guess | None) -> list[str]:
    return [name for each in (guess.spec.security if guess else ()) for name in each]


def _examples(
    document: Document, spec: OperationSpec, *, success: bool = False
) -> Iterator[tuple[str, str, str | int | bool]]:
    """Yield status, place and value of each text in the examples of *spec*'s refusals, or of its successes."""
    for status, response in spec.responses.items():
        if status.startswith("2") is not success or not status.isdecimal():
            continue
        for media in mapping(document.at(response.pointer), "content").values():
            given = [media["example"]] if isinstance(media, dict) and "example" in media else []
            for each in mapping(media, "examples").values():
                example, _ = document.resolve(each)
                given += [example["value"]] if isinstance(example, dict) and "value" in example else []
            for value in given:
                for place, text in _leaves(value):
                    yield status, place, text


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and place:
        yield place, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in pairs:
        yield from _leaves(below, f"{place}/{str(name).replace('~', '~0').replace('/', '~1')}")


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

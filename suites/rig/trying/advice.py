"""What to change in a target file, when an answer was not understood as it was meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from contract.answers import Answer, Kind
from contract.flows import Outcome
from contract.places import read
from contract.targets.model import Step, Target
from suites.rig.trying.clues import is_of_refresh, leaves, telling, token_places

BY_FORM = {"json": "form", "form": "json", "multipart": "json", "none": "json"}
GRANTS = {"loginUser": "password", "refreshToken": "refresh_token"}
WRONG_PASSWORD, DUPLICATE, BAD_TOKEN = "a wrong password", "a known address", "a token that nobody gave out"
"""What a step was about, where it was meant to be refused."""

Advise = Callable[[Target, str, Outcome, str], Iterator[str]]


def advice(target: Target, id: str, outcome: Outcome, wanted: tuple[Kind, ...], about: str = "") -> list[str]:
    """
    Return what could be changed in the file of *target*, likeliest first, each in one sentence.

    Args:
        target: What the file says so far.

        id: The operation that was performed.

        outcome: What it came to, which is of none of the kinds in *wanted*.

        wanted: The kinds that it should have been.

        about: What was wrong about the request on purpose, "" where it was valid.
    """
    advisers: tuple[Advise, ...] = (_nothing, _elsewhere, _encoding, _csrf, _client)
    advisers += (_refusal,) if about else (_token, _scheme, _credentials, _members, _challenge)
    found = [line for each in advisers for line in each(target, id, outcome, about)]
    answer = outcome.answer
    return found or [
        f"{answer.status} is {outcome.kind} here, and should be {' or '.join(wanted)}: say in [answers.{id}] "
        f"how to read it{_like(wanted[0], answer)}."
    ]


def tokens_not_kept(target: Target, id: str, outcome: Outcome) -> list[str]:
    """Return where the tokens of an accepted login are, if nothing of it was kept."""
    return list(_token(target, id, outcome, ""))


def _nothing(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    if not outcome.answer.status:
        yield f"nothing came back ({outcome.answer.fault}): look at base_url ({target.base_url}) and [transport]."


def _elsewhere(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    answer, line = outcome.answer, _line(outcome.answer)
    if answer.status in (301, 302, 307, 308):
        yield f"{line} leads to {answer.header('location')}: give that path in [operations.{id}], or as base_url."
    elif answer.status == 405:
        allowed = answer.header("allow") or "not said"
        yield f"{line} exists with another method (Allow: {allowed}): mend [operations.{id}] request."
    elif answer.status in (404, 410) and not about:
        yield f"there is no {line}: mend the path in [operations.{id}] request, or base_url."


def _encoding(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    encoding = _step(target, id).encoding
    if outcome.answer.status == 415:
        accept = outcome.answer.header("accept")
        hint = f" (it takes {accept})" if accept else ""
        yield f'the body was {encoding}, and is not taken so{hint}: [operations.{id}] encode = "{BY_FORM[encoding]}".'


def _csrf(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    answer = outcome.answer
    if answer.status in (400, 403, 419) and b"csrf" in answer.body.lower() and not target.scheme.csrf:
        yield "a CSRF token is asked for: say in [scheme] csrf where it goes, and in renew or csrf_from where from."


def _client(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    """What an OAuth 2 token endpoint lacks. Source: RFC 6749 sections 2.3.1 and 5.2."""
    error, step = read(outcome.answer, "/error"), _step(target, id)
    if error == "invalid_client":
        yield f'the client is not known: [operations.{id}] headers = {{ Authorization = "Basic ${{CLIENT}}" }}, ' \
              'or "/client_id" and "/client_secret" in fixed.'  # fmt: skip
    elif error in ("unsupported_grant_type", "invalid_request") and id in GRANTS and "/grant_type" not in step.fixed:
        yield f'no grant is named: [operations.{id}] fixed = {{ "/grant_type" = "{GRANTS[id]}" }}.'


def _token(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    if id not in ("loginUser", "refreshToken", "verifyMfa") or not 200 <= outcome.answer.status < 300:
        return
    said = _step(target, id).capture.get("accessToken", "")
    places = token_places(outcome.answer)
    access = [each for each in places if not is_of_refresh(each)]
    where = f"nothing is at {said}" if said else "no capture says where the token is"
    if access:
        yield f'{where}; {access[0]} looks like a token: [operations.{id}] capture = {{ accessToken = "{access[0]}" }}.'
    for place in [each for each in places if is_of_refresh(each)][:1]:
        if _step(target, id).capture.get("refreshToken") != place:
            yield f'{place} looks like a refresh token: refreshToken = "{place}" in the same capture.'
    if not places:
        names = ", ".join(place for place, _ in leaves(outcome.answer.json())) or "no members"
        yield f"{where}, and no value of the answer looks like a token (it has {names}): is the login of several steps?"


def _scheme(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    answer, scheme = outcome.answer, target.scheme
    if outcome.kind is not Kind.REFUSED_TOKEN:
        return
    came = _step(target, "loginUser").capture.get("accessToken", "")
    if came.startswith(("header:", "cookie:")) and came.lower() != scheme.place.lower():
        yield f'the token came in {came}; perhaps it goes back there: [scheme] place = "{came}".'
    asked = (answer.header("www-authenticate") or "").partition(" ")[0].strip(",")
    if asked and asked.lower() != scheme.prefix.strip().lower():
        yield f"the token of the login was sent in {scheme.place} after '{scheme.prefix}', and the answer asks for " \
              f"{asked}: [scheme] prefix = \"{asked} \"."  # fmt: skip
    elif not came.startswith(("header:", "cookie:")):
        yield f"the token of the login was sent in {scheme.place} after '{scheme.prefix}': is that right in [scheme]?"


def _credentials(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    if id != "loginUser" or outcome.answer.status not in (400, 401, 403, 422):
        return
    if outcome.kind in (Kind.REFUSED_CREDENTIALS, Kind.FORBIDDEN):
        sent = _step(target, id).send
        if target.activation is None and "registration" in target.features:
            yield "must a new account be activated first? Then say how in [registration.activation]."
        given, other = ("email", "username") if "email" in sent else ("username", "email")
        yield f"does it want {other} in place of {given}? See [operations.{id}] send."


def _members(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    answer = outcome.answer
    if outcome.kind is not Kind.INVALID_INPUT:
        return
    sent = {place.lower() for each in _step(target, id).send.values() for place in _each(each)}
    sent |= {place.lower() for each in (target.register_extra, *target.described.values()) for place in each}
    named = sorted({name for name in _named(answer) if f"/{name}".lower() not in sent})
    if named:
        extra = ", ".join(f'"/{name}" = "..."' for name in named)
        where = "[registration] extra" if id == "registerUser" else f"[operations.{id}] send or fixed"
        yield f"the answer names {', '.join(named)}: if it is required, give it in {where} = {{ {extra} }}."
    said = telling(answer)
    if said:
        yield f"the answer says at {said[0]}: {said[1][:120]}. Bounds of passwords are [profile] password_min and _max."


def _challenge(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    if id == "loginUser" and outcome.kind in (Kind.FORBIDDEN, Kind.UNRECOGNISED) and (said := telling(outcome.answer)):
        yield f"if this asks for the second factor, say so: [answers.{id}]{_rule('challenged', outcome.answer, said)}."


def _refusal(target: Target, id: str, outcome: Outcome, about: str) -> Iterator[str]:
    answer = outcome.answer
    if about == DUPLICATE:
        if outcome.kind is Kind.ACCEPTED:
            yield 'a known address is answered like a new one: [profile] duplicate_registration = "neutral".'
        elif answer.status and (said := telling(answer)):
            yield f"{about} gets {answer.status}: [profile] duplicate_registration = {answer.status}, and " \
                  f"[answers.{id}]{_rule('conflict', answer, said)}."  # fmt: skip
        return
    kind = Kind.REFUSED_CREDENTIALS if about == WRONG_PASSWORD else Kind.REFUSED_TOKEN
    if 400 <= answer.status < 500 and outcome.kind is not Kind.THROTTLED:
        yield f"{about} gets {answer.status}, read as {outcome.kind}: [answers.{id}]" \
              f"{_rule(kind.value, answer, telling(answer))}."  # fmt: skip
    elif outcome.kind is Kind.ACCEPTED:
        yield f"{about} is accepted: either the target lets everybody in, or [answers.{id}] must tell by a value."


def _rule(kind: str, answer: Answer, said: tuple[str, str] | None) -> str:
    """Return a rule as it stands in a target file, after the name of its table."""
    more = f', at = "{said[0]}", equals = {json.dumps(said[1], ensure_ascii=False)}' if said else ""
    return f" {kind} = {{ status = {answer.status}{more} }}"


def _like(kind: Kind, answer: Answer) -> str:
    return f", like{_rule(kind.value, answer, telling(answer))}" if answer.status else ""


def _named(answer: Answer) -> Iterator[str]:
    """Yield the names of members that a refusal of input speaks of: keys of lists, last parts of locations."""
    document = answer.json()
    if isinstance(document, dict):
        errors = document.get("errors", document)
        if isinstance(errors, dict):
            yield from (name for name, value in errors.items() if isinstance(value, list) and name != "detail")
    for place, value in leaves(document):
        parts = place.split("/")
        if len(parts) > 2 and parts[-2] == "loc" and isinstance(value, str) and value not in ("body", "query"):
            yield value
        if parts[-1] in ("pointer", "field", "param") and isinstance(value, str):
            yield value.rpartition("/")[2]


def _step(target: Target, id: str) -> Step:
    operation = target.operations.get(id)
    return operation.steps[-1] if operation else Step("", "")


def _each(places: str | tuple[str, ...]) -> tuple[str, ...]:
    return (places,) if isinstance(places, str) else places


def _line(answer: Answer) -> str:
    return f"{answer.request.method} {urlsplit(answer.request.url).path}"

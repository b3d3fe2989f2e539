"""The draft of a target file as text: what was found, why, and what is left for whoever knows the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from contract.document import Document
from contract.drafting import reading
from contract.drafting.finding import Guess, constants, guesses, plain_path
from contract.filling.further import lacking, why_unfilled
from contract.targets.claims import FEATURE_NEEDS, FEATURE_OPERATIONS
from contract.targets.contract_speech import operations
from contract.targets.model import FEATURES, OPERATIONS
from contract.targets.words import MUST_SEND
from contract.words import INPUTS

TODO = "# TODO"
AUTH_WORDS = (
    r"auth|user|account|password|token|session|login|sign|regist|verif|activat|mfa|2fa|otp|profile|health|ready"
)


def draft(document: Document, *, name: str, base_url: str, file: str) -> str:
    """
    Return a target file for the API that *document*, in *file*, describes.

    Every line that begins `# TODO` is something that the document does not say, or a guess to be looked at; without
    those, the file can be used as it is.
    """
    found = guesses(document)
    parts = [
        f"# Drafted from {file}. Lines that begin '{TODO}' need somebody who knows the API; all else was found.",
        "# 'python -m contract template' explains every key; 'python -m suites check FILE' tries this one out.",
        "",
        f"name     = {quoted(name)}",
        *_base_url(document, base_url),
        f"document = {quoted(file)}",
        *_features(document, found),
        *(line for guess in found.values() for line in ("", *_operation(document, guess, found))),
        *reading.answers(document, found),
        *reading.scheme(document, found),
        *reading.profile(document, found),
        *_registration(document, found),
        *_left_over(document, found),
    ]
    return "\n".join(parts) + "\n"


def quoted(value: Any) -> str:
    """Return *value* as TOML writes it; a text with what TOML escapes as JSON does."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else json.dumps(value)


def table(members: Mapping[str, Any]) -> str:
    """Return an inline table; a list of one text is that text."""
    plain = {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in members.items()}
    inner = ", ".join(
        f"{key if re.fullmatch(r'[A-Za-z0-9_-]+', key) else quoted(key)} = {quoted(value)}"
        for key, value in plain.items()
    )
    return f"{{ {inner} }}" if inner else "{}"


def _base_url(document: Document, given: str) -> Iterator[str]:
    servers = document.data.get("servers") or [{}]
    url = servers[0].get("url", "") if isinstance(servers[0], dict) else ""
    if given:
        bare = re.fullmatch(r"https?://[^/]+/?", given)
        yield f"base_url = {quoted(given.rstrip('/') + (document.base_path.rstrip('/') if bare else ''))}"
    elif re.match(r"https?://", url) and "{" not in url:
        yield f"base_url = {quoted(url)}"
        yield f'{TODO} is that the instance to test? A production system needs environment = "production".'
    else:
        yield f"base_url = {quoted('http://127.0.0.1:8000' + document.base_path.rstrip('/'))}"
        yield f"{TODO} say where the API is: the document names no server. (--base-url=URL writes it here.)"


def _features(document: Document, every: Mapping[str, Guess]) -> Iterator[str]:
    found = {id: guess for id, guess in every.items() if can_be_used(document, guess)}
    claimed = {
        feature
        for feature, groups in FEATURE_OPERATIONS.items()
        if all(any(id in found for id in group) for group in groups) and set(groups[0]) <= found.keys()
    }
    if "verifyMfa" in found and "backupCode" not in found["verifyMfa"].sends:
        claimed.discard("backup-codes")
    for feature in sorted(claimed):
        if FEATURE_NEEDS.get(feature, feature) not in claimed:
            claimed.discard(feature)
    if "updateUser" in found and found["updateUser"].sends.keys().isdisjoint(("role", "disabled")):
        claimed.discard("admin")
    if "updateCurrentUser" in found and "displayName" not in found["updateCurrentUser"].sends:
        claimed.discard("profile-update")
    claimed |= reading.further_features(document, found)
    order = [each for each in FEATURE_OPERATIONS if each in claimed] + sorted(claimed - FEATURE_OPERATIONS.keys())
    yield f"features = [{', '.join(map(quoted, order))}]"
    yield f"# Add what the API has beside that: {', '.join(sorted(FEATURES - claimed))}."
    if "login" not in claimed:
        yield f"{TODO} no login was found: without one, hardly anything can be tested. Add [operations.loginUser]."


def _operation(document: Document, guess: Guess, found: Mapping[str, Guess]) -> Iterator[str]:
    level = "high" if guess.sure else "medium"
    why = one_line("; ".join(guess.reasons))
    yield f"# {guess.spec.label}: confidence {level} ({min(guess.confidence, 1.0):.2f}): {why}."
    if not guess.sure:
        yield f"{TODO} look whether {guess.spec.label} is {guess.id}."
    for other in guess.others[:3]:
        yield f"{TODO} or is it {other.label}{': ' + one_line(other.summary) if other.summary else ''}?"
    send, fixed = places(guess, found), dict(_fixed(document, guess))
    yield from _unsent(guess, send, fixed)
    open_ = "" if can_be_used(document, guess) else "# "
    yield from (f"{open_}{line}" for line in _table(guess, found, send, fixed))
    yield from _uncaptured(document, guess, found)


def _table(
    guess: Guess,
    found: Mapping[str, Guess],
    send: Mapping[str, list[str]],
    fixed: Mapping[str, str],
) -> Iterator[str]:
    yield f"[operations.{guess.id}]"
    yield f"request = {quoted(f'{guess.spec.method} {guess.spec.path}')}"
    body = any(place.startswith("/") for each in send.values() for place in each) or any(
        place.startswith("/") for place in fixed
    )
    if body and guess.encoding != "json":
        yield f"encode  = {quoted(guess.encoding)}"
    yield f"send    = {table(send)}"
    if fixed:
        yield f"fixed   = {table(fixed)}"
    yield f"capture = {table({word: member.place for word, member in guess.captures.items()})}"
    if reading.wants_session(guess, found):
        yield 'auth    = "session"'


def can_be_used(document: Document, guess: Guess) -> bool:
    """Whether every parameter of the path has a value; without one, the operation is written as a comment."""
    wanted = set(re.findall(r"\{([^}]*)\}", guess.spec.path)) - constants(document, guess.spec).keys()
    return not wanted or (guess.id in ("getUser", "updateUser") and len(wanted) == 1)


def places(guess: Guess, found: Mapping[str, Guess]) -> dict[str, list[str]]:
    """Return where each word of the request goes; the one parameter of a path that is no constant is the user's id."""
    send = {word: [each.place for each in members] for word, members in guess.sends.items()}
    if "username" in send and "email" not in send and guess.id == "loginUser":
        registered = found.get("registerUser")
        if registered is None or "username" not in registered.sends:
            send = {"email": send["username"], **{word: each for word, each in send.items() if word != "username"}}
    if guess.id in ("getUser", "updateUser"):
        send["userId"] = ["path:" + re.findall(r"\{([^}]*)\}", guess.spec.path)[-1]]
    if guess.grant:
        others = {"password": {"refreshToken"}, "refresh_token": {"email", "username", "password"}}[guess.grant]
        send = {word: each for word, each in send.items() if word not in others}
    if guess.id == "loginUser" and {"email", "username"} <= send.keys():
        send.pop("username")
    return send


def _fixed(document: Document, guess: Guess) -> Iterator[tuple[str, str]]:
    for name, value in constants(document, guess.spec).items():
        yield f"path:{name}", value
    if guess.grant:
        inside = any(each.place == "/grant_type" for each in guess.given)
        yield ("/grant_type" if inside else "query:grant_type"), guess.grant


def _unsent(guess: Guess, send: Mapping[str, list[str]], fixed: Mapping[str, str]) -> Iterator[str]:
    """Say what the document asks for and nothing gives, and what the contract gives and nothing takes."""
    filled = {place for each in send.values() for place in each} | fixed.keys()
    for member in guess.given:
        inside = any(member.place.startswith(f"{place}/") or place.startswith(f"{member.place}/") for place in filled)
        lacks = member.required and member.place not in filled and not inside and member.place.count("/") == 1
        if lacks and guess.id != "registerUser":
            yield f"{TODO} the request must have '{one_line(member.place)}' too: give it in send or in fixed."
    for parameter in guess.spec.parameters:
        if parameter.required and parameter.place != "header" and f"{parameter.place}:{parameter.name}" not in filled:
            yield f"{TODO} the request must have '{parameter.place}:{parameter.name}': give it in send or in fixed."
    if guess.id == "loginUser" and {"email", "username"} <= guess.sends.keys():
        yield f"{TODO} a login takes email or username: is the address right, or must it be 'username'?"
    if guess.id == "updateCurrentUser" and not send:
        yield f"{TODO} which member may a user change? Send displayName there, and claim profile-update."
    if guess.id == "updateUser" and send.keys() <= {"userId"}:
        yield f"{TODO} where does an admin say a user's role, or lock the user? Send role and disabled; claim admin."
    for place, value in fixed.items():
        if place.startswith("path:"):
            yield f"{TODO} '{place}' is {quoted(value)}, the first that the document allows; is that the right one?"
    lacking = [" or ".join(group) for group in MUST_SEND.get(guess.id, ()) if send.keys().isdisjoint(group)]
    tokens = {"refreshToken", "sessionToken", "token", "currentPassword", "password"}
    lacking += sorted(
        (INPUTS[guess.id].needs & tokens) - send.keys() - {word for each in lacking for word in each.split()}
    )
    for word in lacking:
        yield f"{TODO} the document does not say where {word} goes; a cookie needs no line, a header is 'header:NAME'."


def _uncaptured(document: Document, guess: Guess, found: Mapping[str, Guess]) -> Iterator[str]:
    usual = operations()[guess.id].steps[0].capture
    wanted = {"loginUser": ("accessToken",), "refreshToken": ("accessToken",), "setupMfa": ("secret",)}
    for word in wanted.get(guess.id, ()):
        if word not in guess.captures:
            yield f"{TODO} the document does not say where {word} comes back: capture it, or name a cookie in [scheme]."
    if {"accessToken", "sessionToken"} <= guess.captures.keys() and not reading.is_bearer(document, found):
        both = " and ".join(guess.captures[word].place for word in ("accessToken", "sessionToken"))
        yield f"{TODO} which of {both} proves who asks? That one is accessToken."
    if guess.id == "loginUser" and "verifyMfa" in found and "sessionToken" not in guess.captures:
        yield f"{TODO} how does a login say that the second factor is due? Capture sessionToken, or see [answers]."
    if guess.id == "getCurrentUser" and "userId" in usual and "userId" not in guess.captures and "getUser" in found:
        yield f"{TODO} where does the answer say the user's id? Add userId to capture."


def _registration(document: Document, found: Mapping[str, Guess]) -> Iterator[str]:
    registered = found.get("registerUser")
    if registered is None:
        yield from ("", f"{TODO} registration was not found: add [operations.registerUser], or list accounts under")
        yield "# [facilities.accounts]."
        return
    yield from _further(document, registered, places(registered, found))
    for spec in document.all_operations:
        path = plain_path(spec.path)
        activates = re.search(r"(activation|activate|verifyemail|email/verify|(^|auth/)verify)$", path)
        if spec.method == "POST" and activates and not re.search("resend|jwt|token|phone", path):
            yield from ("", f"{TODO} must a new account be activated by {spec.label}? Then add")
            yield f'# [registration.activation], by = "mail", request = {quoted(spec.label)} and what it sends.'
    me = found.get("getCurrentUser")
    for spec in document.all_operations:
        if me and spec.method == "DELETE" and spec.path == me.spec.path:
            yield from ("", f"# An account can perhaps be removed by {spec.label}: [registration.removal] lets")
            yield "# 'python -m suites cleanup RUN' do so after a run. It is not written here, since it deletes."


def _further(document: Document, registered: Guess, send: Mapping[str, list[str]]) -> Iterator[str]:
    """Say what else the document demands of a registration: what a run fills by itself, and what it cannot."""
    filled = frozenset(place for each in send.values() for place in each) | dict(_fixed(document, registered)).keys()
    needed = dict(lacking(document, registered.spec, registered.encoding, frozenset(filled)))
    whys = {place: why_unfilled(member, place) for place, member in needed.items()}
    if described := [one_line(place) for place, why in whys.items() if not why]:
        told = f"Required too, and made up for each account as the document describes it: {', '.join(described)}. What "
        told += "[registration] extra says of one of them counts more."
        yield from ("", *wrap(told, 120, initial_indent="# ", subsequent_indent="# "))
    for place, why in whys.items():
        if why:
            yield ""
            yield f"{TODO} '{one_line(place)}' is required too, and cannot be made up: {one_line(why)}."
            yield f"# [registration] extra = {{ {quoted(one_line(place))} = ... }} says what it is."


def _left_over(document: Document, found: Mapping[str, Guess]) -> Iterator[str]:
    used = {guess.spec.pointer for guess in found.values()}
    rest = [each for each in document.all_operations if each.pointer not in used]
    akin = [each for each in rest if re.search(AUTH_WORDS, each.path.lower())]
    missing = sorted(OPERATIONS - found.keys())
    if missing:
        yield from ("", f"# Not found: {', '.join(missing)}.")
    if akin and missing:
        yield "# Operations of the document that nothing was made of:"
        yield from (f"#   {each.label}{'  ' + one_line(each.summary) if each.summary else ''}" for each in akin[:40])


def one_line(text: str) -> str:
    """Return *text* so that it can stand in a comment."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:160]

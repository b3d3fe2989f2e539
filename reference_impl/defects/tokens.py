"""Planted defects: access tokens, but for what is about their signature."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from typing import Any
from urllib.parse import parse_qs

from reference_impl.defects import Defect


def _forbidden(_sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415 - listing defects loads no server

    return lambda: problems.Problem(403, "authentication-required")


def _no_reason(sound: Any) -> Any:
    return lambda *_error: sound()


def _split_and_indexed(sound: Any) -> Any:
    def presented(exchange: Any) -> Any:
        if "authorization" not in exchange.fields.last:
            sound(exchange)
        scheme, token = exchange.fields.last["authorization"].split(" ")
        return token if scheme.lower() == "bearer" else sound(exchange)

    return presented


def _exact_scheme(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    def presented(exchange: Any) -> Any:
        if not exchange.fields.last.get("authorization", "").startswith("Bearer "):
            raise problems.authentication_required()
        return sound(exchange)

    return presented


def _from_the_query(sound: Any) -> Any:
    def presented(exchange: Any) -> Any:
        given = parse_qs(exchange.query)
        if "authorization" not in exchange.fields.last and "access_token" in given:
            return given["access_token"][0]
        return sound(exchange)

    return presented


def _claims_changed(**changes: Any) -> Any:
    """Return a replacement that judges the claims after *changes*: name to a function of (claims, settings, now)."""

    def replacement(sound: Any) -> Any:
        def checked_claims(payload: bytes, settings: Any, now: float) -> Any:
            try:
                claims = json.loads(payload)
            except ValueError:
                return sound(payload, settings, now)
            if isinstance(claims, dict):
                claims |= {name: change(claims, settings, now) for name, change in changes.items()}
            return sound(json.dumps(claims).encode(), settings, now)

        return checked_claims

    return replacement


def _later(claims: dict[str, Any], _settings: Any, now: float) -> Any:
    return int(now) + 60 if type(claims.get("exp")) in (int, type(None)) else claims["exp"]


def _earlier(claims: dict[str, Any], _settings: Any, _now: float) -> Any:
    return 0 if type(claims.get("nbf")) in (int, type(None)) else claims["nbf"]


def _without_expiry(sound: Any) -> Any:
    return lambda *about: {name: value for name, value in sound(*about).items() if name != "exp"}


def _ending_late(sound: Any) -> Any:
    def new_claims(*about: Any) -> Any:
        claims = sound(*about)
        return {**claims, "exp": 2 * claims["exp"] - claims["iat"]}

    return new_claims


def _refresh_token_opens(sound: Any) -> Any:
    from reference_impl import accounts, opaque, problems  # noqa: PLC0415
    from reference_impl.operations import Caller  # noqa: PLC0415

    def owner(tx: Any, token: str) -> Any:
        return tx.row(
            accounts.USER + "JOIN sessions s ON s.user_id = i.user_id "
            "JOIN refresh_tokens t ON t.session_id = s.session_id WHERE t.token_hash = ?",
            opaque.digest(token),
        )

    async def caller(service: Any, token: str) -> Any:
        try:
            return await sound(service, token)
        except problems.Problem:
            user = await service.store.read(owner, token)
            if user is None:
                raise
            return Caller(user, "")

    return caller


def _uuid(_sound: Any) -> Any:
    return lambda: str(uuid.uuid1())


def _time_first(_sound: Any) -> Any:
    return lambda: f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(16)}"


def _eight_bytes(_sound: Any) -> Any:
    return lambda: secrets.token_urlsafe(8)


def _subject_needed(sound: Any) -> Any:
    def checked_claims(payload: bytes, settings: Any, now: float) -> Any:
        json.loads(payload)["sub"].strip()
        return sound(payload, settings, now)

    return checked_claims


DEFECTS = (
    Defect(
        "TOK-01",
        "missing credentials give 403",
        red=("TOK-01", "TOK-02", "TOK-03", "TOK-05"),
        seams={"problems:authentication_required": _forbidden},
    ),
    Defect(
        "TOK-02",
        "a challenge never tells why",
        red=("TOK-02",),
        seams={"problems:challenge": _no_reason},
    ),
    Defect(
        "TOK-03",
        "the Authorization field is split without a look at its parts: 500",
        red=("TOK-03",),
        seams={"bearer:presented": _split_and_indexed},
    ),
    Defect(
        "TOK-04",
        "the scheme's name is compared letter by letter",
        red=("TOK-04",),
        seams={"bearer:presented": _exact_scheme},
    ),
    Defect(
        "TOK-05",
        "a token in the query counts",
        red=("TOK-05",),
        seams={"bearer:presented": _from_the_query},
    ),
    Defect(
        "TOK-12",
        "the validity window of a token is not looked at",
        red=("TOK-12",),
        seams={"tokens:checked_claims": _claims_changed(exp=_later, nbf=_earlier)},
    ),
    Defect(
        "TOK-13",
        "tokens are issued without an expiry",
        red=("TOK-12", "TOK-13"),
        seams={"tokens:new_claims": _without_expiry, "tokens:checked_claims": _claims_changed(exp=_later)},
    ),
    Defect(
        "TOK-13b",
        "access tokens live twice as long as is announced",
        red=("TOK-12", "TOK-13"),
        seams={"tokens:new_claims": _ending_late},
    ),
    Defect(
        "TOK-14",
        "the audience is not looked at",
        red=("TOK-14",),
        seams={"tokens:checked_claims": _claims_changed(aud=lambda _claims, settings, _now: settings.audience)},
    ),
    Defect(
        "TOK-14b",
        "the issuer is not looked at",
        red=("TOK-14",),
        seams={"tokens:checked_claims": _claims_changed(iss=lambda _claims, settings, _now: settings.issuer)},
    ),
    Defect(
        "TOK-16",
        "a refresh token opens what an access token does",
        red=("TOK-16",),
        seams={"sessions:caller": _refresh_token_opens},
    ),
    Defect(
        "TOK-17",
        "refresh tokens are UUIDs made from the time",
        red=("TOK-17",),
        seams={"opaque:new": _uuid},
    ),
    Defect(
        "TOK-17b",
        "refresh tokens begin with the time in milliseconds",
        red=("TOK-17",),
        seams={"opaque:new": _time_first},
    ),
    Defect(
        "TOK-17c",
        "refresh tokens have 64 bits",
        red=("TOK-17",),
        seams={"opaque:new": _eight_bytes},
    ),
    Defect(
        "TOK-18",
        "a missing subject is a key error: 500",
        red=("TOK-18",),
        seams={"tokens:checked_claims": _subject_needed},
    ),
)

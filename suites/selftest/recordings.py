"""
What real servers answered: `data/recorded`, by the names of their target files.

Those are the shipped ones, and for servers that are not shipped `data/targets`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.answers import Answer, Headers, Kind, Request
from contract.places import OMIT
from contract.secret import Secret
from contract.session import Session
from contract.targets.model import Target
from contract.targets.read import names, read, resolve

DATA = Path(__file__).parent / "data"
ENVIRON = {
    "ALLAUTH_PASSWORD": "a quite different phrase",
    "KEYSTONE_PASSWORD": "correct horse battery staple",
}


@dataclass(frozen=True)
class Recorded:
    """
    One flow as it went.

    `answers` hold the request line that each was given to, and the headers and the body that the flow must have sent
    (None where the recording does not care). `leaves` is all that the identity holds afterwards.
    """

    target: str
    name: str
    operation: str
    inputs: Mapping[str, Any]
    holds: Session
    answers: tuple[Answer, ...]
    sent: tuple[tuple[Mapping[str, str], str | None], ...]
    kind: Kind
    leaves: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Name the flow in a test's id."""
        return f"{self.target}: {self.name}"


def target(name: str) -> Target:
    """Read the target file *name*."""
    if name in names():
        return resolve(name, environ=ENVIRON)
    return read(DATA / "targets" / f"{name}.toml", environ=ENVIRON)


def recorded() -> list[Recorded]:
    """Return every recorded flow."""
    return [
        _flow(path.stem, entry)
        for path in sorted((DATA / "recorded").glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["flow"]
    ]


def held(session: Session) -> dict[str, Any]:
    """Return all that *session* holds, in clear, by contract word; a cookie by "cookie:NAME"."""
    tokens = {
        "accessToken": session.access_token,
        "refreshToken": session.refresh_token,
        "sessionToken": session.challenge,
        "csrf": session.csrf,
    }
    others = {f"cookie:{name}": value for name, value in session.cookies.items()} | dict(session.values)
    every = tokens | others | dict(session.headers)
    return {
        word: value.reveal() if isinstance(value, Secret) else value
        for word, value in every.items()
        if value is not None
    }


def _flow(target: str, entry: Mapping[str, Any]) -> Recorded:
    return Recorded(
        target=target,
        name=entry["name"],
        operation=entry["operation"],
        inputs={word: OMIT if value == "OMIT" else value for word, value in entry.get("inputs", {}).items()},
        holds=_session(entry.get("holds", {})),
        answers=tuple(_answer(each) for each in entry["exchange"]),
        sent=tuple((each.get("headers", {}), each.get("body")) for each in entry["exchange"]),
        kind=Kind(entry["kind"]),
        leaves=entry.get("leaves", {}),
    )


def _session(holds: Mapping[str, Any]) -> Session:
    secrets = {word: Secret(value) for word, value in holds.items()}
    tokens = ("accessToken", "refreshToken", "sessionToken", "csrf")
    return Session(
        access_token=secrets.get("accessToken"),
        refresh_token=secrets.get("refreshToken"),
        challenge=secrets.get("sessionToken"),
        csrf=secrets.get("csrf"),
        cookies={word.removeprefix("cookie:"): each for word, each in secrets.items() if word.startswith("cookie:")},
        values={word: value for word, value in holds.items() if word not in tokens and not word.startswith("cookie:")},
    )


def _answer(exchange: Mapping[str, Any]) -> Answer:
    method, path = exchange["request"].split(" ")
    head, _, body = exchange["answer"].partition("\n\n")
    status_line, *fields = head.strip("\n").split("\n")
    headers: Headers = tuple((name, value.strip()) for name, _, value in (field.partition(":") for field in fields))
    return Answer(Request(method, f"http://recorded{path}"), int(status_line.split(" ")[1]), headers, body.encode())

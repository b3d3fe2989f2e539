"""One request as a command of the script: curl's options, or bytes for the wire where curl would not send them so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from contract.answers import Request
from contract.targets.model import Target, Transport
from suites.rig.client import STATIC
from suites.rig.raw import serialise
from suites.rig.repro.origins import Fresh, Variable
from suites.rig.repro.shell import Naming, Parts, Reference, fits_an_argument, parted, printed, word
from suites.rig.repro.words import header_text, text_of_bytes

FRAMING = frozenset("content-length transfer-encoding connection expect upgrade te trailer".split())
WITH_A_BODY = frozenset({"POST", "PUT", "PATCH"})
EXPECTS_BYTES = 1_000  # from here on curl may ask with "Expect: 100-continue" first
HEADER_BYTES = 60_000

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_FIELD_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")  # RFC 9110 section 5.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the target was: its base URL as recorded, and how a script says it."""

    base_url: str
    transport: Transport

    @classmethod
    def of(cls, target: Target, request: Request) -> Place:
        """Return the place of the instance of *target* that *request* went to."""
        base, sent = urlsplit(target.base_url), urlsplit(request.url)
        return cls(f"{sent.scheme}://{sent.netloc}{base.path.rstrip('/')}", target.transport)


def completed(request: Request, place: Place, target: Target) -> Request:
    """
    Return *request* with the headers that the target file adds to every one.

    What went to another instance that the run had started goes to *place* too: a person has one.
    """
    named = {name.lower() for name, _ in request.headers}
    static = ((name, value.reveal()) for name, value in target.transport.headers.items())
    added = tuple((name, value) for name, value in static if name.lower() not in named)
    sent, here = urlsplit(request.url), urlsplit(place.base_url)
    url = request.url if not target.start else sent._replace(scheme=here.scheme, netloc=here.netloc).geturl()
    return replace(request, url=url, headers=request.headers + added)


def is_for_curl(request: Request) -> bool:
    """Whether curl sends *request* as it is."""
    parts = urlsplit(request.url)
    names = [name.lower() for name, _ in request.headers]
    return (
        request.layer == "application"
        and not request.wire
        and re.fullmatch(r"[A-Z]+", request.method) is not None
        and re.fullmatch(r"[!-~]*", parts.path + parts.query) is not None
        and all(_TOKEN.fullmatch(name) and _FIELD_VALUE.fullmatch(value) for name, value in request.headers)
        and FRAMING.isdisjoint(names)
        and names.count("host") <= 1
        and sum(len(value) for _, value in request.headers) < HEADER_BYTES
    )


def curl_options(request: Request, place: Place, used: Sequence[Variable], name_of: Naming, file: str) -> list[str]:
    """Return the options of curl for *request*; *file* holds a body that no argument can hold, see `body_file`."""
    method = "--head" if request.method == "HEAD" else f"-X {request.method}"
    options = [f"{method} {_url(request.url, place, used, name_of)}"]
    options += [f"-H {word(parted(line, used), name_of)}" for line in _header_lines(request)]
    if request.body or request.method in WITH_A_BODY:
        body = parted(text_of_bytes(request.body), used)
        options.append(f"--data-raw {word(body, name_of)}" if fits_an_argument(body) else f'--data-binary @"{file}"')
    return options


def body_file(request: Request, used: Sequence[Variable], name_of: Naming, file: str) -> list[str]:
    """Return the command that writes the body into *file*, where no argument can hold it."""
    body = parted(text_of_bytes(request.body), used)
    return [] if fits_an_argument(body) else [f'{printed(body, name_of)} >"{file}"']


def wire_bytes(request: Request, place: Place, used: Sequence[Variable], name_of: Naming) -> str:
    """Return the command that prints *request* as it goes over the wire, for the host and path of BASE_URL."""
    data = text_of_bytes(request.wire or serialise(request, place.transport))
    here = urlsplit(place.base_url)
    own = [Variable("HOST", here.netloc, Fresh(""))]
    parts: Parts = parted(data, [*used, *own])
    line = parts[0] if parts and isinstance(parts[0], str) else ""
    method, space, rest = line.partition(" ")
    if here.path and rest.startswith(f"{here.path}/"):
        path = Variable("BASE_PATH", here.path, Fresh(""))
        own.append(path)
        parts = [method + space, Reference(path), rest.removeprefix(here.path), *parts[1:]]
    return printed(parts, lambda variable: variable.base if variable in own else name_of(variable))


def url_of(place: Place, url: str) -> tuple[str, str]:
    """Return what the script writes for the beginning of *url*, "" where it goes elsewhere, and the rest."""
    parts = urlsplit(place.base_url)
    for beginning, written in ((place.base_url, "$BASE_URL"), (f"{parts.scheme}://{parts.netloc}", "$ORIGIN")):
        if url == beginning or url.startswith((f"{beginning}/", f"{beginning}?")):
            return written, url.removeprefix(beginning)
    return "", url


def _url(url: str, place: Place, used: Sequence[Variable], name_of: Naming) -> str:
    beginning, rest = url_of(place, url)
    written = word(parted(rest, used), name_of)
    if not beginning:
        return written
    plain = written[1:-1] if written.startswith('"') else written if re.fullmatch(r"[\w./:=@%+,-]*", written) else ""
    return f'"{beginning}{plain}"' if plain or not rest else f'"{beginning}"{written}'


def _header_lines(request: Request) -> list[str]:
    """Return the header lines for curl: without a value after the colon it leaves one out, with a semicolon empty."""
    named = {name.lower() for name, _ in request.headers}
    lines = [
        f"{name}: {header_text(value)}" if value else f"{name};"
        for name, value in request.headers
        if (name, value) not in STATIC
    ]
    unwanted: dict[str, Callable[[], bool]] = {
        "Accept:": lambda: "accept" not in named,
        "Content-Type:": lambda: "content-type" not in named and (bool(request.body) or request.method in WITH_A_BODY),
        "Expect:": lambda: len(request.body) > EXPECTS_BYTES,
    }
    return lines + [line for line, applies in unwanted.items() if applies()]

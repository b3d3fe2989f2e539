"""The Authorization field of a request: what a target puts there, and what else could stand in its place."""

from __future__ import annotations

from dataclasses import replace

from contract.answers import Request
from contract.session import Session
from contract.targets.model import Target
from suites.rig.judging import not_applicable


def uses_field(target: Target) -> bool:
    """Whether the target's access tokens travel in the Authorization field, behind the name of a scheme."""
    return target.scheme.place.lower() == "header:authorization" and bool(target.scheme.prefix)


def field_word(target: Target) -> str:
    """Return the scheme's name before the token in the field, as the target file spells it; else nothing applies."""
    if not uses_field(target):
        not_applicable("its tokens do not travel in the Authorization field behind a scheme")
    return target.scheme.prefix.strip()


def saying(request: Request, *values: str) -> Request:
    """Return *request* with an Authorization field for each of *values*, and no other."""
    others = tuple((name, value) for name, value in request.headers if name.lower() != "authorization")
    return replace(request, headers=(*others, *(("Authorization", value) for value in values)))


def without_credentials(session: Session) -> Session:
    """Return *session* without its token and its cookies, either of which might open what the other does not."""
    return replace(session, access_token=None, cookies={})

"""A list that comes in pages: read at once and one by one, it is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contract.answers import Answer, Kind
from contract.document import Document
from contract.drift.result import Finding
from contract.drift.rules import PAGES
from suites.rig.api import Api
from suites.rig.identities import Account

WHOLE = 3  # an odd number, and one that is no power of two
LEAST = 2  # users; of fewer, every way of cutting gives the same


class Unread(Exception):
    """Why the pages could not be judged."""


def pages(api: Api, admin: Account, document: Document) -> Iterator[tuple[Finding, Answer]]:
    """
    Yield where the users in pages of one, or after the first of them, are not those in a page of three.

    Nothing is told where somebody came in between.

    Raises:
        Unread: there are no two users in an answer to the admin, so that nothing could be cut.
    """
    operation = document.operations["listUsers"]
    whole, _, first = page(api, admin, WHOLE)
    if len(whole) < LEAST:
        raise Unread(f"needs {LEAST} users in a list; the answer to the admin was {first.status} with {len(whole)}")
    parts, after, last = page(api, admin, 1)
    while after and len(parts) < len(whole):
        more, after, last = page(api, admin, 1, after)
        parts += more or [""]  # a page without users, and another one announced
    others, _, behind = page(api, admin, 0, whole[0])
    how = "in pages of one"
    if parts == whole:
        parts, last, how = whole[:1] + others[: WHOLE - 1], behind, "in it and in the page after its first"
    if parts == whole or whole != page(api, admin, WHOLE)[0]:
        return
    place = f"{operation.pointer}/responses/200"
    yield (
        Finding(
            rule=PAGES,
            operation="listUsers",
            label=operation.label,
            status=first.status,
            pointer="/next",
            expected=f"the {len(whole)} users of a page of {WHOLE}, each once",
            actual=f"{told(parts, whole)} {how}",
            document_pointer=place,
            line=document.line(place),
            kind=str(Kind.ACCEPTED),
        ),
        last,
    )


def page(api: Api, admin: Account, limit: int, after: str = "") -> tuple[list[str], str, Answer]:
    """Return the ids of a page of at most *limit* users after *after*, what it calls the next, and the answer."""
    extra = {"query:limit": limit, "query:after": after}
    answer = api.as_(admin, "listUsers", extra={name: value for name, value in extra.items() if value}).answer
    said: Any = answer.json()
    members = said if isinstance(said, dict) else {}
    users, following = members.get("users"), members.get("next")
    ids = [str(each.get("id", "")) for each in users if isinstance(each, dict)] if isinstance(users, list) else []
    return ids, following if isinstance(following, str) else "", answer


def told(parts: Sequence[str], whole: Sequence[str]) -> str:
    """Return how *parts* differ from *whole*, in numbers."""
    strange = len(set(parts) - set(whole))
    return f"{len(set(parts) & set(whole))} of them" + (f" and {strange} others" if strange else "")

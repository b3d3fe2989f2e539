"""Pages of a list: what is told of ways to cut it wrongly, and that nothing is judged where there is nothing to cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from contract.answers import Answer, Request
from contract.document import contract_document
from suites.drift.pages import Unread, pages

IDS = ["a", "b", "c", "d"]
Cut = Callable[[int, str], tuple[list[str], str | None]]


def sound(limit: int, after: str) -> tuple[list[str], str | None]:
    rest = [each for each in IDS if each > after]
    return rest[:limit], rest[limit - 1] if len(rest) > limit else None


def last_too_early(limit: int, after: str) -> tuple[list[str], str | None]:
    return sound(limit, after)[0], None


def one_left_out(limit: int, after: str) -> tuple[list[str], str | None]:
    found, following = sound(limit, after)
    return found, chr(ord(following) + 1) if following else None


def after_is_ignored(limit: int, after: str) -> tuple[list[str], str | None]:
    return sound(limit, after if limit == 1 else "")


def told(cut: Cut) -> list[str]:
    """Return what is said of a list that is cut so; without a limit there are up to 20 on a page."""

    def as_(_admin: Any, operation: str, *, extra: dict[str, Any]) -> Any:
        found, following = cut(extra.get("query:limit", 20), extra.get("query:after", ""))
        body = json.dumps({"users": [{"id": each} for each in found], "next": following}).encode()
        return SimpleNamespace(answer=Answer(Request("GET", "http://127.0.0.1/", (), b"", operation), 200, (), body))

    api: Any = SimpleNamespace(as_=as_)
    return [finding.actual for finding, _ in pages(api, None, contract_document())]  # type: ignore[arg-type]


def test_a_list_that_is_cut_rightly_is_no_finding() -> None:
    assert told(sound) == []


@pytest.mark.parametrize(
    ("cut", "actual"),
    [
        (last_too_early, "1 of them in pages of one"),
        (one_left_out, "2 of them and 1 others in pages of one"),
        (after_is_ignored, "2 of them in it and in the page after its first"),
    ],
)
def test_a_list_that_is_cut_wrongly_is_told(cut: Cut, actual: str) -> None:
    assert told(cut) == [actual]


@pytest.mark.parametrize("ids", [[], ["a"]])
def test_of_less_than_two_users_nothing_is_judged(ids: list[str]) -> None:
    """Every way of cutting them gives the same, and an empty answer would look sound."""
    with pytest.raises(Unread, match=f"needs 2 users in a list; .* 200 with {len(ids)}"):
        told(lambda *_: (ids, None))

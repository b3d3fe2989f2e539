"""Claims and header members of tokens in shapes that nobody expects."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from suites.properties.strategies.json_edits import values
from suites.properties.strategies.texts import anything

REGISTERED = ("sub", "exp", "nbf", "iat", "iss", "aud", "jti")


def odd_claims(own: dict[str, object]) -> SearchStrategy[dict[str, object]]:
    """Return the claims *own* with one or some of them dropped, or in another shape."""
    names = sorted({*own, *REGISTERED})
    changes = st.dictionaries(st.sampled_from(names), values(), min_size=1, max_size=3)
    dropped = st.sets(st.sampled_from(sorted(own)), min_size=1) if own else st.just(set())

    def changed(change: dict[str, Any]) -> dict[str, object]:
        return {**own, **change}

    def lacking(gone: set[str]) -> dict[str, object]:
        return {name: value for name, value in own.items() if name not in gone}

    return (changes.map(changed) | dropped.map(lacking)).filter(lambda claims: claims != own)


def key_names() -> SearchStrategy[Any]:
    """Return what may stand as `kid`: texts, paths, queries, and values that are no texts."""
    paths = st.sampled_from(
        ["../" * 8 + "dev/null", "/dev/null", "..\\..\\nul", "file:///dev/null", "http://127.0.0.1:9/k"]
    )
    queries = st.sampled_from(["' UNION SELECT 'k' -- ", "'; DROP TABLE keys; --", "k' OR '1'='1", "${x}", "$(id)"])
    return anything(200) | paths | queries | values() | st.integers(1, 5000).map(lambda length: "k" * length)

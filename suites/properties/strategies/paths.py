"""Paths spelt otherwise, and the fields by which intermediaries tell a service who is asking for what."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Respell = Callable[[str], str]
INSERTED = ("/", "/./", "/.//", "/x/../", "/%2e/", "/x/%2e%2e/", ";x=1/", "%2f", "%5c", "/;/", "//")
ENDS = ("/", "//", "/.", ";", ";x=1", ".json", ".html", "%20", "%00", "%2f", "?", "/..;/", "%09", "/%2e")
WHO = ("X-User-Id", "X-User", "X-UserId", "X-Consumer-Id", "X-Authenticated-Userid", "X-Forwarded-User",
       "X-Remote-User", "X-Auth-Request-User", "X-Forwarded-Email", "X-Auth-User", "Remote-User")  # fmt: skip
ROLE = ("X-Role", "X-Roles", "X-User-Role", "X-Forwarded-Groups", "X-Admin", "X-Is-Admin", "X-Scope")
ROUTE = (
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Original-URI",
    "X-Override-URL",
    "X-Forwarded-Path",
    "X-Forwarded-Prefix",
)
SOURCE = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP")


def respellings() -> SearchStrategy[Respell]:
    """Return what spells a path, which begins with a slash, in another way that some routers tidy up."""
    place = st.integers(0, 2**12)

    def encoded(choice: tuple[int, bool]) -> Respell:
        at, twice = choice

        def spell(path: str) -> str:
            here = at % len(path)
            code = f"%{ord(path[here]):02x}"
            return path[:here] + (code.replace("%", "%25") if twice else code) + path[here + 1 :]

        return spell

    def cased(at: int) -> Respell:
        return lambda path: path[: at % len(path)] + path[at % len(path)].swapcase() + path[at % len(path) + 1 :]

    def inserted(choice: tuple[int, str]) -> Respell:
        at, text = choice

        def spell(path: str) -> str:
            slashes = [here for here, character in enumerate(path) if character == "/"]
            here = slashes[at % len(slashes)]
            return path[:here] + text + path[here + 1 :]

        return spell

    def ended(text: str) -> Respell:
        return lambda path: path + text

    return st.one_of(
        st.tuples(place, st.booleans()).map(encoded),
        place.map(cased),
        st.tuples(place, st.sampled_from(INSERTED)).map(inserted),
        st.sampled_from(ENDS).map(ended),
        st.just(str.upper),
    )


def fields_of_intermediaries(user_id: str, email: str, admin_path: str) -> SearchStrategy[tuple[tuple[str, str], ...]]:
    """
    Return header fields that would make their sender *user_id* or an admin, or lead the request to *admin_path*.

    Several fields say the same in one request, since a service believes one of them, if any, and nobody knows which.
    """

    def saying(names: tuple[str, ...], *values: str) -> SearchStrategy[tuple[tuple[str, str], ...]]:
        some = st.lists(st.sampled_from(names), min_size=1, max_size=len(names), unique=True)
        told = st.tuples(some, st.sampled_from(values))
        return told.map(lambda drawn: tuple((name, drawn[1]) for name in drawn[0]))

    return st.one_of(
        saying(WHO, user_id, email, "admin", "root"),
        saying(ROLE, "admin", "ADMIN", "superuser", "true", "1"),
        saying(ROUTE, admin_path, "/", "/admin"),
        saying(SOURCE, "127.0.0.1", "::1", "10.0.0.1", "localhost"),
        st.just((("Forwarded", "for=127.0.0.1;host=localhost;proto=https"),)),
    )

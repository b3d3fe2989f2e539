"""Which web pages may read the API's answers: those of the listed origin, and of nothing that looks like it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer, Request
from contract.checks import cors_grant, no_cors_grant
from contract.encoding import path_of
from suites.rig.api import Api
from suites.rig.judging import not_exercised


def look_alikes(origin: str) -> dict[str, str]:
    """Return origins that a careless comparison takes for *origin*, and two that only no comparison lets in."""
    parts = urlsplit(origin)
    scheme, host = parts.scheme, parts.netloc
    return {
        "another site": "https://attacker.example",
        "null": "null",
        "its beginning": f"{origin}.attacker.example",
        "its end": f"{scheme}://attacker{host}",
        "its sub-domain": f"{scheme}://attacker.{host}",
        "a dot of it for any character": f"{scheme}://{host.replace('.', 'x', 1)}",
        "its other scheme": f"{'http' if scheme == 'https' else 'https'}://{host}",
    }


def read_from(api: Api, origin: str) -> Answer:
    """Read the profile as the script of a page from *origin* does."""

    def from_page(request: Request) -> Request:
        return replace(request, headers=(*request.headers, ("Origin", origin)))

    return api.as_(api.shared_account(), "getCurrentUser", mutate=from_page).answer


def preflight_from(api: Api, origin: str) -> Answer:
    """Ask, as a browser does, whether a page from *origin* may send the login."""
    login = api.target.operations["loginUser"].steps[-1]
    asked = (("Access-Control-Request-Method", login.method), ("Access-Control-Request-Headers", "content-type"))
    return api.send(Request("OPTIONS", api.target.base_url.rstrip("/") + path_of(login), (("Origin", origin), *asked)))


ASKING = {"request": read_from, "preflight": preflight_from}


@pytest.mark.requirement("DATA-07")
@pytest.mark.parametrize("how", ASKING)
def test_only_the_listed_origin_is_let_in(api: Api, how: str) -> None:
    """A page that its visitor never meant to trust reads the visitor's data with the visitor's credentials."""
    own = api.target.profile.allowed_origin

    for origin in look_alikes(own or "https://app.example.com").values():
        no_cors_grant(ASKING[how](api, origin))

    if "cors" in api.target.features:
        if not own:
            not_exercised("needs allowed_origin in [profile] of the target file")
        cors_grant(ASKING[how](api, own), own)

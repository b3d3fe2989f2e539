"""How many accounts there are for an address, by the list that an admin sees."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from contract.places import read
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control

PAGE = 100
MOST_PAGES = 50


def mentions(api: Api, admin: Account, addresses: Iterable[str]) -> Counter[str]:
    """
    Return how often the list of users names each of *addresses*, as a whole text, whatever its letter case.

    A record may name its address more than once, so the number means something beside that of another account only.
    Pages are followed where the target file captures `after` from the list, `MOST_PAGES` of them at most.

    Raises:
        NotTestable: the admin's list was refused.
    """
    wanted = {address: json.dumps(address.lower()).encode() for address in addresses}
    place = api.target.operations["listUsers"].steps[-1].capture.get("after")
    found: Counter[str] = Counter()
    onward: dict[str, Any] = {}
    for _ in range(MOST_PAGES):
        page = control(api.as_(admin, "listUsers", limit=PAGE, **onward)).answer
        found.update({address: page.body.lower().count(text) for address, text in wanted.items()})
        following = read(page, place) if place else None
        if following is None:
            break
        onward = {"after": following}
    return found

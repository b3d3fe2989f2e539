"""Credentials are texts to be compared: whatever else they look like, they select nobody and break nothing."""

from __future__ import annotations

from typing import Any

import pytest

from suites.rig.api import Api
from suites.rig.guessing import login_name
from suites.rig.judging import control, never, not_applicable
from suites.rig.members import json_members


def never_logs_in(api: Api, attempts: dict[str, tuple[str, Any]]) -> None:
    """
    Judge that none of *attempts* logs in: what each is, the place, and the value there beside the right other one.

    In a text, NAME stands for the name of the account. A few are made on each account.
    """
    few = max(api.target.profile.login_limit - 1, 1)
    names = list(attempts)
    for start in range(0, len(names), few):
        account = api.fresh_account(signed_in=False)
        name = login_name(api, account)
        for what in names[start : start + few]:
            place, pattern = attempts[what]
            value = named(pattern, name)
            right = {"email": account.email, "username": name, "password": account.password}
            wrong = {"password": value} if place == "password" else {"email": value, "username": value}
            never(api.call("loginUser", **{**right, **wrong}), because=what)
        control(api.login(account))


def named(pattern: Any, name: str) -> Any:
    """Return *pattern* with *name* in place of NAME, at whatever depth."""
    if isinstance(pattern, dict):
        return {key: named(value, name) for key, value in pattern.items()}
    return pattern.replace("NAME", name) if isinstance(pattern, str) else pattern


QUERIES = {
    "SQL that is true, as name": ("email", "NAME' OR '1'='1"),
    "SQL that ends in a comment, as name": ("email", "NAME' -- "),
    "SQL in double quotes, as name": ("email", 'NAME" OR "1"="1'),
    "a lone quote, as name": ("email", "NAME'"),
    "SQL that is true, as password": ("password", "' OR '1'='1"),
    "a filter of LDAP, as name": ("email", "NAME)(|(objectClass=*)"),
    "a wildcard, as name": ("email", "*"),
    "a wildcard, as password": ("password", "*"),
    "an operator of MongoDB in a text, as password": ("password", '{"$ne": ""}'),
}
VALUES = {
    "an operator, as name": ("email", {"$eq": "NAME"}),
    "an operator, as password": ("password", {"$ne": ""}),
    "a pattern, as name": ("email", {"$regex": "^NAME"}),
    "true, as name": ("email", True),
    "true, as password": ("password", True),
    "0, as name": ("email", 0),
    "0, as password": ("password", 0),
    "an empty list, as password": ("password", []),
}


@pytest.mark.requirement("LOGIN-06")
def test_query_fragments_do_not_log_in(api: Api) -> None:
    """A query that is put together from what users type is written by them."""
    never_logs_in(api, QUERIES)


@pytest.mark.requirement("LOGIN-06")
def test_values_that_are_no_texts_do_not_log_in(api: Api) -> None:
    """An operator in place of a password matches every password."""
    if "password" not in json_members(api.target, "loginUser"):
        not_applicable("its login takes no JSON")
    never_logs_in(api, VALUES)

"""A few answers of every common status, to show what must hold on each of them."""

from __future__ import annotations

from contract.answers import Answer, Request
from contract.encoding import path_of
from suites.rig.api import Api


def spread(api: Api) -> list[Answer]:
    """
    Return answers to: a profile read, the same without a token, a refused login, a missing path, a method that is not
    supported, malformed JSON, and a missing member, as far as the target has the operations.
    """
    account = api.shared_account()
    stranger = api.people.stranger()
    path = path_of(api.target.operations["loginUser"].steps[-1])
    base_url = api.target.base_url.rstrip("/")
    answers = [
        api.call("loginUser", email=stranger, password="a wrong password, surely").answer,
        api.send(Request("GET", f"{base_url}/no-such-resource")),
        api.send(Request("DELETE", f"{base_url}{path}")),
        api.send(Request("POST", f"{base_url}{path}", (("Content-Type", "application/json"),), b'{"cut')),
        api.send(Request("POST", f"{base_url}{path}", (("Content-Type", "application/json"),), b"{}")),
    ]
    if "getCurrentUser" in api.target.operations:
        answers += [api.as_(account, "getCurrentUser").answer, api.call("getCurrentUser").answer]
    return answers

"""Reading what the identity service says. Pure: whatever it says becomes yes, no, or one kind of fault."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from reference_impl.upstream.faults import FAILING, REFUSED_US, SENSELESS, Fault, UpstreamFault

CREDENTIAL_WORDS = frozenset(
    "invalid_credentials invalid_grant wrong_password user_not_found account_disabled password_expired".split()
)
"""The user's credentials are refused, however that is worded."""

SERVICE_WORDS = frozenset(
    "invalid_client unauthorized_client service_not_authorized service_credentials_expired insufficient_scope".split()
)
"""Our own credentials are refused: no user can help that."""

REFUSALS = frozenset({400, 401, 403, 404})


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the identity service, as it came: nothing of it is believed yet."""

    status: int
    media_type: str
    body: bytes


def verified(reply: Reply, subject: str) -> bool:
    """
    Return whether the identity service takes the password for that of *subject*.

    Raises:
        UpstreamFault: it failed, refused us, or said nothing that makes sense. A redirect makes no sense: nobody is
            sent after it with credentials in hand.
    """
    if reply.status == 200:
        said = members(reply)
        if said.get("subject") != subject or not (isinstance(said.get("token"), str) and said["token"]):
            raise UpstreamFault(SENSELESS, "200 without the subject and a token")
        return True
    if reply.status in REFUSALS and refuses_the_user(reply):
        return False
    raise fault_of(reply)


def saved(reply: Reply) -> None:
    """Return where the reply says that it was done and shows it. Raises UpstreamFault otherwise."""
    if reply.status not in (200, 201):
        raise fault_of(reply)
    if not members(reply):
        raise UpstreamFault(SENSELESS, f"{reply.status} with nothing in it")


def removed(reply: Reply) -> None:
    """Return where the reply says that there is nothing any more. Raises UpstreamFault otherwise."""
    if reply.status not in (204, 404):
        raise fault_of(reply)


def refuses_the_user(reply: Reply) -> bool:
    """
    Whether a refusal speaks of the user and not of us.

    A 401 says so by itself (RFC 9110 section 15.5.2), unless its word is about us or it is not the service that
    speaks (a gateway's page); the other statuses need a word.
    """
    word = word_of(reply)
    return word in CREDENTIAL_WORDS or (reply.status == 401 and word not in SERVICE_WORDS and legible(reply))


def fault_of(reply: Reply) -> UpstreamFault:
    """Return what an answer that is neither yes nor no means."""
    kind: Fault = SENSELESS
    if reply.status >= 500:
        kind = FAILING
    elif reply.status in (401, 403) and legible(reply):
        kind = REFUSED_US
    return UpstreamFault(kind, f"answered {reply.status} {reply.media_type or 'without a media type'}")


def legible(reply: Reply) -> bool:
    """Whether the body is empty or a JSON object."""
    try:
        return not reply.body or members(reply) is not None
    except UpstreamFault:
        return False


def members(reply: Reply) -> dict[str, Any]:
    """Return the members of the JSON object in the body; raise UpstreamFault where there is none."""
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise UpstreamFault(SENSELESS, f"{reply.status} with a body that is not JSON") from None
    if not isinstance(said, dict):
        raise UpstreamFault(SENSELESS, f"{reply.status} with JSON that is not an object")
    return said


def word_of(reply: Reply) -> str:
    """Return the word of a refusal, "" where there is none."""
    try:
        said = members(reply)
    except UpstreamFault:
        return ""
    error = said.get("error")
    word = error.get("code") if isinstance(error, dict) else error if error is not None else said.get("code")
    return word if isinstance(word, str) else ""

"""The words of the contract's inputs: who needs which, and where a word comes from that nobody gave."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contract.errors import HarnessError, unknown
from contract.session import Session
from contract.targets.model import Step, Target


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an operation of the contract takes: the words it needs, and those it may be given."""

    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


def _takes(needs: str = "", may: str = "") -> Inputs:
    return Inputs(frozenset(needs.split()), frozenset(may.split()))


INPUTS: Mapping[str, Inputs] = {
    "registerUser": _takes("email password", "displayName"),
    "loginUser": _takes("email password"),
    "refreshToken": _takes("refreshToken"),
    "logoutUser": _takes(),
    "getCurrentUser": _takes(),
    "updateCurrentUser": _takes("", "displayName"),
    "changePassword": _takes("currentPassword newPassword"),
    "getUser": _takes("userId"),
    "listUsers": _takes("", "limit after"),
    "updateUser": _takes("userId", "role disabled"),
    "setupMfa": _takes(),
    "verifyMfaSetup": _takes("code"),
    "verifyMfa": _takes("sessionToken", "code backupCode"),
    "disableMfa": _takes("password"),
    "requestPasswordReset": _takes("email"),
    "confirmPasswordReset": _takes("token newPassword"),
    "getLiveness": _takes(),
    "getReadiness": _takes(),
}
"""By operationId. A self-test compares it with `contract/openapi.yaml`."""

SPARE = frozenset("email username password code token uid".split())
"""What some targets want beside the contract's words; where neither contract nor target takes it, it is ignored."""

NEVER_GIVEN = "never-given-to-anybody"
"""What is sent for a word that another operation would have given."""

_SESSION_WORDS: Mapping[str, Callable[[Session], Any]] = {
    "accessToken": lambda session: session.access_token,
    "refreshToken": lambda session: session.refresh_token,
    "sessionToken": lambda session: session.challenge,
    "csrf": lambda session: session.csrf,
}


def values_for(
    target: Target, operation_id: str, step: Step, session: Session, given: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return the value of each word that *step* sends.

    A word is given, or held by the session; a user name is else made from the address, given or held. An input that is
    a function is called here, when its step's turn has come: so a code can be fetched from the mail that an earlier
    step sent. A word that the contract leaves open, or a token that the session lacks, stays out. In place of a word of
    the target file's own that another operation gives, one made up is sent: who has not begun a set-up has nothing to
    confirm.

    Raises:
        HarnessError: A word that the step cannot do without is nowhere.
    """
    takes = INPUTS.get(operation_id, Inputs())
    values = {}
    for word in step.send:
        if word in given:
            value = given[word]
            values[word] = value() if callable(value) else value
            continue
        held = _SESSION_WORDS[word](session) if word in _SESSION_WORDS else session.values.get(word)
        if held is not None and word not in takes.may:
            values[word] = held
        elif word == "username" and (email := given.get("email", session.values.get("email"))) is not None:
            values[word] = user_name(target, email)
        elif _given_elsewhere(target, operation_id, word):
            values[word] = NEVER_GIVEN
        elif word not in takes.may and (word in takes.needs or word not in _SESSION_WORDS):
            raise HarnessError(f"{target.name}: {operation_id} needs '{word}', and nobody gave it.")
    return values


def _given_elsewhere(target: Target, operation_id: str, word: str) -> bool:
    """Whether *word* is one of the target file's own that only an operation other than *operation_id* captures."""
    of_the_contract = (
        SPARE | _SESSION_WORDS.keys() | {each for takes in INPUTS.values() for each in takes.needs | takes.may}
    )
    if not operation_id or word in of_the_contract:
        return False
    giving = {id for id, each in target.operations.items() for step in each.steps if word in step.capture}
    return bool(giving) and operation_id not in giving


def user_name(target: Target, email: Any) -> Any:
    """
    Return the user name that goes with an address: all of it but the characters that user names may not have.

    The target's `username_pattern` is put around it. Letter case is kept, and so are blanks at either end, and what is
    no text stays as it is, so that what a check does to an address happens to the user name too.
    """
    if not isinstance(email, str):
        return email
    bare = email.strip() or email
    name = (target.username_pattern or "{id}").replace("{id}", re.sub(r"[^A-Za-z0-9]+", "_", bare))
    before, _, after = email.partition(bare)
    return f"{before}{name}{after}"


def refuse_strays(target: Target, operation_id: str, steps: tuple[Step, ...], given: Mapping[str, Any]) -> None:
    """
    Raise HarnessError where an input would silently go nowhere: a check that varied it would test nothing.

    What the contract leaves open may go nowhere.
    """
    sent = {word for step in steps for word in step.send}
    if "username" in sent:
        sent.add("email")
    takes = INPUTS.get(operation_id, Inputs())
    for word in sorted(given.keys() - sent - takes.may):
        if word in takes.needs:
            raise HarnessError(f"{target.name}: {operation_id} takes no '{word}': its target file sends it nowhere.")
        if word not in SPARE:
            raise HarnessError(f"{operation_id}: {unknown('input', word, sent | takes.needs | takes.may)}")

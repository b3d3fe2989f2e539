"""Values that a test was the first to say: whether a script makes them up, reads them, or repeats them as they are."""

from __future__ import annotations

import json
import re

from contract.targets.model import Target
from suites.rig.derivation import holds_made_up
from suites.rig.identities import MAIL_DOMAIN
from suites.rig.repro.history import History
from suites.rig.repro.minting import TIMES, told_by
from suites.rig.repro.origins import Fresh, Given, Mailed, Origin
from suites.rig.repro.relations import can_be_shaped, shape_of
from suites.rig.repro.words import Word

EMAIL = re.compile(r"[^@\s\"]{1,64}@[^@\s\"]{1,190}\.[^@\s\".]{1,63}")  # bounds of RFC 5321 section 4.5.3.1
FRESH_NAME = "repro-"
RANDOM_PART = 8  # letters or digits of a made-up address, at least

_SETS_A_PASSWORD = frozenset("registerUser changePassword confirmPasswordReset".split())
_CAUSES_A_MAIL = {"confirmPasswordReset": "requestPasswordReset", "": "registerUser"}
"""What was mailed is sent in this operation ("" is an errand of the target file: activating), and mailed after that."""


def origin_of_address(text: str, history: History) -> Origin | None:
    """Return where an e-mail address comes from; None for what is none, or is odd on purpose."""
    if not EMAIL.fullmatch(text):
        return None
    opened = history.opened_with(text)
    pattern = history.target.email_pattern
    if opened and "registerUser" not in opened and not makes_admins(history.target):
        return Given("the address of an account that exists")
    ours = text.endswith(f".{MAIL_DOMAIN}") or is_of_pattern(text, pattern)
    return like_address(text, pattern) if opened or ours else None


def origin_of_user_name(word: Word, history: History) -> Origin | None:
    """Return where a user name comes from that was made of an address which no request says; None for other texts."""
    if not re.search("user_?name|login|nick", word.name.lower()) or not can_be_shaped(word.text):
        return None
    opened = history.opened_with(word.text)
    ours = word.text.endswith(re.sub(r"\W", "_", f".{MAIL_DOMAIN}"))
    if "registerUser" not in opened and not ours:
        return Given("the user name of an account that exists") if opened else None
    before, _, after = history.target.username_pattern.partition("{id}")
    middle = word.text.removeprefix(before).removesuffix(after)
    return Fresh(shape_of(middle), before, after)


def origin_of_secret(word: Word, number: int, history: History) -> Origin | None:
    """Return where a secret comes from that no answer held; None for a text that the test chose for what it is."""
    if word.text not in history.secrets or not can_be_shaped(word.text):
        return None
    opened = history.opened_with(word.text)
    if is_password(word.name):
        if opened and _SETS_A_PASSWORD.isdisjoint(opened) and not makes_admins(history.target):
            return Given("the password of that account")
        return Fresh(shape_of(word.text)) if holds_made_up(word.text) else None
    causes = _CAUSES_A_MAIL.get(history.answers[number].request.operation)
    earlier = [n for n in range(number) if history.answers[n].request.operation == causes]
    if earlier:
        return Mailed(earlier[-1], word.name)
    if claims := said_of(word.text, history.at_s[number]):
        return Given("a token that is signed with the key of the target and says what stands above", claims)
    if opened:
        return Given(f"a {word.name} that the test had from elsewhere")
    return Fresh(shape_of(word.text))


def said_of(token: str, sent_at_s: float) -> str:
    """Return what a JWT says, its times as seconds from when it was sent; "" where *token* is none."""
    header, claims = told_by(token) or ({}, None)
    if not header:
        return ""
    if isinstance(claims, dict):
        times = {name: claims[name] for name in TIMES.intersection(claims) if isinstance(claims[name], int | float)}
        claims |= {name: f"{value - sent_at_s:+.0f} s from now" for name, value in times.items()}
    return f"header {json.dumps(header)}, claims {json.dumps(claims)}"


def is_password(name: str) -> bool:
    """Whether a member or field of that name holds a password."""
    return re.search(r"pass(word|wd|phrase|code)?|pwd", name.lower()) is not None


def makes_admins(target: Target) -> bool:
    """Whether accounts that nobody registered come from the target's control port."""
    return target.facilities.get("admin", {}).get("driver") == "control"


def is_of_pattern(text: str, pattern: str) -> bool:
    """Whether *text* is an address that the target file's `email_pattern` makes."""
    before, mark, after = pattern.partition("{id}")
    return bool(mark) and text.startswith(before) and text.endswith(after)


def like_address(text: str, pattern: str) -> Fresh:
    """Return how an address in the place of *text* is made up: if it can be as long as that, and in its letter case."""
    before, _, after = (pattern or f"{{id}}@{MAIL_DOMAIN}").partition("{id}")
    before += FRESH_NAME
    name, _, domain = text.partition("@")
    if name[:1].isupper():
        before = before.upper() if name.isupper() else before.capitalize()
    if domain.isupper():
        after = after.upper()
    return Fresh("0" * max(len(text) - len(before) - len(after), RANDOM_PART), before, after)

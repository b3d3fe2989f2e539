"""What the control port does, one function for each method and path."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, get_args

from cryptography.hazmat.primitives.asymmetric import ec

from reference_impl import accounts, admin, tokens
from reference_impl.clock import rfc3339
from reference_impl.control.store_switch import Fault, SwitchedStore
from reference_impl.mail import Mail
from reference_impl.service import Service
from reference_impl.small_http import Asked
from reference_impl.store import Cause
from reference_impl.upstream import in_step

LINK = re.compile(r"\S+#token=(?P<token>\S+)")


class Mistake(Exception):
    """The request asks for something that there is not; the text says what is valid."""


async def read_clock(service: Service, _asked: Asked) -> dict[str, Any]:
    """Return the server's time."""
    now = service.clock.now()
    return {"now": now, "text": rfc3339(now)}


async def move_clock(service: Service, asked: Asked) -> dict[str, Any]:
    """Move the server's time by `advanceSeconds`."""
    service.clock.advance(float(member(asked, "advanceSeconds", int | float)))
    return await read_clock(service, asked)


async def mint(service: Service, asked: Asked) -> dict[str, Any]:
    """Sign `claims`, whatever they are, as access tokens are signed, or with a key that is not published."""
    claims = member(asked, "claims", object)
    header = member(asked, "header", dict, {})
    key = member(asked, "key", str, "signing")
    if key not in ("signing", "other"):
        raise Mistake("key: valid: signing, other")
    signing = (await service.keys.all())[0]
    return {"token": tokens.sign(signing if key == "signing" else other_key(signing.kid), claims, header)}


@cache
def other_key(kid: str) -> tokens.Key:
    """Return a key that nobody publishes, under the name of one that is published."""
    private = ec.generate_private_key(ec.SECP256R1())
    return tokens.Key(kid, private, private.public_key(), {})


async def make_account(service: Service, asked: Asked) -> dict[str, Any]:
    """Make an account with a role, or give the role to the one that has the address already."""
    email, password = member(asked, "email", str), member(asked, "password", str, "")
    role = member(asked, "role", str, "user")
    if role not in ("user", "admin"):
        raise Mistake("role: valid: user, admin")
    user = await service.store.read(accounts.by_email, email)
    if user is not None:
        changed = await service.store.write(admin.change, user["user_id"], {"role": role}, service.clock.now())
        assert changed is not None
        return {"user": accounts.public_record(changed)}
    if not password:
        raise Mistake("password: there is no such account yet, and none can be made without")
    made = {
        "user_id": str(uuid.uuid4()),
        "email": email,
        "identifier": accounts.identifier(email),
        "password_hash": await service.hasher.hash(password),
        "role": role,
        "disabled": 0,
        "mfa_enabled": 0,
        "created_at": service.clock.now(),
        "display_name": member(asked, "displayName", str | None, None),
    }
    async with in_step.known_there(service, password) as subject:
        await accounts.insert(service, {**made, "upstream_subject": subject})
    return {"user": accounts.public_record(made)}


async def read_outbox(service: Service, asked: Asked) -> dict[str, Any]:
    """Return the mails that were handed over for sending, the oldest first."""
    wanted = asked.query.get("recipient", "").lower()
    found = [mail for mail in service.mailer.box if wanted in ("", mail.recipient.lower())]
    return {"mails": [shown(mail) for mail in found]}


def shown(mail: Mail) -> dict[str, str]:
    """Return *mail* with the link in it, and the token in that, where there is one."""
    link = LINK.search(mail.text)
    parts = {"link": link[0], "token": link["token"]} if link else {}
    return {"recipient": mail.recipient, "subject": mail.subject, "text": mail.text, **parts}


async def read_counters(service: Service, _asked: Asked) -> dict[str, Any]:
    """Return how much was done so far."""
    there = service.identity_service
    return {
        "background": dict(service.background.ended),
        "identityServiceCalls": there.calls if there else 0,
        "hashesUnderWay": service.hasher.under_way,
    }


async def switch_store(service: Service, asked: Asked) -> dict[str, Any]:
    """Make the database fail, or work again."""
    assert isinstance(service.store, SwitchedStore)
    cause = member(asked, "fault", str | None)
    calls, at = member(asked, "calls", str, "all"), member(asked, "at", str, "start")
    skip = member(asked, "skip", int, 0)
    if cause is not None and cause not in get_args(Cause):
        raise Mistake(f"fault: valid: null, {', '.join(get_args(Cause))}")
    if calls not in ("all", "writes") or at not in ("start", "commit") or skip < 0:
        raise Mistake("valid: calls: all, writes; at: start, commit; skip: 0 or more")
    service.store.fault = Fault(cause, calls, skip, at) if cause else None
    return {"fault": cause}


ACTIONS: Mapping[tuple[str, str], Callable[[Service, Asked], Awaitable[dict[str, Any]]]] = {
    ("GET", "/clock"): read_clock,
    ("POST", "/clock"): move_clock,
    ("POST", "/tokens"): mint,
    ("POST", "/accounts"): make_account,
    ("GET", "/outbox"): read_outbox,
    ("GET", "/counters"): read_counters,
    ("POST", "/store"): switch_store,
}

_NEEDED = object()


def member(asked: Asked, name: str, kind: Any, default: Any = _NEEDED) -> Any:
    """Return the member *name* of the body, of type *kind*. Raises Mistake."""
    body = asked.body if isinstance(asked.body, dict) else {}
    value = body.get(name, default)
    if value is _NEEDED:
        raise Mistake(f"{name}: missing")
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not object):
        raise Mistake(f"{name}: not of the right type")
    return value

"""Where the link in a reset mail leads: to the target itself, whatever the request said of hosts."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from contract.answers import Kind, Request
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import Advice, control, not_applicable, survived
from suites.rig.mail import Mail
from suites.rig.outbox import Outbox, text_of

FORGED = "evil.example"
NAMING_IT = {
    "Host": {"Host": FORGED},
    "X-Forwarded-Host": {"X-Forwarded-Host": FORGED, "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80"},
    "Forwarded": {"Forwarded": f"host={FORGED};proto=http"},
    "fields of single products": {"X-Host": FORGED, "X-Original-Host": FORGED, "X-Forwarded-Server": FORGED},
}
"""Header fields that name another host. Source: RFC 9110 section 7.2; RFC 7239 section 5.3."""

LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|\[?::1\]?")


def origins(mail: Mail) -> set[str]:
    """Return scheme, host and port of every link in *mail*."""
    parts = [urlsplit(link) for link in LINK.findall(text_of(mail))]
    return {f"{part.scheme}://{part.netloc}" for part in parts}


def asked(api: Api, outbox: Outbox, fields: dict[str, str]) -> Mail | None:
    """Ask for a reset of a fresh account with *fields* in the request; return the mail, None where it was refused."""
    account = api.fresh_account(signed_in=False)

    def naming(request: Request) -> Request:
        kept = [each for each in request.headers if each[0].lower() not in map(str.lower, fields)]
        return replace(request, headers=(*kept, *fields.items()))

    outcome = survived(
        api.call_raw("requestPasswordReset", mutate=naming, email=account.email),
        because=f"{' and '.join(fields) or 'nothing'} naming another host",
    )
    if not fields:
        control(outcome)
        outbox.words(account.email)
    mails = outbox.come(account.email) if outcome.kind is Kind.ACCEPTED else []
    return mails[0] if mails else None


@pytest.mark.requirement("RST-10")
def test_the_link_in_a_reset_mail_does_not_follow_the_host_that_the_request_names(api: Api, outbox: Outbox) -> None:
    """Who asks for somebody's reset would choose where the token goes, and need only wait for the click."""
    usual = asked(api, outbox, {})
    assert usual is not None
    ours = origins(usual)
    if not ours:
        not_applicable("the mail holds no address")

    for name, fields in NAMING_IT.items():
        mail = asked(api, outbox, fields)
        if mail is not None and (FORGED in text_of(mail) or origins(mail) != ours):
            raise ContractViolation(
                f"the link in the mail follows {name}",
                expected=f"links to {', '.join(sorted(ours))}",
                actual=f"links to {', '.join(sorted(origins(mail))) or 'nowhere'}",
            )
    for origin in sorted(ours):
        scheme, _, place = origin.partition("://")
        if scheme == "http":
            local = LOOPBACK.fullmatch(urlsplit(origin).hostname or place)
            raise (Advice if local else ContractViolation)(
                "the link in the mail is no TLS address", expected=f"https://{place}", actual=origin
            )

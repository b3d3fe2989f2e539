"""
Which targets may be disturbed, and which need the tester's word first: `--consent=HOST`.

A target that is not on loopback, or says that it is production, is shared with others. Until its host is named, the run
leaves out what locks, races, fuzzes or breaks, and keeps to the limits below.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from ipaddress import IPv4Address, ip_address
from typing import Literal

from contract.errors import BindingError
from contract.targets.model import Target

POLITE_RATE_PER_S = 5.0  # requests: what one person does by opening a page of an application
POLITE_ACCOUNTS = 10  # new accounts: few enough to be removed by hand
POLITE_REQUESTS = 1500  # in all: five minutes at that rate

PRODUCTION = "production"

_HOST = re.compile(r"[\w.-]+")
_AUTHORITY = re.compile(r"(?:([\w.-]+)|\[([0-9A-Fa-f:.]+)\])(?::(?:[0-9]*|\{port\}))?")


def hosts_of(target: Target) -> tuple[str, ...]:
    """Return every host that requests are sent to, once each, the target's own first, in the form of `host_of`."""
    tls = target.facilities.get("tls", {}).get("base_url", "")
    others = (*(variant.base_url for variant in target.variants.values()), str(tls))
    return tuple(dict.fromkeys(map(host_of, (target.base_url, *filter(None, others)))))


def host_of(url: str) -> str:
    """
    Return the host of *url* in one spelling: small letters, A-labels, no final dot, addresses in their shortest form.

    An authority that two readers could read as two hosts (user information, a backslash, an escape) is returned whole:
    it is no loopback address, and no consent can name it.
    """
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    plain = _AUTHORITY.fullmatch(authority)
    return _one_spelling(plain[1] or plain[2]) if plain else authority.lower()


def is_loopback(host: str) -> bool:
    """
    Whether *host*, as `host_of` returns it, is this machine whatever a resolver says: a literal address or `localhost`.

    Other spellings of 127.0.0.1 (decimal, octal, shortened) and names that resolve to it are not taken at their word.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    if isinstance(address, IPv4Address):
        return address.is_loopback
    return (address.ipv4_mapped or address).is_loopback


def needs_consent(target: Target) -> bool:
    """Whether somebody else may be using *target*."""
    return bool(_shared_hosts(target))


def granted(target: Target, consents: Collection[str]) -> bool:
    """
    Whether *consents*, the hosts that the tester named, cover every host of *target* that needs it.

    Raises:
        BindingError: one of them is no host, or none of this target; one line for each.
    """
    hosts = hosts_of(target)
    named, problems = set(), []
    for given in consents:
        bracketed = given.startswith("[") and given.endswith("]") and ":" in given
        host = _one_spelling(given[1:-1] if bracketed else given)
        if host in hosts and _is_host(host):
            named.add(host)
        else:
            problems.append(f"--consent={given}: {_why_not(given, host)} {_valid(hosts)}")
    if problems:
        raise BindingError(*problems)
    return named.issuperset(_shared_hosts(target))


def profile_for(target: Target, consents: Collection[str]) -> Literal["full", "non-disruptive"]:
    """
    Return what may be run against *target*.

    Raises:
        BindingError: as `granted`.
    """
    return "full" if granted(target, consents) else "non-disruptive"


def polite(target: Target) -> Target:
    """Return *target*, at no more than `POLITE_RATE_PER_S` where somebody else may be using it."""
    if not needs_consent(target):
        return target
    rate = min(target.transport.rate_per_s or POLITE_RATE_PER_S, POLITE_RATE_PER_S)
    return replace(target, transport=replace(target.transport, rate_per_s=rate))


def left_out(target: Target, consents: Collection[str]) -> str:
    """Say in one line what a run leaves out for want of consent, and how to give it; "" where it leaves out nothing."""
    if granted(target, consents):
        return ""
    hosts = _shared_hosts(target)
    why = "is production" if target.environment == PRODUCTION else "is not on this machine"
    return (
        f"{target.name} {why}: what locks, races, fuzzes or breaks is left out, with at most {POLITE_ACCOUNTS} new "
        f"accounts and {POLITE_REQUESTS} requests, {POLITE_RATE_PER_S:g} a second. To run it all: {_options(hosts)}."
    )


def _shared_hosts(target: Target) -> tuple[str, ...]:
    """
    Return the hosts of *target* that need consent.

    Through a proxy that is not on this machine, "localhost" is the proxy's.
    """
    proxied = bool(target.transport.proxy) and not is_loopback(host_of(target.transport.proxy))
    anywhere = proxied or target.environment == PRODUCTION
    return tuple(host for host in hosts_of(target) if anywhere or not is_loopback(host))


def _one_spelling(host: str) -> str:
    """
    Return *host* in small letters and A-labels, without a final dot; an address in its shortest form.

    No character is mapped to another one (as IDNA 2003 does, "ß" to "ss"): that could make two hosts one.
    """
    try:
        return str(ip_address(host))
    except ValueError:
        labels = host.lower().removesuffix(".").split(".")
    return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)


def _is_host(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return bool(_HOST.fullmatch(text))
    return True


def _why_not(given: str, host: str) -> str:
    name, _, port = given.rpartition(":")
    if _is_host(host):
        return "is no host of this target."
    if port.isdecimal() and _is_host(name.strip("[]")):
        return "says a port; consent is for a host."
    return "is no host."


def _valid(hosts: Iterable[str]) -> str:
    return f"Valid: {', '.join(host for host in hosts if _is_host(host)) or 'none'}."


def _options(hosts: Iterable[str]) -> str:
    if not all(_is_host(host) for host in hosts):
        return "write base_url without user information, escapes and backslashes"
    return " ".join(f"--consent={host}" for host in hosts)

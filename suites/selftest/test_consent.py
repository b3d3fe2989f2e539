"""Consent: which targets are shared, and what names one."""

from __future__ import annotations

from typing import Any

import pytest

from contract.consent import (
    POLITE_ACCOUNTS,
    POLITE_RATE_PER_S,
    granted,
    host_of,
    hosts_of,
    is_loopback,
    left_out,
    needs_consent,
    profile_for,
)
from contract.errors import BindingError
from contract.targets.model import Target, Transport, Variant

STAGING = "https://staging.acme.example:8443/api/v1"


def target(base_url: str = STAGING, **changes: Any) -> Target:
    """Return a target at *base_url*."""
    return Target(name="acme", base_url=base_url, **changes)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1/api",
        "http://127.0.0.1:{port}/api/v1",
        "http://127.8.9.10:80",
        "http://[::1]:8000/api",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::ffff:127.0.0.1]:1",
        "http://localhost:8000",
        "https://LOCALHOST./api",
    ],
)
def test_a_target_on_loopback_needs_no_consent(base_url: str) -> None:
    assert not needs_consent(target(base_url))
    assert profile_for(target(base_url), []) == "full"
    assert left_out(target(base_url), []) == ""


@pytest.mark.parametrize(
    "base_url",
    [
        STAGING,
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://evil.example/127.0.0.1",
        "http://evil.example#127.0.0.1",
        "http://evil.example?@127.0.0.1",
        "http://127.0.0.1@evil.example/",
        "http://localhost:pw@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "http://127.0.0.1\\.evil.example/",
        "http://127.0.0.1%2eevil.example/",
        "http://127.0.0.1%00.evil.example/",
        "http://127.0.0.1 .evil.example/",
        "http://127.0.0.1\n.evil.example/",
        "http://[::1].evil.example/",
        "http://[::1%25eth0]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::2]/",
        "http://10.0.0.1/",
        "http://192.168.0.7/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://ⓛocalhost/",
        "http://my.localhost/",
        "http://localhost../",
        "http://evil.example:80:127.0.0.1/",
        "http:///127.0.0.1",
        "//127.0.0.1",
        "127.0.0.1",
        "",
    ],
)
def test_every_other_target_needs_consent(base_url: str) -> None:
    """What only looks like this machine, or is read so by some, is somebody else's."""
    assert needs_consent(target(base_url))
    assert not is_loopback(host_of(base_url))


def test_production_needs_consent_wherever_it_is() -> None:
    local = target("http://127.0.0.1:8000", environment="production")

    assert profile_for(local, []) == "non-disruptive"
    assert profile_for(local, ["127.0.0.1"]) == "full"


def test_a_target_behind_a_proxy_is_on_the_proxy_s_network() -> None:
    local = "http://localhost:8000"

    assert needs_consent(target(local, transport=Transport(proxy="http://proxy.acme.example:3128")))
    assert not needs_consent(target(local, transport=Transport(proxy="http://127.0.0.1:8080")))


@pytest.mark.parametrize(
    ("base_url", "consent"),
    [
        (STAGING, "staging.acme.example"),
        (STAGING, "STAGING.Acme.Example"),
        (STAGING, "staging.acme.example."),
        ("https://Staging.ACME.example./", "staging.acme.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "Bücher.example"),
        ("https://[2001:db8::1]:8443/", "2001:DB8:0:0::1"),
        ("https://[2001:db8:0::1]/", "[2001:db8::1]"),
        ("https://10.0.0.1:8443/", "10.0.0.1"),
        ("http://2130706433/", "2130706433"),
    ],
)
def test_consent_names_the_host(base_url: str, consent: str) -> None:
    assert profile_for(target(base_url), []) == "non-disruptive"
    assert profile_for(target(base_url), [consent]) == "full"
    assert granted(target(base_url), [consent])


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        ("acme.example", "is no host of this target."),
        ("prod.acme.example", "is no host of this target."),
        ("staging.acme.example.evil.example", "is no host of this target."),
        ("xstaging.acme.example", "is no host of this target."),
        ("staging.acme.example..", "is no host of this target."),
        ("127.0.0.1", "is no host of this target."),
        ("staging.acme.example:8443", "says a port; consent is for a host."),
        ("[::1]:8443", "says a port; consent is for a host."),
        ("https://staging.acme.example", "is no host."),
        ("user@staging.acme.example", "is no host."),
        ("*.acme.example", "is no host."),
        ("*", "is no host."),
        ("[staging.acme.example]", "is no host."),
        ("", "is no host."),
        ("staging.acme.example ", "is no host."),
        ("staging.acme.example,prod.acme.example", "is no host."),
    ],
)
def test_consent_that_names_another_host_gets_one_line(consent: str, said: str) -> None:
    with pytest.raises(BindingError) as raised:
        profile_for(target(), [consent])

    assert raised.value.problems == (f"--consent={consent}: {said} Valid: staging.acme.example.",)


def test_two_hosts_that_old_rules_would_map_to_one_stay_two() -> None:
    with pytest.raises(BindingError):
        granted(target("https://straße.example/"), ["strasse.example"])


def test_a_wrong_consent_is_wrong_beside_a_right_one_and_on_loopback() -> None:
    with pytest.raises(BindingError) as raised:
        granted(target(), ["staging.acme.example", "a.example", "b.example"])

    assert raised.value.problems == (
        "--consent=a.example: is no host of this target. Valid: staging.acme.example.",
        "--consent=b.example: is no host of this target. Valid: staging.acme.example.",
    )
    with pytest.raises(BindingError):
        granted(target("http://127.0.0.1"), ["a.example"])


def test_an_ambiguous_host_cannot_be_consented_to() -> None:
    ambiguous = target("http://127.0.0.1@evil.example/")

    with pytest.raises(BindingError) as raised:
        granted(ambiguous, ["127.0.0.1@evil.example"])

    assert raised.value.problems == ("--consent=127.0.0.1@evil.example: is no host. Valid: none.",)


def test_every_shared_host_needs_its_own_consent() -> None:
    both = target(
        "http://127.0.0.1:{port}",
        variants={"tls": Variant(base_url="https://tls.acme.example")},
        facilities={"tls": {"base_url": "https://edge.acme.example"}},
    )

    assert hosts_of(both) == ("127.0.0.1", "tls.acme.example", "edge.acme.example")
    assert not granted(both, ["tls.acme.example"])
    assert not granted(both, ["127.0.0.1"])
    assert granted(both, ["tls.acme.example", "edge.acme.example"])


def test_what_is_left_out_is_said_with_the_way_to_include_it() -> None:
    assert (POLITE_RATE_PER_S, POLITE_ACCOUNTS) == (5.0, 10)
    assert left_out(target(), []) == (
        "acme is not on this machine: what locks, races, fuzzes or breaks is left out, with at most 10 new accounts "
        "and 1500 requests, 5 a second. To run it all: --consent=staging.acme.example."
    )
    assert left_out(target("http://127.0.0.1", environment="production"), []) == (
        "acme is production: what locks, races, fuzzes or breaks is left out, with at most 10 new accounts and "
        "1500 requests, 5 a second. To run it all: --consent=127.0.0.1."
    )
    assert left_out(target(), ["staging.acme.example"]) == ""

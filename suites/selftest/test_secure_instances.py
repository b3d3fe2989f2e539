"""Which instance is spoken to over TLS, and that a started one is given a certificate that the run trusts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract.answers import Request
from contract.targets.model import Target, Variant
from contract.targets.read import SHIPPED, read
from suites.rig.client import Client
from suites.rig.launch import Launcher
from suites.rig.run.select import declared

DEPLOYED = Target("acme", "http://127.0.0.1:9/api")
EDGE = {"tls": {"driver": "", "base_url": "https://edge.example/api", "ca_file": Path("ca.pem")}}


def test_a_target_over_tls_needs_nothing_else() -> None:
    target = replace(DEPLOYED, base_url="https://acme.example/api")

    assert "tls" in declared(target)
    assert Launcher(target).secure().target.base_url == "https://acme.example/api"


def test_an_edge_is_the_same_target_at_another_address() -> None:
    launcher = Launcher(replace(DEPLOYED, facilities=EDGE))

    found = launcher.secure()

    assert (found.target.base_url, found.target.transport.ca_file) == ("https://edge.example/api", Path("ca.pem"))
    assert launcher.secure() is found
    assert launcher.main().target.base_url == DEPLOYED.base_url


@pytest.mark.parametrize(("start", "there"), [("serve {port} {options}", True), ("", False)])
def test_a_variant_counts_where_it_can_be_started(start: str, there: bool) -> None:
    target = replace(DEPLOYED, start=start, variants={"tls": Variant(base_url="https://127.0.0.1:{port}")})

    assert ("tls" in declared(target)) is there


def test_the_reference_speaks_tls_with_the_certificate_of_the_run() -> None:
    launcher = Launcher(read(SHIPPED / "reference" / "target.toml", environ={}))
    try:
        instance = launcher.variant("tls")
        assert instance is not None
        with Client(instance.target.transport) as client:
            answer = client.send(Request("GET", f"{instance.target.base_url}/health/live"))
    finally:
        launcher.close()

    assert (answer.status, answer.fault) == (200, "")

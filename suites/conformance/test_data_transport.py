"""On the way: what browsers are told about TLS, and what is done without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer, Kind, Request
from contract.checks import hsts
from contract.encoding import path_of
from contract.errors import ContractViolation
from contract.flows import Outcome
from suites.rig.api import Api
from suites.rig.judging import control
from suites.rig.spread import spread

HTTPS_PORT = 443


@pytest.mark.requirement("DATA-05")
def test_over_tls_every_answer_promises_tls_for_a_year(tls: Api) -> None:
    """Who types the name without https is handed to whoever sits in between, unless the browser knows better."""
    for answer in spread(tls):
        hsts(answer)


@pytest.mark.requirement("DATA-05")
def test_without_tls_no_answer_promises_it(api: Api, answers: list[Answer]) -> None:
    """Over plain HTTP the promise may come from anybody, and browsers disregard it."""
    for answer in answers:
        hsts(answer)
    control(api.as_(api.shared_account(), "getCurrentUser"))


def over_plain_http(request: Request) -> Request:
    """Return *request* as it goes to the same host without TLS: to port 80, or to the TLS port where it has its own."""
    parts = urlsplit(request.url)
    host = parts.netloc.removesuffix(f":{HTTPS_PORT}") if parts.port == HTTPS_PORT else parts.netloc
    return replace(request, url=parts._replace(scheme="http", netloc=host).geturl())


def not_served(outcome: Outcome) -> None:
    """Judge that a request over plain HTTP came to nothing: no answer at all, or a refusal that sends it nowhere."""
    answer = outcome.answer
    if outcome.kind is Kind.ACCEPTED or (answer.status and not 400 <= answer.status < 500):
        raise ContractViolation(
            f"{answer.request.operation} over plain HTTP is {'redirected' if 300 <= answer.status < 400 else 'served'}",
            expected="no connection, or a 4xx",
            actual=f"{answer.status} to {answer.header('location')}"
            if answer.header("location")
            else str(answer.status),
            answer=answer,
        )


@pytest.mark.requirement("DATA-09")
def test_no_login_over_plain_http(tls: Api) -> None:
    """A redirect comes after the password has gone over the wire, and nobody notices the mistake in the client."""
    account = tls.fresh_account(signed_in=False)

    not_served(tls.call_raw("loginUser", mutate=over_plain_http, email=account.email, password=account.password))

    control(tls.login(account))


@pytest.mark.requirement("DATA-09")
def test_no_profile_over_plain_http(tls: Api) -> None:
    """As above, for the token."""
    account = tls.fresh_account()
    control(tls.as_(account, "getCurrentUser"))

    not_served(tls.call_raw("getCurrentUser", account.session, mutate=over_plain_http))


SLASHES: dict[str, Callable[[str], str]] = {
    "one more at the end": lambda path: f"{path}/",
    "two more at the end": lambda path: f"{path}//",
    "none at the end": lambda path: path.rstrip("/"),
    "one more in front": lambda path: f"/{path}",
}


@pytest.mark.requirement("DATA-09")
@pytest.mark.parametrize("how", SLASHES)
def test_no_redirect_of_slashes_leaves_tls(tls: Api, how: str) -> None:
    """Behind a proxy the framework takes its own scheme for http, and sends the client's token there."""
    account = tls.shared_account()
    control(tls.as_(account, "getCurrentUser"))

    for operation in ("getCurrentUser", "loginUser"):
        path = path_of(tls.target.operations[operation].steps[-1])
        answer = tls.ask("GET", SLASHES[how](path), account.session)
        place = answer.header("location") or ""
        if 300 <= answer.status < 400 and place.lower().startswith("http:"):
            raise ContractViolation(
                f"a path with slashes otherwise ({how}) is redirected out of TLS",
                expected="a Location with https, or a refusal",
                actual=f"{answer.status} to {place}",
                answer=answer,
            )

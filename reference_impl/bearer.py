"""Who asks: the access token in the Authorization field, and nowhere else."""

from __future__ import annotations

import re

from reference_impl import problems, sessions
from reference_impl.document import Operation
from reference_impl.exchange import Exchange
from reference_impl.operations import Caller
from reference_impl.service import Service

CREDENTIALS = re.compile(r"bearer +(?P<token>[^ ]+) *\Z", re.IGNORECASE)


async def authenticated(service: Service, exchange: Exchange) -> Caller:
    """
    Return who presents the request's access token.

    Raises:
        Problem: 401; without an error code where no bearer token was presented (RFC 6750 section 3).
    """
    return await sessions.caller(service, presented(exchange))


def presented(exchange: Exchange) -> str:
    """Return the token in the Authorization field, or raise the 401."""
    values = exchange.fields.all("authorization")
    if len(values) > 1:
        raise problems.invalid_token()
    if not values or not re.match(r"bearer( |\Z)", values[0], re.IGNORECASE):
        raise problems.authentication_required()
    match = CREDENTIALS.match(values[0])
    if match is None:
        raise problems.invalid_token()
    return match["token"]


def authorised(exchange: Exchange, operation: Operation, caller: Caller) -> None:  # noqa: ARG001 - the path decides nothing
    """Raise the 403 unless *caller* has the role that the contract demands for *operation*, however it was reached."""
    if operation.role and caller.user["role"] != operation.role:
        raise problems.forbidden()

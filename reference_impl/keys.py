"""The published key set, where others find what verifies an access token."""

from __future__ import annotations

from reference_impl.document import Operation
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service

JWKS = Operation("getKeySet", "GET", "/.well-known/jwks.json", public=True, role="", parameters=(), body_schema=None)
"""Beside the contract's operations: it is for machines that verify tokens, not for clients."""


@operation(JWKS.id)
async def get_key_set(service: Service, _request: Request) -> Answer:
    """Return the public keys (RFC 7517 section 5)."""
    return Answer(200, {"keys": [key.jwk for key in await service.keys.all()]})

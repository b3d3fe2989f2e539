"""
Keeping the passwords here and at the identity service in step; without `--upstream` there is nothing to do.

Each password is known there under a subject of its own, and the account here says which. So one transaction here
switches from the old password to the new one for both; whatever a failure leaves behind there opens nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from reference_impl.store import Row
from reference_impl.upstream.faults import UpstreamFault

if TYPE_CHECKING:
    from reference_impl.service import Service


async def confirms(service: Service, user: Row, password: str) -> bool:
    """
    Return whether the identity service, too, takes *password* for that of *user*.

    Raises:
        Problem: 503 of the kind of its fault.
    """
    if service.identity_service is None:
        return True
    with answered_503(service):
        return await service.identity_service.check(user["upstream_subject"] or user["user_id"], password)


@asynccontextmanager
async def known_there(service: Service, password: str, *, instead_of: str | None = None) -> AsyncIterator[str | None]:
    """
    Make *password* known there and yield its subject, which the block stores; None without an identity service.

    If the block raises, the new subject is forgotten there, else the old one, *instead_of*; both in the background.

    Raises:
        Problem: 503 of the kind of its fault, before the block; nothing is stored here then.
    """
    there = service.identity_service
    if there is None:
        yield None
        return
    subject = str(uuid.uuid4())
    try:
        with answered_503(service):
            await there.put(subject, password)
        yield subject
    except BaseException:
        forget(service, subject)
        raise
    if instead_of is not None:
        forget(service, instead_of)


def forget(service: Service, subject: str) -> None:
    """Make *subject* unknown there, some time soon."""
    there = service.identity_service
    if there is not None:
        service.background.start("identity-service", lambda: there.remove(subject))


@contextmanager
def answered_503(service: Service) -> Iterator[None]:
    """Turn a fault of the identity service into the answer that users get."""
    try:
        yield
    except UpstreamFault as fault:
        raise fault.problem(service.settings.retry_after_s) from fault

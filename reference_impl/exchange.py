"""One request as it came in, before anything of it is judged."""

from __future__ import annotations

from dataclasses import dataclass

from reference_impl.document import Operation
from reference_impl.fields import Fields
from reference_impl.routing import Match
from reference_impl.under_way import Ticket


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    What is known of a request from its head.

    `path` is as sent, octet by octet; `match` is None where it has nothing. `arrived` is when the head was complete, in
    seconds by the service's clock; `source` is the peer's address.
    """

    method: str
    path: str
    query: str
    source: str
    arrived: float
    tls: bool
    fields: Fields
    request_id: str
    ticket: Ticket
    match: Match | None

    @property
    def operation(self) -> Operation | None:
        """The operation asked for, if the path has one for the method; HEAD is GET without the content."""
        method = "GET" if self.method == "HEAD" else self.method
        return self.match.methods.get(method) if self.match else None

    @property
    def operation_id(self) -> str:
        """The operationId of what is asked for, "" where it is nothing of the contract's."""
        return self.operation.id if self.operation else ""

"""What a handler takes and gives, and how it is found: by the contract's operationId."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reference_impl.problems import Problem
from reference_impl.store import Row
from reference_impl.under_way import Ticket

if TYPE_CHECKING:
    from reference_impl.service import Service


@dataclass(frozen=True, slots=True)
class Caller:
    """Who presented a live access token: the user's record as it is now, and the session the token belongs to."""

    user: Row
    session_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """
    One request that has passed routing, authentication, authorisation and the contract's schemas.

    `source` is the peer's address; `arrived` is when its head was complete, in seconds by the service's clock; `ticket`
    is its name in this process, which, unlike `request_id`, no caller chooses; `headers` has lower-case names, the last
    value of a repeated field; `body` is the JSON object as sent, {} where the operation takes none.
    """

    operation: str
    source: str
    arrived: float
    request_id: str
    ticket: Ticket
    headers: Mapping[str, str]
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    caller: Caller | None = None

    @property
    def user(self) -> Row:
        """The caller's record; only for operations that the contract does not make public."""
        if self.caller is None:
            raise LookupError(f"{self.operation} is public: it has no caller")
        return self.caller.user


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler gives back: a status, a JSON body or none, further header fields."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[["Service", Request], Awaitable[Answer]]

Refusal = Callable[[Problem], Problem]

_HANDLERS: dict[str, tuple[str, str]] = {}
_REFUSALS: dict[str, tuple[str, str]] = {}


def operation(operation_id: str) -> Callable[[Handler], Handler]:
    """Register the decorated coroutine function as the handler of *operation_id*."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[operation_id] = (handler.__module__, handler.__name__)
        return handler

    return register


def refusal(operation_id: str) -> Callable[[Refusal], Refusal]:
    """Register the decorated function to say what a request of *operation_id* that breaks the schema is answered."""

    def register(function: Refusal) -> Refusal:
        _REFUSALS[operation_id] = (function.__module__, function.__name__)
        return function

    return register


def refused(operation_id: str, problem: Problem) -> Problem:
    """Return what a request that breaks the schema is answered: *problem*, unless the operation has its own words."""
    if operation_id not in _REFUSALS:
        return problem
    module, function = _REFUSALS[operation_id]
    answer: Problem = getattr(sys.modules[module], function)(problem)
    return answer


def handlers() -> dict[str, Handler]:
    """Return every handler by operationId, looked up by name now, so that a replaced function is the one found."""
    return {name: getattr(sys.modules[module], function) for name, (module, function) in _HANDLERS.items()}

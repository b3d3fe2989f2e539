"""What an operation is for, read from its path, its name, its summary and the members of its request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from contract.document import Document, OperationSpec
from contract.document.operations import mapping
from contract.document.pointers import child, parts
from contract.document.schemas import reachable

_WORD = re.compile(r"2fa|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

_VARIABLE = re.compile(r"\{[^{}]*\}")

_REGISTER = re.compile(r"\b(register|registration|sign ?up|enroll?|create (an? )?(account|user))\b")
_LOGIN = re.compile(r"\b(log ?in|sign ?in|log ?on|authenticate)\b")
_REFRESH = re.compile(r"\brefresh\b")
_END = re.compile(r"\b(log ?out|sign ?out|log ?off|revoke|revocation)\b")
_RESET = re.compile(r"\b(reset|forgot|forgotten|recover|recovery)\b")
_CONFIRM = re.compile(r"\b(verify|verification|confirm|confirmation|activate|activation)\b")
_SECOND_FACTOR = re.compile(r"\b(mfa|2fa|totp|otp|factor|challenge|code)\b")
_ADMIN = re.compile(r"\badmin\b")
_WITHOUT_STORE = re.compile(r"/(live|liveness|livez|alive|ping|health|healthz|heartbeat)$|/\.well-known/")

_PASSWORD = re.compile(r"(current|old|existing|user|account)?(password|passwd|pwd|passphrase)")
_NEW_PASSWORD = re.compile(r"new(password|passwd|pwd|passphrase)")
_FIRST_PASSWORD = re.compile(r"(new|user|account)?(password|passwd|pwd|passphrase)")
_CODE = re.compile(
    r"(mfa|verification|confirmation|auth|sms|email|backup|recovery|onetime)?(code|otp|totp|passcode|pin)"
)
_IDENTIFIER = re.compile(r"e?mail|emailaddress|user|username|login|phone|phonenumber|handle|identifier")
_TOKEN = re.compile(
    r"(access|refresh|id|session|auth|bearer)?token|jwt|(client)?secret|(backup|recovery)codes?|apikey|sessionid"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a body, at whatever depth; `name` is in lower case and without separators."""

    name: str
    pointer: str

    @property
    def written(self) -> str:
        """The name as the document writes it."""
        return parts(self.pointer)[-1]


@dataclass(frozen=True, slots=True)
class Nature:
    """What an operation is for. `proves`: it takes a code of a second factor, or what a verification mail holds."""

    registers: bool
    logs_in: bool
    refreshes: bool
    proves: bool
    resets: bool
    takes_password: bool
    needs_store: bool

    @property
    def takes_credentials(self) -> bool:
        """Whether trying it often enough could guess a secret, or flood the service with accounts or mail."""
        return self.registers or self.logs_in or self.refreshes or self.proves or self.resets or self.takes_password


@lru_cache(maxsize=8)
def natures(document: Document) -> dict[str, Nature]:
    """Return what each operation is for, by its label."""
    return {operation.label: _nature(document, operation) for operation in document.all_operations}


def _nature(document: Document, operation: OperationSpec) -> Nature:
    named = f"{_words(operation.id)} / {_words(_VARIABLE.sub(' ', operation.path))}"
    names = {each.name for each in request_members(document, operation) if _is_plain(document, each)}
    passwords, codes, tokens, identifiers = (
        any(map(pattern.fullmatch, names)) for pattern in (_PASSWORD, _CODE, _TOKEN, _IDENTIFIER)
    )
    posts = operation.method == "POST"
    writes = posts or operation.method in {"PUT", "PATCH"}
    confirms = bool(_CONFIRM.search(named))

    resets = writes and bool(_RESET.search(named)) and (passwords or codes or tokens or identifiers)
    registers = (
        posts
        and bool(_REGISTER.search(f"{named} / {operation.summary.lower()}"))
        and (identifiers or passwords or not (names or operation.secured))
        and not (resets or confirms)
    )
    ends = bool(_END.search(named))
    refreshes = posts and not ends and (bool(_REFRESH.search(named)) or "refreshtoken" in names)
    proves = (
        writes
        and (confirms or bool(_SECOND_FACTOR.search(named)))
        and (codes or tokens)
        and not (resets or registers or refreshes)
    )
    logs_in = (
        posts
        and not operation.secured
        and (bool(_LOGIN.search(named)) or passwords)
        and not (resets or registers or refreshes or proves or ends)
    )
    return Nature(
        registers=registers,
        logs_in=logs_in,
        refreshes=refreshes,
        proves=proves,
        resets=resets,
        takes_password=writes and passwords and not (scopes(operation) or _ADMIN.search(named)),
        needs_store=not _WITHOUT_STORE.search(operation.path),
    )


def request_members(document: Document, operation: OperationSpec) -> Iterator[Member]:
    """Yield every member that a request body of *operation* may have."""
    return members(document, *operation.request_media.values())


def members(document: Document, *schemas: str) -> Iterator[Member]:
    """Yield every member, at whatever depth, that values of *schemas* may have."""
    for pointer, node in reachable(document, *schemas):
        for name in mapping(node, "properties"):
            yield Member(_plain(name), child(pointer, "properties", name))


def is_token(member: Member) -> bool:
    """Whether the member is a token or another secret that opens something."""
    return bool(_TOKEN.fullmatch(member.name))


def new_passwords(document: Document, operation: OperationSpec) -> Iterator[Member]:
    """Yield the members by which *operation* takes a password that is to be set."""
    nature = natures(document)[operation.label]
    pattern = _FIRST_PASSWORD if nature.registers or nature.resets else _NEW_PASSWORD
    return (member for member in request_members(document, operation) if pattern.fullmatch(member.name))


def scopes(operation: OperationSpec) -> set[str]:
    """Return every scope or role that *operation* asks for under some scheme."""
    return {scope for requirement in operation.security for names in requirement.values() for scope in names}


def _is_plain(document: Document, member: Member) -> bool:
    """Whether the member is a value, not an object that merely has the name of one."""
    schema = document.resolve(document.at(member.pointer))[0]
    return isinstance(schema, dict) and schema.get("type") not in ("object", "boolean")


def _words(text: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(text))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

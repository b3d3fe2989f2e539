"""The members of requests and answers that a document describes, and which contract words they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract.document import Document, OperationSpec
from contract.document.operations import mapping, sequence
from contract.document.pointers import child
from contract.targets.contract_speech import operations
from contract.words import INPUTS

DEEPEST = 4
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
ANY_OF = ("allOf", "oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its place ("/user/email", "query:limit"), name, whether it must be there, and its schema."""

    place: str
    name: str
    required: bool
    schema: Mapping[str, Any]

    @property
    def plain(self) -> str:
        """The name in small letters without '-', '_' and '.'."""
        return re.sub(r"[^a-z0-9]", "", self.name.lower())


SENT: Mapping[str, str] = {
    "currentPassword": r"(current|old)password|old|passwordcurrent",
    "newPassword": r"newpassword1?|new|passwordnew",
    "email": r"e?mail|emailaddress|useremail",
    "username": r"username|user|login|loginname|identifier",
    "password": r"password1?|pass|passwd|pwd",
    "refreshToken": r"refreshtoken|refresh|rt",
    "sessionToken": r"(session|mfa|challenge|ephemeral|temp|login|pending)token|ticket|session",
    "backupCode": r"(backup|recovery|rescue)code|rescue",
    "code": r"code|(otp|totp|mfa|onetime)(code|password)?|passcode",
    "uid": r"uid(b64)?|userid",
    "token": r"(reset|passwordreset)?(token|key)",
    "displayName": r"displayname|name|fullname",
    "role": r"role",
    "disabled": r"(is)?(disabled|locked|blocked)",
    "limit": r"limit|pagesize|perpage|size|maxresults",
    "after": r"after|cursor|pagetoken|startingafter",
}
AGAIN = (
    r"(new)?password(2|confirm(ation)?|again|repeat(ed)?)|(re|confirm|repeat|verify)(new)?password(confirm(ation)?)?"
)
"""A password that is typed once more."""
HERE: Mapping[str, Mapping[str, str]] = {
    "refreshToken": {"refreshToken": r"token"},
    "confirmPasswordReset": {"newPassword": r"password1?", "token": r"code|otp"},
    "changePassword": {"newPassword": r"password1?"},
    "verifyMfa": {"code": r"token"},
    "verifyMfaSetup": {"code": r"token"},
}
"""What names mean in the requests of some operations only; tried where the names above are not there."""

GIVEN: Mapping[str, str] = {
    "accessToken": r"access(token)?|token|authtoken|jwt|key",
    "refreshToken": r"refresh(token)?",
    "sessionToken": r"(session|mfa|challenge|ephemeral|temp|pending)token|ticket",
    "tokenType": r"tokentype",
    "expiresIn": r"expiresin",
    "userId": r"id|userid|pk|uuid|sub",
    "email": r"email",
    "secret": r"secret|secretkey|totpsecret|base32",
    "otpauthUri": r"otpauth(uri|url)|provisioning(uri|url)|totpur[il]|ur[il]",
    "qrCode": r"qr(code)?",
    "backupCodes": r"(backup|recovery)codes",
}
OF_A_USER = r"(/(user|data|me|account|profile))*/[^/]+"
"""Where a member "id" is the user's."""


def body_of(document: Document, spec: OperationSpec) -> tuple[str, list[Member]]:
    """Return how the request body of *spec* is encoded, in the words of target files, and its members."""
    for media, pointer in spec.request_media.items():
        if media.partition(";")[0].strip().lower().endswith("json"):
            return "json", list(members(document, pointer, without="readOnly"))
    for media, pointer in spec.request_media.items():
        if media.partition(";")[0].strip().lower() in FORMS:
            encoding = "form" if "urlencoded" in media else "multipart"
            return encoding, list(members(document, pointer, without="readOnly"))
    return "none", []


def answer_of(document: Document, spec: OperationSpec) -> list[Member]:
    """Return the members of the answers to *spec* that are successes."""
    return [
        member
        for status, response in spec.responses.items()
        if status.startswith("2")
        for pointer in response.media.values()
        for member in members(document, pointer, without="writeOnly")
    ]


def members(
    document: Document, pointer: str, *, without: str = "", place: str = "", depth: int = 0
) -> Iterator[Member]:
    """
    Yield the members of the schema at *pointer*, at whatever depth up to `DEEPEST`, alternatives all together; not
    those that are *without*: "readOnly" or "writeOnly".
    """
    node, pointer = document.resolve(document.at(pointer), pointer)
    if not isinstance(node, dict) or depth > DEEPEST:
        return
    required = sequence(node, "required")
    for name, given in mapping(node, "properties").items():
        schema, at = document.resolve(given, child(pointer, "properties", name))
        here = child(place, name)
        if isinstance(schema, dict) and schema.get(without) is True:
            continue
        yield Member(here, name, name in required, schema if isinstance(schema, dict) else {})
        yield from members(document, at, without=without, place=here, depth=depth + 1)
    for keyword in ANY_OF:
        for number, _ in enumerate(sequence(node, keyword)):
            part = members(document, child(pointer, keyword, number), without=without, place=place, depth=depth + 1)
            yield from part if keyword == "allOf" else (replace(each, required=False) for each in part)


def sent(id: str, given: list[Member]) -> dict[str, list[Member]]:
    """Return which of *given*, members of a request, is which word of the operation *id*; the first fit counts."""
    takes = INPUTS[id].needs | INPUTS[id].may
    if "email" in takes:
        takes |= {"username"}
    if id == "confirmPasswordReset":
        takes |= {"uid"}
    found: dict[str, list[Member]] = {}
    used: set[str] = set()
    for names in (SENT, HERE.get(id, {})):
        for word, pattern in names.items():
            fits = [each for each in given if re.fullmatch(pattern, each.plain) and each.place not in used]
            if word in takes and word not in found and fits:
                found[word] = fits[:1]
                used.add(fits[0].place)
    password = "newPassword" if "newPassword" in found else "password"
    if password in found:
        again = [each for each in given if re.fullmatch(AGAIN, each.plain) and each.place not in used]
        found[password] += again[:1]
    return found


def captured(id: str, given: list[Member]) -> dict[str, Member]:
    """Return which of *given*, members of an answer, is which word that the contract takes along after *id*."""
    wanted = set(operations()[id].steps[0].capture)
    if id in ("registerUser", "loginUser"):
        wanted |= {"userId"}
    found: dict[str, Member] = {}
    for word, pattern in GIVEN.items():
        fits = [each for each in given if re.fullmatch(pattern, each.plain) and word in wanted]
        if word in ("userId", "email"):
            fits = [each for each in fits if re.fullmatch(OF_A_USER, each.place)]
        fits = [each for each in fits if each.schema.get("type", "string") in ("string", "integer", "array")]
        if fits:
            found[word] = min(fits, key=lambda each: each.place.count("/"))
    return found

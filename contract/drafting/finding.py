"""Which operation of a document is which of the contract's, how sure that is, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contract.document import Document, OperationSpec
from contract.drafting.members import Member, answer_of, body_of, captured, sent
from contract.drafting.signs import SIGNS, Sign

SURE, LIKELY = 0.75, 0.5
"""From where on a guess needs no look, and from where on it is made at all."""
STRONG, WEAK, WORDS, TAKES, GIVES = 0.5, 0.3, 0.2, 0.25, 0.15
SHARED = frozenset({("loginUser", "refreshToken"), ("verifyMfaSetup", "verifyMfa")})
"""Pairs that one operation of a document may serve: a token endpoint takes several grants."""


@dataclass(frozen=True, slots=True)
class Guess:
    """
    One operation of the contract, as the document seems to spell it; `confidence` may be above 1.

    `sends` and `captures` map contract words to members. `others` are what else could be meant. `grant` is the value of
    "grant_type" that makes the request this one, "" where there is no such thing.
    """

    id: str
    spec: OperationSpec
    confidence: float
    reasons: tuple[str, ...]
    encoding: str
    given: tuple[Member, ...]
    sends: Mapping[str, list[Member]]
    captures: Mapping[str, Member]
    others: tuple[OperationSpec, ...] = ()
    grant: str = ""

    @property
    def sure(self) -> bool:
        """Whether nobody needs to look."""
        return self.confidence >= SURE and not self.others


def guesses(document: Document) -> dict[str, Guess]:
    """Return the operations that were found, by the contract's operationId; the surest is taken first."""
    all_guesses = [
        guess
        for sign in SIGNS
        for spec in document.all_operations
        if (guess := _guess(document, sign, spec)) and guess.confidence >= LIKELY
    ]
    order = {sign.id: number for number, sign in enumerate(SIGNS)}
    all_guesses.sort(
        key=lambda each: (-each.confidence, each.spec.path.count("/"), len(each.spec.path), order[each.id])
    )
    found: dict[str, Guess] = {}
    owners: dict[str, str] = {}
    for guess in all_guesses:
        owner = owners.get(guess.spec.pointer)
        free = owner is None or (owner, guess.id) in SHARED or (guess.id, owner) in SHARED
        if guess.id not in found and free:
            found[guess.id] = guess
            owners.setdefault(guess.spec.pointer, guess.id)
    return {id: _with_others(found[id], all_guesses, owners) for id in order if id in found}


def _with_others(guess: Guess, every: list[Guess], owners: Mapping[str, str]) -> Guess:
    """Return *guess* with what is as likely and not something else."""
    same = [
        each.spec
        for each in every
        if each.id == guess.id
        and each.spec.pointer not in owners
        and each.spec.path != guess.spec.path
        and each.confidence >= guess.confidence - 0.05
    ]
    shared = [owner for owner in (owners[guess.spec.pointer],) if owner != guess.id and not guess.grant]
    unsure = min(guess.confidence, SURE - 0.01) if shared else guess.confidence
    reasons = (*guess.reasons, *(f"it is {owner} too" for owner in shared))
    kept = {slot: getattr(guess, slot) for slot in Guess.__slots__}
    return Guess(**{**kept, "others": tuple(same), "confidence": unsure, "reasons": reasons})


def _guess(document: Document, sign: Sign, spec: OperationSpec) -> Guess | None:
    path, words = plain_path(spec.path), said(spec)
    elsewhere = re.search(sign.no, path) or re.search(sign.no, words) or re.search(sign.not_at, path)
    if spec.method not in sign.methods.split() or elsewhere:
        return None
    if "{}" in path and r"\{" not in sign.strong + sign.weak and not _constant_parameters(document, spec):
        return None
    confidence, reasons = 0.1 if spec.method == sign.methods.split()[0] else 0.05, []
    if re.search(sign.strong, path):
        confidence, reasons = confidence + STRONG, ["its path says so"]
    elif re.search(sign.weak, path):
        confidence, reasons = confidence + WEAK, ["its path allows it"]
    if re.search(sign.words, words):
        confidence += WORDS
        reasons.append(f"it is called '{(spec.summary or spec.id).strip()}'")
    if not reasons:
        return None
    encoding, given = body_of(document, spec)
    parameters = [Member(f"{each.place}:{each.name}", each.name, each.required, {}) for each in spec.parameters]
    takes = sent(sign.id, [*given, *(each for each in parameters if each.place.startswith("query:"))])
    missing = [group for group in sign.takes if takes.keys().isdisjoint(group.split())]
    grant = _grant(document, sign.id, spec, given)
    if given and missing:
        return None  # it says what it takes, and that is not enough
    if sign.takes and not missing:
        confidence += TAKES
        reasons.append(f"takes {' and '.join(sorted(word for word in takes if word in ' '.join(sign.takes)))}")
    elif not sign.takes:
        confidence += TAKES if re.search(sign.strong, path) else TAKES / 2
    answers = captured(sign.id, answer_of(document, spec))
    if sign.gives and not answers.keys().isdisjoint(sign.gives.split()):
        confidence += GIVES
        reasons.append(f"gives {' and '.join(word for word in sign.gives.split() if word in answers)}")
    if sign.id in ("verifyMfaSetup",) and "accessToken" in captured("verifyMfa", answer_of(document, spec)):
        confidence -= GIVES
    return Guess(sign.id, spec, round(confidence, 2), tuple(reasons), encoding, tuple(given), takes, answers,
                 grant=grant)  # fmt: skip


def plain_path(path: str) -> str:
    """Return *path* in small letters without '-' and '_', its parameters as "{}", without a slash at its end."""
    bare = re.sub(r"\{[^}]*\}", "{}", path.strip("/"))
    return re.sub(r"[-_]", "", bare).lower()


def said(spec: OperationSpec) -> str:
    """Return what operationId and summary say, as words in small letters."""
    both = f"{spec.id} {spec.summary}"
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", both)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower()).strip()


def constants(document: Document, spec: OperationSpec) -> dict[str, str]:
    """Return a value for each parameter of the path that the document gives values for."""
    found: dict[str, str] = {}
    for each in spec.parameters:
        if each.place == "path":
            schema, _ = document.resolve(document.at(each.schema)) if each.schema else ({}, "")
            schema = schema if isinstance(schema, dict) else {}
            values = [*schema.get("enum", ()), *([schema["default"]] if "default" in schema else [])]
            found |= {each.name: str(values[0])} if values else {}
    return found


def _constant_parameters(document: Document, spec: OperationSpec) -> bool:
    """Whether every parameter of the path is one of a few words, such as the kind of a client."""
    return set(re.findall(r"\{([^}]*)\}", spec.path)) <= constants(document, spec).keys()


def _grant(document: Document, id: str, spec: OperationSpec, given: list[Member]) -> str:
    """Return the "grant_type" that makes *spec* the operation *id*, "" where it has none."""
    wanted = {"loginUser": "password", "refreshToken": "refresh_token"}.get(id)
    schemas = [each.schema for each in given if each.place == "/grant_type"]
    for each in spec.parameters:
        if (each.place, each.name) == ("query", "grant_type"):
            node, _ = document.resolve(document.at(each.schema)) if each.schema else ({}, "")
            schemas.append(node if isinstance(node, dict) else {})
    return wanted if wanted and schemas else ""

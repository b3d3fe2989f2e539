"""Requirements that must hold on every answer, judged as the answers are recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from contract.answers import Answer, Kind
from contract.capture import capture
from contract.checks import (
    challenge,
    cookie_flags,
    expires_as_announced,
    media_type_matches,
    no_canary,
    no_internals,
    no_store,
    no_stored_secret,
    problem_details,
    request_id,
    security_headers,
)
from contract.classify import GIVES_TOKENS, classify
from contract.errors import ContractViolation
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Target
from suites.rig.outbox import RESET_TOKEN
from suites.rig.session_cookies import session_cookies

PERSONAL = frozenset(
    "registerUser loginUser refreshToken setupMfa verifyMfa getCurrentUser updateCurrentUser getUser listUsers "
    "updateUser".split()
)
"""Operations whose success carries tokens, secrets or personal data."""
SECRET_LENGTH = 16
PROBLEM_JSON = "application/problem+json"


def carries_secrets(answer: Answer) -> bool:
    """
    Whether the answer holds tokens, secrets or personal data.

    By its operation, or by a known secret in its body, or in a header where the operation gives tokens.
    """
    success, operation = 200 <= answer.status < 300, answer.request.operation
    if success and answer.body and operation in PERSONAL:
        return True
    fields = [value for _, value in answer.headers] if success and operation in GIVES_TOKENS else []
    text = "\n".join([answer.body.decode("utf-8", "replace"), *fields])
    return any(len(secret) >= SECRET_LENGTH and secret in text for secret in Secret.known())


def issued_by(target: Target, answer: Answer) -> Session | None:
    """Return what *answer* issued, if that is an access token and a lifetime announced for it."""
    operation = target.operations.get(answer.request.operation)
    if operation is None or "expiresIn" not in (step := operation.steps[-1]).capture:
        return None
    if classify(target, operation.id, answer) is not Kind.ACCEPTED:
        return None
    issued = capture(target, step, ANONYMOUS, answer, Kind.ACCEPTED)
    return issued if issued.access_token and "expiresIn" in issued.values else None


def lives_as_announced(target: Target, answer: Answer) -> Answer:
    """Return *answer* if an access token that it issues ends when it says, and within the profile's maximum."""
    issued = issued_by(target, answer)
    if issued is None or issued.access_token is None:
        return answer
    announced_s = issued.values["expiresIn"]
    token, at_most_s = issued.access_token.reveal(), target.profile.access_lifetime_s
    return expires_as_announced(answer, token, announced_s, at_most_s=at_most_s)


def carried_on(answer: Answer, value: str, what: str) -> bool:
    """Whether *answer* sends on to its page who came by a mailed link with *value*: that shows it to nobody new."""
    return 300 <= answer.status < 400 and what == RESET_TOKEN and value in unquote(answer.request.url)


@dataclass(frozen=True, slots=True)
class Passive:
    """One such requirement: which answers of a target it is about, and the check."""

    requirement: str
    relevant: Callable[[Target, Answer], bool]
    check: Callable[[Target, Answer], object]


def _guarded(target: Target, answer: Answer) -> object:
    """Judge the cookies of *answer* that carry a session."""
    return cookie_flags(answer, names=session_cookies(target, answer))


PASSIVE = (
    Passive("HTTP-01", lambda _, answer: answer.status == 401, lambda _, answer: challenge(answer)),
    Passive("HTTP-12", lambda _, answer: bool(answer.body), lambda _, answer: media_type_matches(answer)),
    Passive("HTTP-13", lambda _, answer: answer.media_type == PROBLEM_JSON, lambda _, answer: problem_details(answer)),
    Passive("HTTP-14", lambda _, answer: answer.status >= 400, lambda _, answer: no_internals(answer)),
    Passive("HTTP-15", lambda *_: True, lambda _, answer: request_id(answer)),
    Passive("TOK-13", lambda target, answer: issued_by(target, answer) is not None, lives_as_announced),
    Passive("DATA-01", lambda _, answer: carries_secrets(answer), lambda _, answer: no_store(answer)),
    Passive("DATA-02", lambda *_: True, lambda _, answer: no_stored_secret(answer)),
    Passive("DATA-06", lambda *_: True, lambda _, answer: security_headers(answer)),
    Passive("DATA-10", lambda target, answer: bool(session_cookies(target, answer)), _guarded),
)


@dataclass
class PassiveJudge:
    """
    Judges every answer of one worker.

    `relevant` counts, by operation, kind and status, the answers that each requirement was judged on. Answers to
    requests that are no well-formed HTTP, and requests that got no answer, are left out. `canaries` are what must come
    back in none of them (`suites.rig.identities.People.canaries`).
    """

    target: Target
    rows: frozenset[str]
    canaries: Mapping[str, str] = field(default_factory=dict)
    relevant: dict[str, Counter[tuple[str, str, int]]] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)

    def violations(self, answer: Answer) -> list[tuple[str, ContractViolation]]:
        """Return each passive requirement that *answer* breaks, with what is wrong."""
        if not answer.status or answer.request.layer == "transport":
            return []
        found = []
        for each in PASSIVE:
            if each.requirement not in self.rows or not each.relevant(self.target, answer):
                continue
            self._count(each.requirement, answer)
            try:
                each.check(self.target, answer)
                if each.requirement == "HTTP-15":
                    self._unique_id(answer)
                if each.requirement == "DATA-02":
                    no_canary(answer, {v: what for v, what in self.canaries.items() if not carried_on(answer, v, what)})
            except ContractViolation as violation:
                found.append((each.requirement, violation))
        return found

    def _count(self, requirement: str, answer: Answer) -> None:
        operation = answer.request.operation
        kind = classify(self.target, operation, answer) if operation else ""
        self.relevant.setdefault(requirement, Counter())[operation, str(kind), answer.status] += 1

    def _unique_id(self, answer: Answer) -> None:
        """A request identifier that the caller did not choose is given to one request only."""
        given = answer.header("x-request-id") or ""
        if given == answer.request.header("x-request-id"):
            return
        if given in self._ids:
            raise ContractViolation(
                "two requests were given the same identifier",
                expected="a new X-Request-ID",
                actual=given,
                answer=answer,
            )
        self._ids.add(given)

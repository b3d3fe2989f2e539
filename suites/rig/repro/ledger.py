"""Reading the exchanges of a test in order, and saying of each value that was sent where a script has it from."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from contract.answers import Answer, Request
from suites.rig.derivation import derivation_of, is_made_up, minting_key
from suites.rig.repro.codes import step_of
from suites.rig.repro.firsthand import (
    EMAIL,
    is_password,
    makes_admins,
    origin_of_address,
    origin_of_secret,
    origin_of_user_name,
)
from suites.rig.repro.given import base_of, given_by
from suites.rig.repro.history import History
from suites.rig.repro.minting import changes, nearest
from suites.rig.repro.origins import Captured, Changed, Code, Forged, Fresh, Given, Minted, Origin, Variable
from suites.rig.repro.relations import as_expression, made_from
from suites.rig.repro.shell import Reference, parted
from suites.rig.repro.words import Word, header_text, held_by, leaves, text_of_bytes, words_of

PASSED_ON = frozenset({"userId", "next"})  # words of answers that are no secrets, and are sent back
TOKEN = re.compile(r"(?=.*[0-9])[A-Za-z0-9._~+/=-]{16,}")
BASE32 = re.compile(r"[A-Z2-7]{16,}=*")


class Ledger:
    """
    One variable for each value that a script cannot repeat, by the value as it was recorded.

    What a request is the first to say is made up, given or asked for; what an earlier answer held is taken from there.
    `admins` pairs address and password of the accounts that a script has to make at the control port; `chosen` are
    texts that the test chose for what they are, common passwords for example, and so no secrets.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.variables: dict[str, Variable] = {}
        self.admins: dict[Variable, Variable] = {}
        self.chosen: set[str] = set()
        self._given = given_by(history.target)
        self._held: dict[str, Captured] = {}

    def read(self, number: int) -> list[Variable]:
        """Take exchange *number* in; return the variables that its request says."""
        answer = self.history.answers[number]
        for word in words_of(answer.request):
            self._find(word, number)
        used = referenced(answer.request, list(self.variables.values()))
        self._pair(answer.request)
        for held in held_by(answer):
            if held.text not in self.variables and self._is_passed_on(held.text, held.place, answer):
                self._held.setdefault(held.text, Captured(number, held.place, held.expression))
        return used

    # -- what a request says

    def _find(self, word: Word, number: int) -> None:
        """Let there be a variable for *word* unless it is a literal, else for each that stands within it."""
        if not word.text or word.text in self.variables:
            return
        origin = self._origin(word, number)
        if origin:
            self._add(self._base(word, origin), word.text, origin)
            return
        if is_password(word.name) or word.text in self.history.secrets:
            self.chosen.add(word.text)
        for address in EMAIL.finditer(word.text):
            if address[0] != word.text and not self._is_covered(address[0], word.text):
                self._find(Word(address[0], word.name), number)
        for text in sorted(self.history.secrets, key=len, reverse=True):
            if text in word.text and text != word.text and not self._is_covered(text, word.text):
                self._find(Word(text, word.name), number)
        for variable in list(self.variables.values()):
            for expression, made in made_from(variable.value):
                if made in word.text and not self._is_covered(made, word.text):
                    self._add(variable.base, made, Changed(variable, expression))

    def _add(self, base: str, text: str, origin: Origin) -> Variable:
        variable = self.variables[text] = Variable(base, text, origin)
        return variable

    def _is_covered(self, text: str, within: str) -> bool:
        """Whether *text* within a longer word belongs to a variable that stands there."""
        return any(text in known and known in within for known in self.variables)

    def _origin(self, word: Word, number: int) -> Origin | None:
        text = word.text
        if text in self._given:
            return self._given[text].origin
        return (
            self._held.get(text)
            or self._forged(text, number)
            or self._minted(text, number)
            or self._code(text, number)
            or self._changed(text)
            or origin_of_address(text, self.history)
            or origin_of_user_name(word, self.history)
            or origin_of_secret(word, number, self.history)
        )

    def _forged(self, text: str, number: int) -> Forged | None:
        derivation = derivation_of(text)
        if derivation is None:
            return None
        told = repr((derivation.arguments, derivation.named))
        if any(secret in told for secret in self.history.secrets):
            return None
        self._find(Word(derivation.source, "token"), number)
        source = self.variables.get(derivation.source)
        return Forged(source, derivation) if source else None

    def _minted(self, text: str, number: int) -> Minted | None:
        key = minting_key(text)
        own = nearest(text, [*self._held, *self.variables]) if key else None
        if key is None or own is None:
            return None
        self._find(Word(own, "token"), number)
        changed = changes(text, own, key)
        for _, name, leaf in leaves(changed):
            self._find(Word(leaf, name), number)
        told = json.dumps(changed, ensure_ascii=False)
        parts = parted(told, self.variables.values())
        return Minted(self.variables[own], told, tuple(part.variable for part in parts if isinstance(part, Reference)))

    def _code(self, text: str, number: int) -> Code | None:
        profile = self.history.target.profile
        if not (text.isdecimal() and len(text) == profile.code_digits):
            return None
        found = step_of(text, self._code_secrets(), self.history.at_s[number], profile)
        if found is None:
            return None
        secret, step = found
        self._find(Word(secret, "secret"), number)
        known = self.variables.get(secret)
        return Code(known or self._add("SECRET", secret, Given("the secret of the second factor")), step)

    def _code_secrets(self) -> list[str]:
        latest_first = [text for text in reversed(self._held) if BASE32.fullmatch(text)]
        others = {*self.variables, *self._given, *self.history.known}.difference(latest_first)
        return latest_first + [text for text in others if BASE32.fullmatch(text)]

    def _changed(self, text: str) -> Changed | None:
        """Return how *text* is made from the value of a variable; an address only by its letter case and the like."""
        if is_made_up(text):
            return None
        address = EMAIL.fullmatch(text) is not None
        for variable in self.variables.values():
            if variable.value in text or isinstance(variable.origin, Code | Changed):
                continue
            expression = next((each for each, made in made_from(variable.value) if made == text), None)
            if expression is None and (not address or text.casefold() == variable.value.casefold()):
                expression = as_expression(text, variable.value)
            if expression:
                return Changed(variable, expression)
        return None

    def _pair(self, request: Request) -> None:
        """Remember which password goes with an account that only the control port can have made."""
        if request.operation != "loginUser" or not makes_admins(self.history.target):
            return
        words = [(word, self.variables[word.text]) for word in words_of(request) if word.text in self.variables]
        passwords = [variable for word, variable in words if is_password(word.name)]
        for _, variable in words:
            opened = self.history.opened_with(variable.value)
            if EMAIL.fullmatch(variable.value) and passwords and opened and "registerUser" not in opened:
                self.admins.setdefault(variable, passwords[0])

    # -- what an answer holds

    def _is_passed_on(self, text: str, place: str, answer: Answer) -> bool:
        """Whether a later request that says *text* has it from this answer."""
        if text in self.history.known or TOKEN.fullmatch(text):
            return True
        return self._word_at(place, answer) in PASSED_ON

    def _word_at(self, place: str, answer: Answer) -> str:
        """Return the contract's word for what stands at *place* of *answer*, "" where the target file has none."""
        operation = self.history.target.operations.get(answer.request.operation)
        captures = [*self.history.target.scheme.renew.items()]
        captures += [pair for step in (operation.steps if operation else ()) for pair in step.capture.items()]
        return next((word for word, captured in captures if captured.lower() == place.lower()), "")

    def _base(self, word: Word, origin: Origin) -> str:
        """Return what the name of the variable begins with."""
        if word.text in self._given:
            return self._given[word.text].base
        if isinstance(origin, Captured):
            held_at = origin.place
            known = self._word_at(held_at, self.history.answers[origin.exchange])
            names = [part for part in re.split("[/:]", held_at) if not part.isdecimal()]
            return base_of(known or names[-1] or "value")
        if isinstance(origin, Minted):
            return "MINTED_TOKEN"
        if isinstance(origin, Changed | Forged):
            return f"{origin.of.base}_CHANGED".replace("_CHANGED_CHANGED", "_CHANGED")
        if isinstance(origin, Code):
            return "CODE"
        return "EMAIL" if isinstance(origin, Fresh | Given) and EMAIL.fullmatch(word.text) else base_of(word.name)


def referenced(request: Request, variables: Sequence[Variable]) -> list[Variable]:
    """Return those of *variables* whose values a script writes by name when it writes *request*."""
    texts = [
        request.url,
        *(header_text(value) for _, value in request.headers),
        text_of_bytes(request.wire or request.body),
    ]
    parts = [part for text in texts for part in parted(text, variables)]
    return list(dict.fromkeys(part.variable for part in parts if isinstance(part, Reference)))

"""Where a script has its values from: made up, read, taken from an earlier answer, or made from another value."""

from __future__ import annotations

from dataclasses import dataclass

from suites.rig.derivation import Derivation


@dataclass(frozen=True, slots=True)
class Fresh:
    """Made up anew: `before`, random characters of one shape, `after`."""

    shape: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """
    Known to the person who runs the script, and asked for before anything is sent.

    `what` ends the sentence "set it to ..."; `note` says more about it.
    """

    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mailed:
    """In the mail that exchange number `exchange` caused, as the word `word`."""

    exchange: int
    word: str


@dataclass(frozen=True, slots=True)
class Captured:
    """Held by the answer of the exchange number `exchange`, at `place`; see `suites.rig.repro.words.Held`."""

    exchange: int
    place: str
    expression: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """What the Python `expression` makes of the text `t`, which is `of`."""

    of: Variable
    expression: str


@dataclass(frozen=True, slots=True)
class Forged:
    """What a function of the rig makes of `of`."""

    of: Variable
    derivation: Derivation


@dataclass(frozen=True, slots=True)
class Minted:
    """
    Signed at the target's control port, like the token `like` but for `changes`.

    `changes` is JSON, as the function `minted` of the script takes it; `told` are the variables whose values it says.
    """

    like: Variable
    changes: str
    told: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """The one-time code of `secret` at the time step `step`, counted from the Unix epoch."""

    secret: Variable
    step: int


Origin = Fresh | Given | Mailed | Captured | Changed | Forged | Minted | Code


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """What the name of a variable begins with, the value that was recorded, and where a script has its own from."""

    base: str
    value: str
    origin: Origin

    def __repr__(self) -> str:
        return f"Variable({self.base}, {type(self.origin).__name__})"

    @property
    def roots(self) -> tuple[Variable, ...]:
        """The variables that this one is made from, itself among them."""
        if isinstance(self.origin, Changed | Forged):
            return (self, *self.origin.of.roots)
        if isinstance(self.origin, Minted):
            return (self, *self.origin.like.roots, *(root for each in self.origin.told for root in each.roots))
        if isinstance(self.origin, Code):
            return (self, *self.origin.secret.roots)
        return (self,)

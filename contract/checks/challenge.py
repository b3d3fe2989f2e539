"""Authentication challenges, by their real grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from contract.answers import Answer
from contract.checks.fields import QUOTED, TOKEN, FieldSyntaxError, end_of_member, gap, quote, unquote
from contract.checks.violation import shown, violation

_SCHEME = re.compile(rf"({TOKEN})(?: +|(?=[\t,])|\Z)")
_PARAMETER = re.compile(rf"({TOKEN})[ \t]*=[ \t]*({TOKEN}|{QUOTED})")
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|\Z))")


@dataclass(frozen=True, slots=True)
class Challenge:
    """
    One challenge: a scheme with parameters, or with one `token68`, or bare.

    `parameters` keeps order and letter case; names and schemes compare without regard to case.
    """

    scheme: str
    parameters: tuple[tuple[str, str], ...] = ()
    token68: str = ""

    def get(self, name: str) -> str | None:
        """Return the value of the parameter *name*, or None."""
        return next((value for key, value in self.parameters if key.lower() == name.lower()), None)

    def __str__(self) -> str:
        """Return the challenge as it may be sent; every value as a quoted string."""
        rest = self.token68 or ", ".join(f"{name}={quote(value)}" for name, value in self.parameters)
        return f"{self.scheme} {rest}" if rest else self.scheme


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """
    Return the challenges that one or several WWW-Authenticate fields hold, in order.

    A comma separates both challenges and the parameters of one; what follows it is a parameter if it reads
    `name = value` and the challenge before it has begun a list of parameters, else a new challenge.

    Raises:
        FieldSyntaxError: the fields do not follow the grammar, or a challenge repeats a parameter.

    Source: RFC 9110 sections 11.2, 11.3 and 11.6.1.
    """
    text = ", ".join(values)
    challenges: list[Challenge] = []
    takes_parameters = False
    position = gap(text, 0)
    while position < len(text):
        parameter = _PARAMETER.match(text, position)
        if parameter and takes_parameters:
            challenges[-1] = _with(challenges[-1], parameter)
            position = end_of_member(text, parameter.end())
            continue
        scheme = None if parameter else _SCHEME.match(text, position)
        if not scheme:
            raise FieldSyntaxError(f"no challenge at character {position}")
        takes_parameters = scheme[0].endswith(" ")
        position = scheme.end()
        token68 = _TOKEN68.match(text, position) if takes_parameters else None
        if token68:
            takes_parameters = False
            position = token68.end()
        challenges.append(Challenge(scheme[1], token68=token68[0] if token68 else ""))
        if not (takes_parameters and _PARAMETER.match(text, position)):
            position = end_of_member(text, position)
    return challenges


def challenge(answer: Answer, *, scheme: str | None = None, error: str | None = None) -> Answer:
    """
    Return *answer* if it carries at least one challenge, and one as asked for.

    Args:
        scheme: The scheme that one of the challenges must have, in any letter case; None for any.

        error: The error code that this challenge must give; "" if it must give none; None if either will do.

    Source: RFC 9110 sections 11.6.1 and 15.5.2; RFC 6750 section 3.
    """
    values = answer.header_list("www-authenticate")
    expected = f"WWW-Authenticate with {_wanted(scheme, error)}"
    if not values:
        raise violation(answer, "there is no challenge", expected=expected, actual="no WWW-Authenticate")
    actual = f"WWW-Authenticate: {shown(', '.join(values))}"
    try:
        challenges = parse_challenges(values)
    except FieldSyntaxError as fault:
        raise violation(
            answer, f"the challenge does not follow the grammar: {fault}", expected=expected, actual=actual
        ) from None
    if not challenges:
        raise violation(answer, "the list of challenges is empty", expected=expected, actual=actual)
    of_scheme = [one for one in challenges if scheme is None or one.scheme.lower() == scheme.lower()]
    if not of_scheme:
        raise violation(answer, "the scheme is another", expected=expected, actual=actual)
    if error is not None and not any((one.get("error") or "") == error for one in of_scheme):
        raise violation(answer, "the error code is another", expected=expected, actual=actual)
    return answer


def _with(challenge: Challenge, parameter: re.Match[str]) -> Challenge:
    name, value = parameter[1], unquote(parameter[2])
    if challenge.get(name) is not None:
        raise FieldSyntaxError(f"the parameter {name} is repeated in one challenge")
    return Challenge(challenge.scheme, (*challenge.parameters, (name, value)))


def _wanted(scheme: str | None, error: str | None) -> str:
    what = f"a challenge of the scheme {scheme}" if scheme else "at least one challenge"
    if error is None:
        return what
    return f'{what} and error="{error}"' if error else f"{what} and no error code"

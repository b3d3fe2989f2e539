"""What was said in the exchanges of a test, and which answers let somebody in."""

from __future__ import annotations

import time
from collections.abc import Sequence

from contract.answers import Answer, Kind
from contract.classify import classify
from contract.masking.places import SECRET_NAMES
from contract.secret import Secret
from contract.targets.model import Target
from suites.rig.repro.words import words_of

SHORTEST = 6  # characters of a secret, as for masking by value
OPENS = frozenset({Kind.ACCEPTED, Kind.CHALLENGED, Kind.PENDING})
ROUNDING_S = 1e-9  # of the sum of a time and a duration


class History:
    """
    The exchanges in the order in which they ended.

    `said` has the words of each request, `opened` whether its answer was a success. `known` are the secrets of this
    process, `secrets` those that some request says. `at_s` is the target's Unix time at each request.
    """

    def __init__(self, target: Target, answers: Sequence[Answer], moved_s: Sequence[float]) -> None:
        self.target = target
        self.answers = answers
        self.said = [frozenset(word.text for word in words_of(answer.request)) for answer in answers]
        self.opened = [self._success(answer) for answer in answers]
        everything = "\n".join(text for texts in self.said for text in texts)
        self.known = Secret.known()
        self.secrets = {text for text in self.known if is_worth_hiding(text) and text in everything}
        wall_s = time.time() - time.monotonic()
        self.at_s = [wall_s + answer.sent_at_s + moved for answer, moved in zip(answers, moved_s, strict=True)]

    def opened_with(self, text: str) -> list[str]:
        """Return the operations that were a success with a request that says *text*."""
        each = zip(self.answers, self.said, self.opened, strict=True)
        return [answer.request.operation for answer, said, opened in each if opened and text in said]

    def _success(self, answer: Answer) -> bool:
        operation = answer.request.operation
        if operation in self.target.operations:
            return classify(self.target, operation, answer) in OPENS
        return 200 <= answer.status < 300


def is_worth_hiding(text: str) -> bool:
    """Whether the Secret *text* must not be shown: those that are too short, or a common name of a member, may be."""
    return len(text) >= SHORTEST and text.lower() not in SECRET_NAMES


def races(answers: Sequence[Answer]) -> list[range]:
    """
    Return the numbers of the answers whose requests were under way together, as ranges; one alone is a range too.

    Whoever sends one request after another has each answer before the next is sent.
    """
    found: list[range] = []
    end_s = float("-inf")
    for number, answer in enumerate(answers):
        if found and answer.sent_at_s < end_s - ROUNDING_S:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
            end_s = float("-inf")
        end_s = max(end_s, answer.sent_at_s + answer.elapsed_s)
    return found

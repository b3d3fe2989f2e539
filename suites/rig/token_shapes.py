"""What looks like a token in an answer, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable

from contract.answers import Answer
from contract.masking.shapes import spans
from contract.secret import Secret


def token_shaped(answer: Answer, *, besides: Iterable[Secret | None] = ()) -> list[str]:
    """Return each text of the body, the headers and the cookies that looks like a token and is no part of *besides*."""
    texts = [answer.body.decode("utf-8", "replace"), *(value for _, value in answer.headers)]
    known = [secret.reveal() for secret in besides if secret]
    found = {text[start:end]: None for text in texts for start, end in spans(text)}
    return [token for token in found if not any(token in text for text in known)]

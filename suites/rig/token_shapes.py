"""What looks like a token in an answer, wherever it stands."""

from __future__ import annotations

from contract.answers import Answer
from contract.masking.shapes import spans
from contract.secret import Secret


def token_shaped(answer: Answer, *, besides: Secret | None = None) -> list[str]:
    """Return each text of the body, the headers and the cookies that looks like a token, without *besides*."""
    texts = [answer.body.decode("utf-8", "replace"), *(value for _, value in answer.headers)]
    known = besides.reveal() if besides else ""
    found = {text[start:end]: None for text in texts for start, end in spans(text)}
    return [token for token in found if token not in (known, "")]

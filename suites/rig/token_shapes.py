"""What looks like a token in an answer, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from contract.answers import Answer
from contract.masking.shapes import spans
from contract.secret import Secret

NAMES_THE_REQUEST = re.compile(r"request-?id|correlation|trace", re.IGNORECASE)


def token_shaped(answer: Answer, *, besides: Iterable[Secret | None] = ()) -> list[str]:
    """
    Return each text of the body, the headers and the cookies that looks like a token and is no part of *besides*.

    What names the request or its trace is none.
    """
    headers = [value for name, value in answer.headers if not NAMES_THE_REQUEST.search(name)]
    texts = [answer.body.decode("utf-8", "replace"), *headers]
    known = [secret.reveal() for secret in besides if secret]
    found = {text[start:end]: None for text in texts for start, end in spans(text)}
    return [token for token in found if not any(token in text for text in known)]

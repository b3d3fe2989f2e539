"""Whatever was exchanged, there is a script of it that bash can read and that tells no secret."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.answers import Answer, Request
from contract.secret import Secret
from contract.targets.contract_speech import operations
from contract.targets.model import Target
from suites.rig.derivation import made_up
from suites.rig.repro import script

URL = "http://api.test/api/v1"
TARGET = Target("made up", URL, operations=operations())
SECRETS = ["eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "tok-0123456789abcdef", "$(touch x) `y` 1a", "JBSWY3DPEHPK3PXP"]
TEXTS = st.one_of(
    st.sampled_from([*SECRETS, "Mary.1@main-abc.example.com", "a@x.example.com", "123456", "'; \"`\\!"]),
    st.text(st.characters(), max_size=20),
)
NAMES = st.one_of(TEXTS, st.sampled_from(["email", "password", "newPassword", "token", "code"]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
LATIN = st.one_of(st.sampled_from(SECRETS), st.text(st.characters(max_codepoint=255), max_size=20))
FIELDS = st.tuples(st.sampled_from(["Authorization", "Cookie", "X-Token", "Content-Type", "Bad Name", "Host"]), LATIN)
SAID = st.tuples(st.sampled_from(["Set-Cookie", "Location", "X-Auth-Token"]), LATIN)
PATHS = st.text(st.characters(min_codepoint=32, max_codepoint=300), max_size=15)
BODIES = st.one_of(
    VALUES.map(lambda value: json.dumps(value).encode()),
    VALUES.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")[:-1]),
    st.binary(max_size=40),
)
REQUESTS = st.builds(
    lambda method, path, headers, body, operation, wire: Request(
        method, f"{URL}/{path}", tuple(headers), body, operation, wire=wire
    ),
    st.sampled_from(["GET", "POST", "HEAD", "get", "B OO"]),
    PATHS,
    st.lists(FIELDS, max_size=4),
    BODIES,
    st.sampled_from([*operations(), "", "'; weird"]),
    st.sampled_from([b"", b"", b"GET /\xff\0\r\n"]),
)
ANSWERS = st.builds(
    lambda request, status, headers, value, sent_at_s, elapsed_s: Answer(
        request, status, tuple(headers), json.dumps(value).encode(), sent_at_s=sent_at_s, elapsed_s=elapsed_s
    ),
    REQUESTS,
    st.sampled_from([0, 200, 201, 401, 429, 500]),
    st.lists(SAID, max_size=3),
    VALUES,
    st.floats(0, 100),
    st.floats(0, 5),
)


@settings(max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ANSWERS, min_size=1, max_size=5), TEXTS, st.data())
def test_there_is_a_script_of_whatever_was_exchanged(exchanges: list[Answer], words: str, data: Any) -> None:
    for secret in SECRETS:
        Secret(made_up(secret))
    exchanges.sort(key=lambda answer: answer.sent_at_s)

    text = script("LOGIN-06", words, words, words, exchanges, data.draw(st.sampled_from(exchanges)), TARGET)

    assert not [secret for secret in SECRETS if secret in text]
    read = subprocess.run(["bash", "-n"], input=text.encode("utf-8"), capture_output=True, check=False)
    assert (read.returncode, read.stderr) == (0, b""), text

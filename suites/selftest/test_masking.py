"""Masking by value: a secret is in no output, whatever it was encoded in on its way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract.answers import Answer, Request
from contract.masking import contains_secret, mask_body, mask_exchange, mask_headers, mask_text
from contract.masking.places import SECRET_NAMES
from contract.masking.values import ValueIndex
from contract.results import Judgement, Recorder, Verdict, load, save
from contract.secret import Secret
from suites.selftest.spellings import (
    ENCODINGS,
    NESTED,
    Encode,
    basic,
    form,
    json_ascii,
    json_upper,
    jwt,
    percent,
    plain,
)

CANARY = "kÄnary/1+2 \"q\\w'?&=%7"
SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=64).filter(
    lambda text: text.lower() not in SECRET_NAMES  # "password" as a password is masked by its place only
)


@pytest.fixture(autouse=True, scope="module")
def own_secrets() -> Iterator[None]:
    """Forget the secrets of other tests, and let them forget those made here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Secret, "_known", {})
        patch.setattr("contract.masking.text._KNOWN", ValueIndex())
        yield


names = pytest.mark.parametrize("encode", ENCODINGS, ids=lambda each: each.__name__)


def sentence(text: str) -> str:
    return f"the server said: {text} (twice)"


@names
def test_the_canary_is_in_no_output(encode: Encode) -> None:
    Secret(CANARY)
    text = sentence(encode(CANARY))

    assert contains_secret(text, [CANARY])
    assert not contains_secret(mask_text(text), [CANARY])
    assert mask_text(text).startswith("the server said: ")
    assert mask_text(text).endswith(" (twice)")


@names
@settings(max_examples=60, deadline=None)
@given(secret=SECRETS)
def test_no_secret_is_in_any_output(encode: Encode, secret: str) -> None:
    assume(secret not in sentence(encode("")))
    Secret(secret)

    assert not contains_secret(mask_text(sentence(encode(secret))), [secret])


@pytest.mark.parametrize(("inner", "outer"), NESTED, ids=lambda each: each.__name__)
@settings(max_examples=12, deadline=None)
@given(secret=SECRETS)
def test_no_secret_is_in_any_output_of_two_encodings(inner: Encode, outer: Encode, secret: str) -> None:
    assume(secret not in sentence(outer(inner(""))))
    Secret(secret)

    assert not contains_secret(mask_text(sentence(outer(inner(secret)))), [secret])


@settings(max_examples=60, deadline=None)
@given(secret=SECRETS, data=st.data())
def test_no_secret_is_in_any_output_of_a_mixed_spelling(secret: str, data: st.DataObject) -> None:
    """A server may escape what it likes: every character here is spelled by a way of its own."""
    ways: list[Encode] = [plain, json_upper, lambda each: json.dumps(each)[1:-1]]
    assume("\\" not in secret)
    Secret(secret)
    spelled = "".join(data.draw(st.sampled_from(ways))(each) for each in secret)

    assert mask_text(sentence(spelled)) == sentence("***")


@settings(max_examples=40, deadline=None)
@given(secret=SECRETS)
def test_masking_twice_is_masking_once(secret: str) -> None:
    Secret(secret)
    for encode in (json_ascii, form, basic, jwt):
        once = mask_text(sentence(encode(secret)))
        assert mask_text(once) == once


# -- through everything that is written


@names
def test_the_canary_is_in_no_results(encode: Encode, tmp_path: Path) -> None:
    """Of an exchange, a message, a note or the command line, nothing reaches the disk unmasked."""
    Secret(CANARY)
    said = encode(CANARY)
    typed = said.encode()
    request = Request(
        "POST",
        f"http://127.0.0.1:8000/x?q={percent(said)}",
        headers=(("Authorization", f"Basic {basic(CANARY)}"), ("X-Note", said), ("Content-Type", "application/json")),
        body=typed,
    )
    answer = Answer(request, 400, headers=(("Content-Type", "text/plain"), ("Set-Cookie", f"a={said}")), body=typed)
    with Recorder(tmp_path, "gw0") as recorder:
        recorder.judgement(Judgement("LOGIN-02", Verdict.FAIL, message=said, expected=said, actual=said, test="t"))
        recorder.judgement(Judgement("LOGIN-02", Verdict.FAIL, test="u", exchanges=(mask_exchange(answer),)))
        recorder.note(said)

    save(load(tmp_path), tmp_path)

    written = {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()}
    assert set(written) == {"worker-gw0.jsonl", "results.json"}
    for text in written.values():
        assert not contains_secret(text, [CANARY])
        assert "kÄn" not in text


@pytest.mark.parametrize(
    "short",
    [
        base64.b64encode(percent("hé/bou").encode()).decode(),
        base64.b64encode(b"hunter22").decode(),
        base64.b64encode(base64.b64encode(b"hunter22")).decode(),
        base64.b64encode(json.dumps('x"y"zz').encode()).decode(),
    ],
)
def test_a_short_base64_text_is_read_whatever_it_holds(short: str) -> None:
    for secret in ("hé/bou", "hunter22", 'x"y"zz'):
        Secret(secret)

    assert mask_text(f'{{"note": "{short}"}}') == '{"note": "***"}'


def test_a_secret_is_masked_composed_and_decomposed() -> None:
    """A server may bring a password into Unicode's normal form before it repeats it."""
    Secret("caf\u00e9-noisette")
    Secret("cafe\u0301-au-lait")

    assert mask_text("cafe\u0301-noisette, caf\u00e9-au-lait") == "***, ***"


def test_a_secret_made_later_is_masked_too() -> None:
    text = "it said zebra-crossing-77"

    assert mask_text(text) == text
    Secret("zebra-crossing-77")
    assert mask_text(text) == "it said ***"


@pytest.mark.parametrize("ellipsis", ["…", "..."])
def test_a_secret_that_a_message_cuts_is_masked(ellipsis: str) -> None:
    Secret("correct horse battery staple 4711")

    assert mask_text(f"is correct horse batt{ellipsis} and more") == f"is ***{ellipsis} and more"
    assert mask_text("a correct horse battery farm... is kind") == "a correct horse battery farm... is kind"


def test_a_body_is_masked_before_it_is_cut() -> None:
    Secret("tulip-garden-99/secret-part")
    body = b"x" * 4090 + b"tulip-garden-99/secret-part"

    assert mask_body(body, "text/plain") == "x" * 4090 + "***"


def test_many_secrets_that_begin_alike_are_each_masked() -> None:
    for number in range(3000):
        Secret(f"correct horse battery {number:05}")

    assert mask_text("'correct horse battery 01234', not 'correct horse battery x'") == (
        "'***', not 'correct horse battery x'"
    )


def test_headers_are_masked_by_value() -> None:
    Secret("opaque-thing-0815")

    assert mask_headers((("Location", "/x/opaque-thing-0815?y=1"),)) == (("Location", "/x/***?y=1"),)


# -- short and common values


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        ("123456", 'enter 123456, not 1234567 or "123456"', 'enter ***, not 1234567 or "***"'),
        ("000000", "2026-11-21T10:00:00.000000Z and 000000", "2026-11-21T10:00:00.000000Z and ***"),
        ("12345678", "12345678 and 0x123456789", "*** and 0x123456789"),
        ("garbage", "garbage and garbagecollector", "*** and garbagecollector"),
        ("user", "the user has a user name", "the user has a user name"),
        ("1234", "port 1234", "port 1234"),
        ("password", "the password is too short", "the password is too short"),
        ("password", '{"password": "password"}', '{"password": "***"}'),
        ("hunter22", "xhunter22y", "x***y"),
    ],
)
def test_a_short_or_common_value_is_masked_where_it_stands_alone(secret: str, text: str, masked: str) -> None:
    Secret(secret)

    assert mask_text(text) == masked

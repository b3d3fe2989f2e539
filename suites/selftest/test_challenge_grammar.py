"""Authentication challenges are read by the grammar of RFC 9110 section 11.6.1, and nothing makes the reading crash."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.checks.challenge import Challenge, challenge, parse_challenges
from contract.checks.fields import FieldSyntaxError, quote
from contract.errors import ContractViolation
from suites.selftest.answered import answered

REPEATABLE = settings(deadline=None, database=None, derandomize=True)
TOKENS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=8)
TEXTS = st.text([chr(c) for c in (9, *range(32, 127), *range(128, 256))], max_size=12)
TOKEN68 = st.builds(
    str.__add__,
    st.text(string.ascii_letters + string.digits + "-._~+/", min_size=1, max_size=12),
    st.sampled_from(["", "=", "=="]),
)
PARAMETERS = st.lists(st.tuples(TOKENS, TEXTS), max_size=4, unique_by=lambda pair: pair[0].lower())
CHALLENGES = st.lists(
    st.builds(Challenge, TOKENS, PARAMETERS.map(tuple)) | st.builds(Challenge, TOKENS, st.just(()), TOKEN68),
    min_size=1,
    max_size=4,
)


@REPEATABLE
@given(CHALLENGES, st.data())
def test_what_is_printed_is_read_back(challenges, data):
    fields = [str(one) for one in challenges]
    cuts = data.draw(st.sets(st.integers(1, len(fields))))
    starts = [0, *sorted(cuts), len(fields)]
    lines = [", ".join(fields[begin:end]) for begin, end in pairwise(starts) if begin < end]

    assert parse_challenges(lines) == challenges


@REPEATABLE
@given(CHALLENGES, st.data())
def test_blanks_empty_members_and_bare_tokens_change_nothing(challenges, data):
    blank = st.sampled_from(["", " ", "\t", " \t "])
    comma = st.builds("{}{}{}{}".format, blank, st.sampled_from([",", ",,", ", ,"]), blank, st.just(""))

    def spelled(one: Challenge) -> str:
        if not one.parameters:
            return str(one)
        parts = []
        for name, value in one.parameters:
            bare = value and all(c in string.ascii_letters + string.digits for c in value) and data.draw(st.booleans())
            parts.append(f"{name}{data.draw(blank)}={data.draw(blank)}{value if bare else quote(value)}")
        text = parts[0]
        for part in parts[1:]:
            text += data.draw(comma) + part
        return f"{one.scheme}{data.draw(st.sampled_from([' ', '   ']))}{text}"

    text = data.draw(st.sampled_from(["", ", ", ",,"]))
    for index, one in enumerate(challenges):
        text += (data.draw(comma) if index else "") + spelled(one)

    assert parse_challenges([text]) == challenges


@settings(REPEATABLE, max_examples=400)
@given(st.lists(st.text() | st.text('ab=," \\\t;'), max_size=3))
def test_garbage_is_refused_and_never_crashes(values):
    try:
        challenges = parse_challenges(values)
    except FieldSyntaxError as fault:
        assert str(fault)
    else:
        assert parse_challenges([", ".join(map(str, challenges))]) == challenges


@pytest.mark.parametrize(
    ("text", "challenges"),
    [
        ("Bearer", [Challenge("Bearer")]),
        ("Basic, Bearer", [Challenge("Basic"), Challenge("Bearer")]),
        (
            'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
            [
                Challenge("Newauth", (("realm", "apps"), ("type", "1"), ("title", 'Login to "apps"'))),
                Challenge("Basic", (("realm", "simple"),)),
            ],
        ),
        ('Bearer realm="a, Basic b=c"', [Challenge("Bearer", (("realm", "a, Basic b=c"),))]),
        ("Negotiate YII==, NTLM", [Challenge("Negotiate", (), "YII=="), Challenge("NTLM")]),
        ("Negotiate abc=", [Challenge("Negotiate", (), "abc=")]),
        ("Bearer realm=", [Challenge("Bearer", (), "realm=")]),
        ('Bearer ,realm="x"', [Challenge("Bearer", (("realm", "x"),))]),
        ("Digest nonce = 7, qop=auth", [Challenge("Digest", (("nonce", "7"), ("qop", "auth")))]),
        ("", []),
        (" , ,", []),
    ],
)
def test_the_forms_of_the_grammar_are_read(text, challenges):
    assert parse_challenges([text]) == challenges


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('realm="x"', "no challenge at character 0"),
        ('Bearer, realm="x"', "no challenge at character 8"),
        ('Bearer realm="x', "a comma is missing at character 7"),
        ('Bearer realm="x" error="y"', "a comma is missing at character 16"),
        ('Bearer: realm="x"', "no challenge at character 0"),
        ('Bearer realm="a", REALM="b"', "the parameter REALM is repeated in one challenge"),
        ('"Bearer"', "no challenge at character 0"),
        ("Bearer\u00e9", "no challenge at character 0"),
        ("Negotiate abc=, nonce=7", "no challenge at character 16"),
        ("{'Bearer': 1}", "no challenge at character 0"),
    ],
)
def test_what_breaks_the_grammar_is_refused(text, fault):
    with pytest.raises(FieldSyntaxError) as raised:
        parse_challenges([text])

    assert str(raised.value) == fault


def test_a_hostile_field_is_read_in_bounded_time():
    for text in ("a=" * 50_000, "a " * 50_000, '"' * 100_000, "a" * 100_000 + "(", "Bearer a" + " " * 100_000 + "b"):
        with pytest.raises(FieldSyntaxError):
            parse_challenges([text])


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        (["WWW-Authenticate: Bearer"], {}),
        (["WWW-Authenticate: bearer"], {"scheme": "Bearer"}),
        (['www-authenticate: Basic realm="x"', 'WWW-Authenticate: Bearer error="invalid_token"'], {"scheme": "Bearer"}),
        (['WWW-Authenticate: Bearer realm="x", error="invalid_token"'], {"scheme": "Bearer", "error": "invalid_token"}),
        (['WWW-Authenticate: Bearer realm="x"'], {"scheme": "Bearer", "error": ""}),
    ],
)
def test_a_challenge_as_asked_for_is_accepted(fields, asked):
    answer = answered(401, *fields)

    assert challenge(answer, **asked) is answer


@pytest.mark.parametrize(
    ("fields", "asked", "fault", "expected", "actual"),
    [
        ([], {}, "there is no challenge", "at least one challenge", "no WWW-Authenticate"),
        (["WWW-Authenticate:"], {}, "the list of challenges is empty", "at least one challenge", "WWW-Authenticate: "),
        (
            ['WWW-Authenticate: realm="x"'],
            {},
            "the challenge does not follow the grammar: no challenge at character 0",
            "at least one challenge",
            'WWW-Authenticate: realm="x"',
        ),
        (
            ['WWW-Authenticate: XBearer realm="Bearer"'],
            {"scheme": "Bearer"},
            "the scheme is another",
            "a challenge of the scheme Bearer",
            'WWW-Authenticate: XBearer realm="Bearer"',
        ),
        (
            ['WWW-Authenticate: Bearer realm="invalid_token"'],
            {"scheme": "Bearer", "error": "invalid_token"},
            "the error code is another",
            'a challenge of the scheme Bearer and error="invalid_token"',
            'WWW-Authenticate: Bearer realm="invalid_token"',
        ),
        (
            ['WWW-Authenticate: Bearer error="invalid_token"'],
            {"error": ""},
            "the error code is another",
            "at least one challenge and no error code",
            'WWW-Authenticate: Bearer error="invalid_token"',
        ),
    ],
)
def test_another_challenge_is_refused_with_what_was_expected(fields, asked, fault, expected, actual):
    with pytest.raises(ContractViolation) as raised:
        challenge(answered(401, *fields), **asked)

    assert str(raised.value) == (
        f"GET /api/v1/users/me, answered 401: {fault}\n"
        f"  expected   WWW-Authenticate with {expected}\n"
        f"  actual     {actual}"
    )

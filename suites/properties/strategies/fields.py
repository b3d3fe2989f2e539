"""Values of header fields: media types, what is accepted, credentials, identifiers, origins."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"  # RFC 9110 section 5.6.2
SAFELISTED = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
"""What a foreign page may send without asking. Source: the Fetch standard, section 2.2.2."""
OTHERS = ("application/xml", "text/json", "application/jsonp", "application/javascript", "text/html", "image/png")


def other_media_types() -> SearchStrategy[str]:
    """Return media types that are not JSON, in any letter case and with parameters; "" for none."""
    token = st.text(string.ascii_lowercase + string.digits + "-.", min_size=1, max_size=12)
    invented = st.tuples(token, token).map("/".join).filter(lambda name: "json" not in name)
    known = st.sampled_from((*SAFELISTED, *OTHERS))
    cased = (known | invented).flatmap(lambda name: st.sampled_from([name, name.upper(), name.title()]))
    parameters = st.sampled_from(["", "; charset=utf-8", ";charset=latin-1", '; profile="json"'])
    return st.just("") | st.tuples(cased, parameters).map("".join)


def accepted_types() -> SearchStrategy[str]:
    """Return values of Accept: lists with weights, wildcards, and what is no list at all."""
    name = st.sampled_from(["*/*", "application/*", "application/json", "text/csv", "text/html", "image/webp", "a/b"])
    weight = st.sampled_from(["", ";q=0", ";q=0.1", ";q=1", ";q=1.5", ";q=x", "; q=0.5", ";level=1"])
    each = st.tuples(name, weight).map("".join)
    lists = st.lists(each, min_size=1, max_size=4).map(", ".join)
    junk = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
    return lists | junk


def credentials(word: str) -> SearchStrategy[str]:
    """Return values of Authorization that are no *word* and a live token: other schemes, other layouts, rubbish."""
    rubbish = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60).map(str.strip)
    schemes = st.sampled_from([word, word.upper(), "Basic", "Digest", "Token", "Negotiate", f"{word}{word}", ""])
    blanks = st.sampled_from([" ", "  ", "\t", "", ", ", "="])
    return st.tuples(schemes, blanks, rubbish).map("".join).map(str.strip) | rubbish


def identifiers() -> SearchStrategy[str]:
    """Return identifiers of requests as callers send them: usual ones, long ones, and ones of odd characters."""
    usual = st.uuids().map(str) | st.text(string.ascii_letters + string.digits + "-_", min_size=8, max_size=64)
    odd = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=300).map(str.strip)
    long = st.integers(65, 8000).map(lambda length: "r" * length)
    markup = st.sampled_from(["<script>alert(1)</script>", "%0d%0aSet-Cookie: a=b", "' OR 1=1 --", "${jndi:ldap://x}"])
    return usual | odd.filter(bool) | long | markup


def origins_near(origin: str) -> SearchStrategy[str]:
    """Return origins that are not *origin* and that a careless comparison might take for it."""
    parts = urlsplit(origin)
    scheme, host = parts.scheme, parts.netloc
    label = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)

    def without(at: int) -> str:
        here = at % len(host)
        return f"{scheme}://{host[:here]}{host[here + 1 :]}"

    return st.one_of(
        label.map(lambda text: f"{origin}.{text}.example"),
        label.map(lambda text: f"{scheme}://{text}{host}"),
        label.map(lambda text: f"{scheme}://{text}.{host}"),
        label.map(lambda text: f"{scheme}://{host}{text}"),
        label.map(lambda text: f"{scheme}://{text}.example"),
        label.map(lambda text: f"{scheme}://{text}.example#{host}"),
        st.integers(1, 65535).map(lambda port: f"{origin}:{port}"),
        st.integers(0, 60).map(without),
        st.sampled_from(
            [
                "null",
                "*",
                f"{'http' if scheme == 'https' else 'https'}://{host}",
                f"{scheme}://{host}_",
                f"{scheme}://{host.replace('.', 'x', 1)}",
                f"{scheme}://{host}%60.example",
                f"{scheme}://{host}/",
            ]
        ),
    ).filter(lambda other: other.lower() not in (origin.lower(), f"{origin}:443".lower(), f"{origin}:80".lower()))

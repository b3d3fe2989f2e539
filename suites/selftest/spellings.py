"""What texts do to a value on its way through requests, answers, logs and messages."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Encode = Callable[[str], str]


def percent(text: str) -> str:
    return quote(text, safe="")


def lower_percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def partly_percent(text: str) -> str:
    return quote(text, safe="!'()*/:;,@&=$?#[]")


def in_a_path(text: str) -> str:
    return "/x/" + quote(text, safe="+!$'()*,;=:@")


def form(text: str) -> str:
    return f"a=1&note={quote_plus(text)}&b=2"


def json_ascii(text: str) -> str:
    return json.dumps({"note": text, "n": 1})


def json_wide(text: str) -> str:
    return json.dumps({"note": text}, ensure_ascii=False)


def json_upper(text: str) -> str:
    return "".join(f"\\u{unit:04X}" for unit in utf16(text))


def utf16(text: str) -> list[int]:
    data = text.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]


def json_slashes(text: str) -> str:
    return json.dumps([text]).replace("/", "\\/")


def basic(text: str) -> str:
    return base64.b64encode(f"user:{text}".encode()).decode()


def basic_shifted(text: str) -> str:
    return base64.b64encode(f"users:{text}:more".encode()).decode()


def basic_shifted_again(text: str) -> str:
    return base64.b64encode(f"client:{text}".encode()).decode()


def url_safe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def in_binary(text: str) -> str:
    return base64.b64encode(b"\x00\xff\xfe" + text.encode() + b"\x80\x01").decode()


def python(text: str) -> str:
    return repr({"note": text})


def python_ascii(text: str) -> str:
    return ascii([text])


def python_bytes(text: str) -> str:
    return repr(text.encode())


def markup(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def markup_numbers(text: str) -> str:
    return "".join(f"&#{ord(each)};" for each in text)


def header_bytes(text: str) -> str:
    return text.encode().decode("latin-1")


def jwt(text: str) -> str:
    parts = ({"alg": "none"}, {"sub": "1", "pw": text})
    return ".".join(url_safe(json.dumps(part)) for part in parts) + "."


def plain(text: str) -> str:
    return text


ENCODINGS: list[Encode] = [
    plain, percent, lower_percent, partly_percent, in_a_path, form, json_ascii, json_wide, json_upper, json_slashes,
    basic,
    basic_shifted, basic_shifted_again, url_safe, in_binary, python, python_ascii, python_bytes, markup,
    markup_numbers, header_bytes, jwt,
]  # fmt: skip
NESTED: list[tuple[Encode, Encode]] = [
    (inner, outer)
    for inner in (percent, form, json_ascii, json_wide, basic, python, python_bytes, markup, jwt)
    for outer in (percent, form, json_ascii, json_wide, basic, python, python_bytes, markup)
]

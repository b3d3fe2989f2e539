"""Reading JSON (RFC 8259) into a tree with lines, which the standard reader does not keep."""

from __future__ import annotations

import json
import re
from typing import Any

from contract.document.tree import Tree, TreeBuilder

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<text>"[^"\\\x00-\x1f]*(?:\\["\\/bfnrtu][^"\\\x00-\x1f]*)*")
      | (?P<mark>[\[\]{},:])
      | (?P<word>-?[0-9][0-9.eE+-]{0,400}|true|false|null)
      | (?P<end>\Z))""",
    re.VERBOSE,
)


_SPACE = re.compile(r"[ \t\r\n]*")


def read_json(text: str, source: str) -> Tree:
    """
    Return the tree of the JSON document in *text*.

    Raises:
        BindingError: not JSON, a bound passed, repeated keys; *source* and line first.
    """
    builder = TreeBuilder(source)
    opened: list[str] = []
    due = "a value"
    line, position = 1, 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
            line = text.count("\n", 0, position) + 1
            raise builder.fault(line, f"not JSON: {due} is due, not {text[position : position + 20]!r}.")
        kind = match.lastgroup
        token = match[kind]  # type: ignore[index]
        line += text.count("\n", position, match.start(kind))  # type: ignore[arg-type]
        position = match.end()
        if kind == "end":
            break
        if kind == "text" and due.startswith("a key"):
            builder.key(_loaded(token, line, builder), line)
            due = "a colon"
        elif kind in {"text", "word"} and due.startswith("a value"):
            builder.scalar(_loaded(token, line, builder), line)
            due = "a comma or an end" if opened else "nothing more"
        elif token in "{[" and due.startswith("a value"):
            builder.open({} if token == "{" else [], line)
            opened.append("}" if token == "{" else "]")
            due = "a key or }" if token == "{" else "a value or ]"
        elif opened and token == opened[-1] and (due == "a comma or an end" or due.endswith(token)):
            builder.close()
            opened.pop()
            due = "a comma or an end" if opened else "nothing more"
        elif token == "," and due == "a comma or an end":
            due = "a key" if opened[-1] == "}" else "a value"
        elif token == ":" and due == "a colon":
            due = "a value"
        else:
            raise builder.fault(line, f"not JSON: {due} is due, not {token[:20]!r}.")
    if due != "nothing more":
        raise builder.fault(line, f"not JSON: it ends where {due} is due.")
    return builder.finish()


def _loaded(token: str, line: int, builder: TreeBuilder) -> Any:
    """Return the value of one text, number or word; numbers beyond a double and unpaired surrogates are refused."""
    if token[0] == '"' and "\\" not in token:
        return token[1:-1]
    try:
        value = json.loads(token)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise builder.fault(line, f"not JSON: {token[:40]!r} is no valid value.") from None
    return value

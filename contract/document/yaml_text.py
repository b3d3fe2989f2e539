"""Reading YAML 1.2 (core schema) into a tree: `no` is a text, `2026-11-20` is a text, the key 200 is "200"."""

from __future__ import annotations

import re
from typing import Any

import yaml

from contract.document.tree import Tree, TreeBuilder
from contract.errors import BindingError

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER_START = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_BASED = re.compile(r"0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]{1,400}|[0-9]{1,400}(\.[0-9]{0,400})?)([eE][-+]?[0-9]{1,3})?")

_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_CORE_TAGS = _TEXT_TAGS | {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "map", "seq")}


def read_yaml(text: str, source: str) -> Tree:
    """
    Return the tree of the one YAML document in *text*.

    Works on the parser's events, so that nothing is expanded, and nesting costs no stack, before bounds are checked.

    Raises:
        BindingError: not YAML, a bound passed, repeated keys, tags other than YAML's own; *source* and line first.
    """
    builder = TreeBuilder(source)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            _take(event, builder)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise builder.fault(line, f"not YAML: {error.problem or error.context}.") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise builder.fault(line, f"not YAML: {error.reason}.") from None
    if not builder.complete:
        raise BindingError(
            f"{source}: holds nothing but white space and comments; an OpenAPI document begins 'openapi:'."
        )
    return builder.finish()


def _take(event: Any, builder: TreeBuilder) -> None:
    line = event.start_mark.line + 1
    if isinstance(event, yaml.ScalarEvent):
        _check_tag(event, line, builder)
        if not builder.expects_key:
            builder.scalar(_value(event), line, event.anchor)
        elif event.implicit[0] and event.value == "<<":
            builder.merge_key(line)
        else:
            builder.key(event.value, line)
    elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
        _check_tag(event, line, builder)
        builder.open({} if isinstance(event, yaml.MappingStartEvent) else [], line, event.anchor)
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.close()
    elif isinstance(event, yaml.AliasEvent):
        builder.alias(str(event.anchor), line)
    elif isinstance(event, yaml.DocumentStartEvent) and builder.complete:
        raise builder.fault(line, "a second YAML document begins here; put each into a file of its own.")


def _check_tag(event: Any, line: int, builder: TreeBuilder) -> None:
    if event.tag is not None and event.tag not in _CORE_TAGS:
        raise builder.fault(line, f"the tag '{event.tag[:80]}' is not one of YAML's own; remove it.")


def _value(event: Any) -> str | int | float | bool | None:
    """Return what a scalar means; quoted and block scalars are texts. Source: YAML 1.2.2 section 10.3.2."""
    text: str = event.value
    if event.tag in _TEXT_TAGS or (event.tag is None and not event.implicit[0]):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_START:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            number = float(text)
            return text if number in (float("inf"), float("-inf")) else number
        if _BASED.fullmatch(text):
            return int(text, 0)
    return text

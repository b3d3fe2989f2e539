"""The document reader: what it refuses, in one line each, within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.document import load, load_bytes
from contract.document.tree import MAX_PROBLEMS
from contract.errors import BindingError

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
SCHEMAS = HEAD + "components:\n  schemas:\n"


def refusal(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(BindingError) as caught:
        load_bytes(text if isinstance(text, bytes) else text.encode(), "api.yaml")
    return caught.value.problems


OUT = "leads out of this document, and nothing is fetched; copy it into components."
CIRCLE = "leads in a circle ({0} -> {1} -> {0}) and never to a value; break it."
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 64))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "api.yaml: is empty; an OpenAPI document begins 'openapi: 3.1.0'."),
        ("# nothing\n", "api.yaml: holds nothing but white space and comments; an OpenAPI document begins 'openapi:'."),
        (b"openapi: 3.1.0\n\xff\xfe", "api.yaml:2: not UTF-8 text (byte 0xff)."),
        ("openapi: 3.1.0\nx: \x00\n", "api.yaml:2: not YAML: control characters are not allowed."),
        ("openapi: 3.1.0\na: b: c\n", "api.yaml:2: not YAML: mapping values are not allowed in this context."),
        ("- 1\n", "api.yaml: no OpenAPI document: no key 'openapi' at the top. Valid: 3.0.x, 3.1.x."),
        ("swagger: '2.0'\n", "api.yaml:1: Swagger 2.0 is not read; convert it to OpenAPI 3.0 or 3.1."),
        ("openapi: 3.2.0\n", "api.yaml:1: the OpenAPI version '3.2.0' is not read. Valid: 3.0.x, 3.1.x, as a text."),
        ("openapi: 3.1\n", "api.yaml:1: the OpenAPI version '3.1' is not read. Valid: 3.0.x, 3.1.x, as a text."),
        (HEAD + "---\na: b\n", "api.yaml:3: a second YAML document begins here; put each into a file of its own."),
        (HEAD + "x: !!python/name:os.system\n",
         "api.yaml:3: the tag 'tag:yaml.org,2002:python/name:os.system' is not one of YAML's own; remove it."),
        (HEAD + "? [a]\n: b\n", "api.yaml:3: a key must be a text, not a mapping or list; quote it."),
        (HEAD + "info: {}\n", "api.yaml:3: the key 'info' is already on line 2; remove one."),
        (HEAD + "x: &x [*x]\n", "api.yaml:3: the alias '*x' names no node that ends before it; write the value out."),
        (HEAD + "x: [{y: &y {a: 1}}, {<<: 7}]\n",
         "api.yaml:3: the value of the merge key '<<' must be a mapping or a list of mappings."),
        (BOMB, "api.yaml:18: more than 1,000,000 nodes once aliases are written out; split the document."),
        ("x: " + "[" * 5000, "api.yaml:1: nested more than 100 deep; move inner parts to components and use $ref."),
        (HEAD + "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60 + "\n",
         "api.yaml:4: nested more than 100 deep; move inner parts to components and use $ref."),
        ('{"a": ' * 5000, "api.yaml:1: nested more than 100 deep; move inner parts to components and use $ref."),
        ('{"openapi": "3.1.0",\n}', "api.yaml:2: not JSON: a key is due, not '}'."),
        ('{"openapi": "3.1.0"\n', "api.yaml:2: not JSON: it ends where a comma or an end is due."),
        ('{"openapi": "\\ud800"}', "api.yaml:1: not JSON: '\"\\\\ud800\"' is no valid value."),
        ('{"x": 1e999}', "api.yaml:1: not JSON: '1e999' is no valid value."),
        ('{"a": 1,\n"a": 2}', "api.yaml:2: the key 'a' is already on line 1; remove one."),
    ],
    ids=lambda value: value[13:60] if isinstance(value, str) and value.startswith("api.yaml") else "",
)  # fmt: skip
def test_what_is_no_openapi_document_is_refused_in_one_line(text, problem):
    assert refusal(text) == (problem,)


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("http://127.0.0.1:9/a", OUT),
        ("file:///etc/passwd", OUT),
        ("../../secret.yaml#/a", OUT),
        ("#here", "is no JSON Pointer into this document; write '#/components/…'."),
        ("#/components/schemas/Usr", "names nothing. Did you mean '#/components/schemas/User'?"),
        ("#/components/schemas/A",
         "leads in a circle (#/components/schemas/A -> #/components/schemas/A) and never to a value; break it."),
    ],
    ids=["http", "file", "path", "anchor", "nothing", "itself"],
)  # fmt: skip
def test_a_reference_that_leads_out_nowhere_or_in_a_circle_is_refused(reference, problem):
    assert refusal(SCHEMAS + f"    User: {{type: object}}\n    A: {{$ref: '{reference}'}}\n") == (
        f"api.yaml:6: $ref '{reference}' {problem}",
    )


def test_two_references_to_each_other_are_refused_both():
    first, second = "#/components/schemas/A", "#/components/schemas/B"

    assert refusal(SCHEMAS + f"    A: {{$ref: '{second}'}}\n    B: {{$ref: '{first}'}}\n") == (
        f"api.yaml:5: $ref '{second}' {CIRCLE.format(second, first)}",
        f"api.yaml:6: $ref '{first}' {CIRCLE.format(first, second)}",
    )


def test_a_chain_of_schemas_without_end_is_refused():
    chain = "".join(f"    A{n}: {{allOf: [{{$ref: '#/components/schemas/A{n + 1}'}}]}}\n" for n in range(500))

    assert refusal(SCHEMAS + chain + "    A500: {type: object}\n") == (
        "api.yaml:455: $ref, allOf and the like lead through over 100 schemas for one value; join some.",
    )


def test_a_broken_document_is_told_in_no_more_lines_than_can_be_read():
    text = SCHEMAS + "".join(f"    A{n}: {{$ref: '#/nothing'}}\n" for n in range(5000))

    assert len(refusal(text)) == MAX_PROBLEMS


def test_a_message_is_one_line_whatever_it_quotes():
    assert refusal('{"a\\nb\\u001b": 1, "a\\nb\\u001b": 2}') == (
        "api.yaml:1: the key 'a\\nb\\x1b' is already on line 1; remove one.",
    )


def test_what_is_no_readable_file_is_refused(tmp_path: Path):
    missing = tmp_path / "missing.yaml"
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(65 * 1024 * 1024)

    for path, problem in (
        (tmp_path, "is no regular file; name a file with an OpenAPI document."),
        (missing, "cannot be read (No such file or directory)."),
        (large, "larger than 64 MiB; split the document."),
    ):
        with pytest.raises(BindingError) as caught:
            load(path)
        assert caught.value.problems == (f"{path}: {problem}",)

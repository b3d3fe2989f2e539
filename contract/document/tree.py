"""Building a plain tree from the events of a parser, with the line of every key, within bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contract.document.pointers import MISSING, parts, step
from contract.errors import BindingError

MAX_NODES = 1_000_000
"""How many nodes a document may have once its aliases are written out: a few seconds and some 300 MB at most."""

MAX_DEPTH = 100
"""How deep a document may nest, aliases written out; recursive readers stay far from Python's own limit."""

MAX_PROBLEMS = 20
"""How many problems of one document are reported; a broken one can have thousands, all with one cause."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """
    A document as plain dicts, lists, texts, numbers, booleans and None, and where each member stands.

    `lines` maps the id() of each container to the 1-based line of each of its keys or items. A node that was repeated
    by a YAML alias is one shared object, so the tree must not be changed.
    """

    source: str
    data: Any
    first_line: int
    lines: dict[int, dict[str | int, int]]

    def line(self, pointer: str) -> int:
        """Return the 1-based line of the key that *pointer* names; of its nearest ancestor where it names nothing."""
        node, line = self.data, self.first_line
        for part in parts(pointer):
            key, value = step(node, part)
            if value is MISSING:
                break
            line = self.lines[id(node)][key]
            node = value
        return line

    def where(self, line: int) -> str:
        """Return *line* of this document as the beginning of a message."""
        return f"{self.source}:{line}"


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not been read yet."""

    container: dict[str, Any] | list[Any]
    line: int
    anchor: str | None
    nodes_before: int
    lines: dict[str | int, int] = field(default_factory=dict)
    key: str | None = None
    key_line: int = 0
    height: int = 1
    merged: list[Any] = field(default_factory=list)


class TreeBuilder:
    """
    Takes events, checks bounds as they come, and gives a `Tree`.

    Raises:
        BindingError: from any method, at the first event that passes a bound; from `finish`, with all repeated keys.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._stack: list[_Open] = []
        self._root: Any = MISSING
        self._first_line = 1
        self._nodes = 0
        self._lines: dict[int, dict[str | int, int]] = {}
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._problems: list[str] = []

    def fault(self, line: int, what: str) -> BindingError:
        """Return the error that says *what* is wrong at *line*, after what was found before."""
        return BindingError(*self._problems, f"{self.source}:{line}: {what}")

    @property
    def complete(self) -> bool:
        """Whether the outermost node has been read to its end."""
        return self._root is not MISSING and not self._stack

    @property
    def expects_key(self) -> bool:
        """Whether the next node is the key of a mapping."""
        return bool(self._stack) and isinstance(self._stack[-1].container, dict) and self._stack[-1].key is None

    def key(self, text: str, line: int) -> None:
        """Take the key of the next value."""
        frame = self._stack[-1]
        frame.key, frame.key_line = text, line
        if text in frame.container and len(self._problems) < MAX_PROBLEMS:
            self._problems.append(
                f"{self.source}:{line}: the key '{text[:80]}' is already on line {frame.lines[text]}; remove one."
            )

    def scalar(self, value: Any, line: int, anchor: str | None = None) -> None:
        """Take a text, number, boolean or None as the next value."""
        self._count(1, line)
        if anchor is not None:
            self._anchors[anchor] = (value, 1, 0)
        self._put(value, line, height=0)

    def open(self, container: dict[str, Any] | list[Any], line: int, anchor: str | None = None) -> None:
        """Take the beginning of a mapping or sequence; *container* is a new, empty one."""
        if self.expects_key:
            raise self.fault(line, "a key must be a text, not a mapping or list; quote it.")
        self._check_depth(len(self._stack) + 1, line)
        self._stack.append(_Open(container, line, anchor, self._nodes))
        self._count(1, line)

    def close(self) -> None:
        """Take the end of the innermost mapping or sequence."""
        frame = self._stack.pop()
        for source in frame.merged:
            self._merge(frame, source)
        self._lines[id(frame.container)] = frame.lines
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (frame.container, self._nodes - frame.nodes_before, frame.height)
        self._put(frame.container, frame.line, height=frame.height)

    def alias(self, name: str, line: int) -> None:
        """Take a repetition of the node with the anchor *name*, shared and counted in full, never written out."""
        if self.expects_key:
            raise self.fault(line, f"the alias '*{name}' stands where a key is due; write the key out.")
        if name not in self._anchors:
            raise self.fault(line, f"the alias '*{name}' names no node that ends before it; write the value out.")
        value, nodes, height = self._anchors[name]
        self._count(nodes, line)
        self._check_depth(len(self._stack) + height, line)
        self._put(value, line, height=height)

    def merge_key(self, line: int) -> None:
        """Take the key ``<<``: the next value is a mapping, or a list of mappings, whose members are copied here."""
        self._stack[-1].key, self._stack[-1].key_line = "", line
        self._stack[-1].merged.append(MISSING)

    def finish(self) -> Tree:
        """Return the tree."""
        if self._problems:
            raise BindingError(*self._problems)
        return Tree(self.source, self._root, self._first_line, self._lines)

    def _put(self, value: Any, line: int, *, height: int) -> None:
        if not self._stack:
            self._root, self._first_line = value, line
            return
        frame = self._stack[-1]
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.container, list):
            frame.lines[len(frame.container)] = line
            frame.container.append(value)
        elif frame.merged and frame.merged[-1] is MISSING:
            frame.merged[-1:] = value if isinstance(value, list) else [value]
            frame.key = None
        elif frame.key is not None:
            frame.container[frame.key] = value
            frame.lines[frame.key] = frame.key_line
            frame.key = None

    def _merge(self, frame: _Open, source: Any) -> None:
        if not isinstance(source, dict) or not isinstance(frame.container, dict):
            raise self.fault(frame.line, "the value of the merge key '<<' must be a mapping or a list of mappings.")
        self._count(len(source), frame.line)
        for key, value in source.items():
            if key not in frame.container:
                frame.container[key] = value
                frame.lines[key] = self._lines[id(source)][key]

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self.fault(line, f"more than {MAX_NODES:,} nodes once aliases are written out; split the document.")

    def _check_depth(self, depth: int, line: int) -> None:
        if depth > MAX_DEPTH:
            raise self.fault(line, f"nested more than {MAX_DEPTH} deep; move inner parts to components and use $ref.")

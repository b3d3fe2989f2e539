"""Functions of the rig as Python programs that a script can hold: their source, and that of what they call."""

from __future__ import annotations

import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any

from suites.rig.derivation import Derivation


def program_of(derivation: Derivation) -> str:
    """
    Return the program that prints what the function makes of the program's one argument.

    It holds the function, and every function and module of its own module that this needs, as they stand there.
    """
    function = inspect.unwrap(derivation.function)
    functions = list(dict.fromkeys(_needed(function)))
    modules = sorted({name for each in functions for name in _modules(each)})
    arguments = [repr(each) for each in derivation.arguments]
    arguments += [f"{name}={value!r}" for name, value in derivation.named.items()]
    call = f"{function.__name__}({', '.join(['sys.argv[1]', *arguments])})"
    imports = [f"import {', '.join(sorted({*modules, 'sys'}))}"]
    sources = [_source(each) for each in reversed(functions)]
    return "\n\n".join(["from __future__ import annotations", *imports, *sources, f"sys.stdout.write({call})"])


def _needed(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    yield function
    for value in _globals(function):
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
            yield from _needed(inspect.unwrap(value))


def _modules(function: Callable[..., Any]) -> Iterator[str]:
    yield from (value.__name__ for value in _globals(function) if isinstance(value, types.ModuleType))


def _globals(function: Callable[..., Any]) -> list[Any]:
    names = function.__code__.co_names
    space = sys.modules[function.__module__].__dict__
    return [space[name] for name in names if name in space]


def _source(function: Callable[..., Any]) -> str:
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    return "\n".join(lines[next(number for number, line in enumerate(lines) if line.startswith("def ")) :])

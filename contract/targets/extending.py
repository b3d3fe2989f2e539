"""`extends`: a target file that says only what is different from another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from contract.errors import BindingError

KEY = "extends"
LONGEST_CHAIN = 8


def whole(data: Mapping[str, Any], path: Path, load: Callable[[Path], Mapping[str, Any]]) -> dict[str, Any]:
    """
    Return what the file *path*, whose own content is *data*, says together with the file that it extends.

    Tables are put together key by key; whatever else both say is as the extending file has it. Paths in either are
    relative to the folder of the extending one.

    Args:
        data: The file as TOML has it.

        load: Returns the content of another file. Raises BindingError.

    Raises:
        BindingError: there is no such file, or the files extend one another.
    """
    found = dict(data)
    here, seen = path, [path.resolve()]
    while isinstance(data.get(KEY), str):
        base = here.parent / str(data[KEY])
        if not base.is_file():
            raise BindingError(f"{here}: extends '{data[KEY]}', which is no file.")
        if base.resolve() in seen or len(seen) > LONGEST_CHAIN:
            raise BindingError(f"{here}: extends '{data[KEY]}', which extends this file in turn.")
        seen.append(base.resolve())
        here, data = base, load(base)
        found = over(data, found)
    return found


def over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return *base* with *own* put over it, table by table."""
    tables = {
        key: over(base[key], value)
        for key, value in own.items()
        if isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
    }
    return {**base, **own, **tables}

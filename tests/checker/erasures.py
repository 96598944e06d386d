"""What was erased during a run: whether it is in no file of the backend any more."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

_GONE_WITHIN: Final = 20.0
"""How long it may take on a slow machine, in seconds, once nobody changes anything."""
_LOOK_EVERY: Final = 0.2


def what_lasts(data: Path, marks: Collection[str]) -> list[str]:
    """Return a line for each mark that stays in a file of a data folder; takes its time."""
    until = time.monotonic() + _GONE_WITHIN
    while (found := _found(data, marks)) and time.monotonic() < until:
        time.sleep(_LOOK_EVERY)
    return found


def _found(data: Path, marks: Collection[str]) -> list[str]:
    found = []
    for file in data.rglob("*"):
        try:
            contents = file.read_bytes() if file.is_file() else b""
        except FileNotFoundError:
            # It was a temporary one.
            continue
        lasting = [mark for mark in marks if mark.encode() in contents]
        found += [f"{mark} was erased, and is in {file.name}" for mark in lasting]
    return found

"""Dictionaries of bounded size."""

from itertools import islice
from typing import TypeVar

V = TypeVar("V")


def keep_newest(entries: dict[str, V], limit: int) -> None:
    """Remove the earliest entries beyond a limit."""
    for key in list(islice(entries, max(0, len(entries) - limit))):
        del entries[key]

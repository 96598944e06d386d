"""Dictionaries that do not grow without bound."""

from itertools import islice
from typing import TypeVar

V = TypeVar("V")


def keep_newest(users: dict[str, V], most: int) -> None:
    """Forget the earliest entries beyond ``most``."""
    for user_id in list(islice(users, max(0, len(users) - most))):
        del users[user_id]

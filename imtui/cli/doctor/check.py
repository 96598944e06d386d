"""What a check found."""

from enum import StrEnum

from msgspec import Struct


class Mark(StrEnum):
    """How good it is."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing."""
    WRONG = "wrong"


class Check(Struct, frozen=True):
    """What was found in one area."""

    name: str
    mark: Mark
    text: str
    """What was found, in one line."""
    advice: str = ""
    """What to do about it, in one line; empty if nothing is to be done."""


def ok(name: str, text: str) -> Check:
    """Return that all is well."""
    return Check(name, Mark.OK, text)


def note(name: str, text: str, advice: str = "") -> Check:
    """Return something worth knowing."""
    return Check(name, Mark.NOTE, text, advice)


def wrong(name: str, text: str, advice: str = "") -> Check:
    """Return something that is wrong."""
    return Check(name, Mark.WRONG, text, advice)

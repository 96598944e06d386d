"""What a command does that can also be ended: ``/mute bob``, ``/mute bob off``, or its key."""

from enum import Enum
from typing import Final


class Turn(Enum):
    """How the person ran the command."""

    NAMED = "by its name"
    ON = "on"
    OFF = "off"
    SWITCH = "by its key"


class Outcome(Enum):
    """What the command does then."""

    BEGIN = "begin"
    END = "end"
    ASK = "ask whether to end it"
    KEEP = "say that it is so already"


TURN_WORDS: Final = (Turn.ON.value, Turn.OFF.value)
"""The words that may follow the user."""


def parse_turn(argument: str, turn: Turn) -> tuple[str, Turn]:
    """Return the user that was typed, maybe empty, and the turn.

    Args:
        argument: ``bob``, ``bob off``, ``off`` or nothing.
        turn: The turn if the argument names none.
    """
    words = argument.split()
    if words and words[-1].casefold() in TURN_WORDS:
        return " ".join(words[:-1]), Turn(words[-1].casefold())
    return " ".join(words), turn


def outcome(turn: Turn, holds: bool, *, asks: bool = False) -> Outcome:
    """Return what a command does.

    Args:
        turn: How it was run.
        holds: Whether what it begins holds already.
        asks: Whether it asks before it ends something, unless told ``off``.
    """
    if turn is Turn.OFF:
        return Outcome.END if holds else Outcome.KEEP
    if not holds:
        return Outcome.BEGIN
    if turn is Turn.ON:
        return Outcome.KEEP
    if asks:
        return Outcome.ASK
    return Outcome.END if turn is Turn.SWITCH else Outcome.KEEP

"""Cursor moves in lists: not commands, but their keys can be configured too."""

from typing import Final

from msgspec import Struct


class Move(Struct, frozen=True):
    """One move of the cursor."""

    id: str
    """Its name in the settings."""
    keys: tuple[str, ...]
    """Its default keys, as Textual names them."""
    action: str
    """The action of the list, as in a Textual binding."""
    help: str


MOVES: Final = (
    Move("move-up", ("up", "k"), "move(-1)", "The row before"),
    Move("move-down", ("down", "j"), "move(1)", "The row after"),
    Move("page-up", ("pageup",), "move_page(-1)", "A page up"),
    Move("page-down", ("pagedown",), "move_page(1)", "A page down"),
    Move("first", ("home", "g"), "move_end(-1)", "The first row"),
    Move("last", ("end", "G"), "move_end(1)", "The last row; the events follow the newest again"),
    Move(
        "choose",
        ("enter",),
        "choose",
        "Open the conversation; on a heading, fold it or open it",
    ),
)

CHOOSE: Final = MOVES[-1]
MOVE_IDS: Final = frozenset(move.id for move in MOVES)
MOVE_KEYS: Final = frozenset(key for move in MOVES for key in move.keys)

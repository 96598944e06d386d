"""Other words for commands, by which the palette and slash lines find them."""

from collections.abc import Mapping
from typing import Final

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "add-friend": ("befriend", "invite"),
    "block": ("ban", "ignore"),
    "chat": ("talk", "write", "dm", "message"),
    "clear": ("no status",),
    "delete-friend": ("remove friend", "unfriend"),
    "details": ("info", "profile", "whois"),
    "favourite": ("favorite", "star"),
    "find": ("filter",),
    "help": ("keys", "shortcuts", "manual"),
    "log-out": ("logout", "sign out"),
    "nick": ("nickname",),
    "quiet": ("dnd", "mute", "silence", "snooze"),
    "quit": ("exit", "leave", "bye", "disconnect"),
    "recall": ("unsend", "revoke"),
    "remark": ("rename",),
    "retry": ("login", "reconnect"),
    "settings": ("preferences", "options", "config"),
    "subscribe": ("follow",),
    "switch": ("switcher", "people"),
    "theme": ("colours", "colors"),
    "unsubscribe": ("unfollow",),
}
"""By the ID of the command; a word that is a command's own name means that one first."""

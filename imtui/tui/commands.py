"""What a person can have the app do: one registry behind keys, palette, help and README."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol


class Actions(Protocol):
    """What the app can be asked to do; each returns at once."""

    def open_status_box(self) -> None:
        """Ask for a text, and set it."""

    def clear_status(self) -> None:
        """Clear the own text."""

    def open_palette(self) -> None:
        """Open the command palette."""

    def ask_query(self) -> None:
        """Ask whose status to query, and query it."""

    def ask_subscribe(self) -> None:
        """Ask whom to subscribe to, and do it."""

    def ask_unsubscribe(self) -> None:
        """Ask whom to unsubscribe from, and do it."""

    def unsubscribe_all(self) -> None:
        """Unsubscribe from everybody."""

    def ask_add_friend(self) -> None:
        """Ask whom to add as a friend, and do it."""

    def ask_delete_friend(self) -> None:
        """Ask which friend to delete, and do it."""

    def retry(self) -> None:
        """Connect now, or log in again."""

    def log_out(self) -> None:
        """Log this device out."""

    def toggle_events(self) -> None:
        """Go to the event pane, or back."""

    def choose_theme(self) -> None:
        """Let the person choose a theme."""

    def open_help(self) -> None:
        """Show the help."""

    def leave(self) -> None:
        """Quit the app."""


@dataclass(frozen=True)
class Command:
    """One thing that the app can do."""

    id: str
    """Its stable name, also that of its key binding."""
    title: str
    help: str
    run: Callable[[Actions], None]
    keys: tuple[str, ...] = ()
    """Keys as Textual names them, the one to show first."""
    footer: str = ""
    """The word in the footer; empty to leave it out there."""


COMMANDS: Final = (
    Command(
        "status",
        "Set status …",
        "Type a text, or choose a preset or a recent one, and when it ends",
        lambda app: app.open_status_box(),
        ("s",),
        "status",
    ),
    Command("clear", "Clear", "Clear your status text", lambda app: app.clear_status(), ("c",)),
    Command(
        "events",
        "Events",
        "Go to the event pane and back",
        lambda app: app.toggle_events(),
        ("e",),
        "events",
    ),
    Command(
        "query",
        "Query a user …",
        "Ask how somebody is, once",
        lambda app: app.ask_query(),
        ("i",),
        "query",
    ),
    Command(
        "subscribe",
        "Subscribe to a user …",
        "Be told whenever somebody's status changes, friend or not",
        lambda app: app.ask_subscribe(),
        ("plus",),
    ),
    Command(
        "unsubscribe",
        "Unsubscribe from a user …",
        "No longer be told of somebody's changes",
        lambda app: app.ask_unsubscribe(),
        ("minus",),
    ),
    Command(
        "unsubscribe-all",
        "Unsubscribe from all",
        "End every subscription; friends stay friends",
        lambda app: app.unsubscribe_all(),
    ),
    Command(
        "add-friend",
        "Add a friend …",
        "Have somebody in your friend list, and you in theirs",
        lambda app: app.ask_add_friend(),
        ("a",),
        "add",
    ),
    Command(
        "delete-friend",
        "Delete a friend …",
        "Take somebody out of your friend list, and you out of theirs",
        lambda app: app.ask_delete_friend(),
        ("delete",),
    ),
    Command(
        "retry",
        "Connect now",
        "Connect now instead of waiting, or log in again",
        lambda app: app.retry(),
        ("r",),
    ),
    Command(
        "theme",
        "Theme …",
        "Choose other colours",
        lambda app: app.choose_theme(),
        ("t",),
    ),
    Command(
        "log-out",
        "Log out",
        "Log this device out; without another one you are UNLOGINED",
        lambda app: app.log_out(),
    ),
    Command(
        "palette",
        "Command palette",
        "Everything by name",
        lambda app: app.open_palette(),
        ("ctrl+p", "colon"),
        "palette",
    ),
    Command(
        "help",
        "Help",
        "Keys, badges and marks",
        lambda app: app.open_help(),
        ("question_mark", "f1"),
        "help",
    ),
    Command(
        "quit",
        "Quit",
        "Leave; without another device you are OFFLINE",
        lambda app: app.leave(),
        ("q", "ctrl+q"),
        "quit",
    ),
)

_BY_ID: Final = {command.id: command for command in COMMANDS}

_KEY_NAMES: Final = {
    "plus": "+",
    "minus": "-",
    "question_mark": "?",
    "colon": ":",
    "delete": "Del",
    "f1": "F1",
}


def command_named(command_id: str) -> Command:
    """Return the command with this ID; KeyError if there is none."""
    return _BY_ID[command_id]


def key_name(key: str) -> str:
    """Return a key as a person reads it: ``^p``, ``+``, ``Del``."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return _KEY_NAMES.get(key, key)


def keys_table() -> str:
    """Return the table of commands and keys for the README, in Markdown."""
    lines = ["| command | keys | what it does |", "|---|---|---|"]
    for command in COMMANDS:
        keys = ", ".join(f"`{key_name(key)}`" for key in command.keys) or "palette"
        lines.append(f"| {command.title} | {keys} | {command.help} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(keys_table())

"""The catalogue of commands, used for keys, palette, slash commands, help and README."""

from typing import Final

from imtui.tui.commands.command import Argument, Command, Keys, key_name
from imtui.tui.commands.conversation_commands import CONVERSATION_COMMANDS
from imtui.tui.commands.people_commands import PEOPLE_COMMANDS

COMMANDS: Final = (
    # The user's own account
    Command(
        "status",
        "Set status …",
        "Type a text, or choose a preset or a recent one, and when it ends",
        ("s",),
        "status",
        Argument.TEXT,
    ),
    Command(
        "clear",
        "Clear",
        "Clear your status text",
        ("c",),
        synonyms=("no status",),
        is_immediate=True,
    ),
    Command(
        "back",
        "Put mine back",
        "Set your text again that another device of yours replaced",
        ("b",),
        is_immediate=True,
    ),
    Command(
        "preset",
        "Keep as preset",
        "Add your present text, or another, to the presets in the settings",
        argument=Argument.WORDS,
    ),
    Command(
        "quiet",
        "Do not disturb",
        "Mute bell, toasts and desktop notices; with off, no longer",
        ("d",),
        argument=Argument.END,
        ending="End do not disturb",
        synonyms=("dnd", "mute", "silence", "snooze"),
    ),
    Command(
        "quiet-except",
        "Let somebody through",
        "Alerts about this user get through do-not-disturb; with off, no longer",
        argument=Argument.TOGGLE,
        state="let through do-not-disturb",
        ending="Stop letting through",
    ),
    Command(
        "devices",
        "Devices",
        "Your connected devices, and which of them set what",
        ("D",),
    ),
    # Other users
    *CONVERSATION_COMMANDS,
    Command(
        "find",
        "Find …",
        "Show only the friends, or the events, that fit what you type",
        ("slash", "ctrl+f"),
        "find",
        Argument.WORDS,
        synonyms=("filter",),
    ),
    *PEOPLE_COMMANDS,
    # The friend list
    Command(
        "favourite",
        "Favourite",
        "Keep this friend on top of the list; with off, no longer",
        ("f",),
        argument=Argument.TOGGLE,
        state="a favourite",
        ending="Remove favourite",
        synonyms=("favorite", "star"),
    ),
    Command(
        "group",
        "Put in a group …",
        "Put this friend under a heading of the list; an empty name takes them out",
        ("m",),
        argument=Argument.USER_GROUP,
    ),
    Command(
        "order",
        "Order",
        "Sort the list by presence, name, last change or last message",
        ("o",),
        argument=Argument.ORDER,
    ),
    Command(
        "fold",
        "Fold a group",
        "Show only the heading of a group; with off, all of it",
        ("space", "left", "right"),
        argument=Argument.GROUP,
    ),
    Command(
        "copy",
        "Copy ID",
        "Copy the user ID of this friend",
        ("y",),
        argument=Argument.USER,
    ),
    Command(
        "copy-text",
        "Copy text",
        "Copy the status text of this friend",
        ("Y",),
        argument=Argument.USER,
    ),
    # The app
    Command(
        "events",
        "Events",
        "Go to the event pane and back, or hide it and show it again",
        ("e",),
        "events",
        Argument.SHOWN,
    ),
    Command(
        "kind",
        "Kind of events",
        "Show all events, or only own, devices, friends, others, connection or notices",
        ("E",),
        argument=Argument.KIND,
    ),
    Command(
        "retry",
        "Connect now",
        "Connect now instead of waiting, or log in again",
        ("r",),
        synonyms=("login", "reconnect"),
    ),
    Command(
        "theme",
        "Theme …",
        "Choose other colours; the choice is kept",
        ("t",),
        argument=Argument.THEME,
        synonyms=("colours", "colors"),
    ),
    Command(
        "settings",
        "Settings",
        "Where the settings are, what is wrong in them, and what holds; Enter edits them",
        ("comma",),
        synonyms=("preferences", "options", "config"),
    ),
    Command(
        "log-out",
        "Log out",
        "Log this device out; without another one you are UNLOGINED",
        synonyms=("logout", "sign out"),
        is_immediate=True,
    ),
    Command(
        "palette",
        "Command palette",
        "Everything by name",
        ("ctrl+p", "f2"),
        "palette",
    ),
    Command(
        "type",
        "Type a command",
        "Type a slash command; Tab completes it",
        ("colon",),
        argument=Argument.WORDS,
        is_internal=True,
    ),
    Command(
        "help",
        "Help",
        "Keys, badges and marks",
        ("question_mark", "f1"),
        "help",
        synonyms=("keys", "shortcuts", "manual"),
    ),
    Command(
        "quit",
        "Quit",
        "Leave; without another device you are OFFLINE",
        ("q", "ctrl+q"),
        "quit",
        synonyms=("exit", "leave", "bye", "disconnect"),
        is_immediate=True,
    ),
)

DEFAULT_KEYS: Final = {command.id: command.keys for command in COMMANDS}
"""The keys that each command has without settings, by ID."""

COMMAND_IDS: Final = frozenset(command.id for command in COMMANDS)

_BY_ID: Final = {command.id: command for command in COMMANDS}


def command_by_id(command_id: str) -> Command:
    """Return the command with an ID.

    Raises:
        KeyError: There is no such command.
    """
    return _BY_ID[command_id]


def typed_commands() -> list[Command]:
    """Return the commands that the user can run by name."""
    return [command for command in COMMANDS if not command.is_internal]


def keys_table() -> str:
    """Return the table of commands and keys for the README, in Markdown."""
    keys = Keys()
    lines = ["| command | keys | typed | what it does |", "|---|---|---|---|"]
    for command in COMMANDS:
        names = ", ".join(f"`{key_name(key)}`" for key in keys.of(command))
        typed = "" if command.is_internal else f"`{command.usage}`".replace("|", "\\|")
        lines.append(f"| {command.title} | {names} | {typed} | {command.help} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(keys_table())

"""The catalogue of commands, used for keys, palette, slash commands, help and README."""

from typing import Final

from imtui.tui.commands.command import Argument, Command, Keys, key_name
from imtui.tui.commands.conversation_commands import CONVERSATION_COMMANDS

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
    Command("clear", "Clear", "Clear your status text", ("c",)),
    Command(
        "back",
        "Put mine back",
        "Set your text again that another device of yours replaced",
        ("b",),
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
    ),
    Command(
        "watch",
        "Watch",
        "Be told once, when this friend has been ONLINE for 10 s; with off, no longer",
        ("w",),
        "watch",
        Argument.TOGGLE,
        state="watched",
        ending="Stop watching",
    ),
    Command(
        "watch-always",
        "Watch always",
        "Be told each time, but not twice in 5 minutes; with off, no longer",
        argument=Argument.TOGGLE,
        state="watched always",
    ),
    Command(
        "watches",
        "Watches",
        "Whose coming ONLINE you are told of",
        ("W",),
    ),
    Command(
        "details",
        "Details",
        "All that is known of somebody, asked anew, and what changed lately",
        ("i",),
        "details",
        Argument.USER,
    ),
    Command(
        "query",
        "Query a user …",
        "Ask how somebody is, once",
        ("I",),
        argument=Argument.USER,
    ),
    Command(
        "subscriptions",
        "Subscriptions",
        "Whom you are subscribed to, who goes first, and who went and why",
        ("S",),
    ),
    Command(
        "subscribe",
        "Subscribe to a user …",
        "Be told whenever somebody's status changes, friend or not",
        ("plus",),
        argument=Argument.USER,
    ),
    Command(
        "unsubscribe",
        "Unsubscribe from a user …",
        "No longer be told of somebody's changes",
        ("minus",),
        argument=Argument.USER,
    ),
    Command(
        "unsubscribe-all",
        "Unsubscribe from all",
        "End every subscription; friends stay friends",
    ),
    Command(
        "add-friend",
        "Add a friend …",
        "Have somebody in your friend list, and you in theirs; they may have to agree",
        ("a",),
        "add",
        Argument.USER_WORDS,
    ),
    Command(
        "delete-friend",
        "Delete a friend …",
        "Take somebody out of your friend list, and you out of theirs",
        ("delete",),
        argument=Argument.USER,
    ),
    Command(
        "requests",
        "Friend requests",
        "Who asks to be your friend, whom you have asked, and whom you have blocked",
        ("Q",),
    ),
    Command(
        "accept",
        "Accept",
        "Agree to the friend request of this user",
        ("A",),
        argument=Argument.USER,
    ),
    Command(
        "refuse",
        "Refuse",
        "Refuse the friend request of this user, or take back your own",
        ("N",),
        argument=Argument.USER,
    ),
    Command(
        "block",
        "Block",
        "Block this user, who is then no friend and cannot write to you; with off, no longer",
        ("B",),
        argument=Argument.TOGGLE,
        state="blocked",
        ending="Unblock",
    ),
    Command(
        "remark",
        "Name a friend …",
        "Give this friend a name that only you see",
        argument=Argument.USER_WORDS,
    ),
    Command(
        "nick",
        "Your name",
        "Have your friends see a name beside your user ID; an empty one takes it away",
        argument=Argument.WORDS,
    ),
    Command(
        "signature",
        "Your signature",
        "Have your friends see words about you that stay, in your details",
        argument=Argument.WORDS,
    ),
    Command(
        "allow",
        "Who may be a friend",
        "Let anybody become your friend, have them ask first, or nobody",
        argument=Argument.ALLOW,
    ),
    # The friend list
    Command(
        "favourite",
        "Favourite",
        "Keep this friend on top of the list; with off, no longer",
        ("f",),
        argument=Argument.TOGGLE,
        state="a favourite",
        ending="Remove favourite",
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
    ),
    Command(
        "theme",
        "Theme …",
        "Choose other colours; the choice is kept",
        ("t",),
        argument=Argument.THEME,
    ),
    Command(
        "settings",
        "Settings",
        "Where the settings are, what is wrong in them, and what holds; Enter edits them",
        ("comma",),
    ),
    Command(
        "log-out",
        "Log out",
        "Log this device out; without another one you are UNLOGINED",
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
    ),
    Command(
        "quit",
        "Quit",
        "Leave; without another device you are OFFLINE",
        ("q", "ctrl+q"),
        "quit",
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

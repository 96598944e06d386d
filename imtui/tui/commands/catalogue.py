"""All that a person can have the app do: one registry behind keys, palette, slash, help, README."""

from typing import Final

from imtui.tui.commands.command import Command, Keys, Takes, key_name
from imtui.tui.commands.conversation_commands import TALKING

COMMANDS: Final = (
    # Oneself
    Command(
        "status",
        "Set status …",
        "Type a text, or choose a preset or a recent one, and when it ends",
        lambda do, text: do.own.set_status(text),
        ("s",),
        "status",
        Takes.TEXT,
    ),
    Command("clear", "Clear", "Clear your status text", lambda do, _: do.own.clear(), ("c",)),
    Command(
        "back",
        "Put mine back",
        "Set your text again that another device of yours replaced",
        lambda do, _: do.own.put_mine_back(),
        ("b",),
    ),
    Command(
        "preset",
        "Keep as preset",
        "Add your present text, or another, to the presets in the settings",
        lambda do, text: do.own.keep_preset(text),
        takes=Takes.WORDS,
    ),
    Command(
        "quiet",
        "Do not disturb",
        "Mute bell, toasts and desktop notices, or end that",
        lambda do, end: do.attention.quiet(end),
        ("d",),
        takes=Takes.END,
    ),
    Command(
        "quiet-except",
        "Let somebody through",
        "Alerts about this user get through do-not-disturb, or no longer",
        lambda do, user: do.attention.let_through(user),
        takes=Takes.USER,
    ),
    Command(
        "devices",
        "Devices",
        "Your connected devices, and which of them set what",
        lambda do, _: do.own.show_devices(),
        ("D",),
    ),
    # Others
    *TALKING,
    Command(
        "find",
        "Find …",
        "Show only the friends, or the events, that fit what you type",
        lambda do, words: do.views.find(words),
        ("slash", "ctrl+f"),
        "find",
        Takes.WORDS,
    ),
    Command(
        "watch",
        "Watch",
        "Be told once, when this friend has been ONLINE for 10 s, or no longer",
        lambda do, user: do.following.watch(user),
        ("w",),
        "watch",
        Takes.USER,
    ),
    Command(
        "watch-always",
        "Watch always",
        "Be told each time, but not twice in 5 minutes, or no longer",
        lambda do, user: do.following.watch(user, standing=True),
        takes=Takes.USER,
    ),
    Command(
        "watches",
        "Watches",
        "Whose coming ONLINE you are told of",
        lambda do, _: do.following.show_watches(),
        ("W",),
    ),
    Command(
        "details",
        "Details",
        "All that is known of somebody, asked anew, and what changed lately",
        lambda do, user: do.people.details(user),
        ("i",),
        "details",
        Takes.USER,
    ),
    Command(
        "query",
        "Query a user …",
        "Ask how somebody is, once",
        lambda do, user: do.people.query(user),
        ("I",),
        takes=Takes.USER,
    ),
    Command(
        "subscriptions",
        "Subscriptions",
        "Whom you are subscribed to, who goes first, and who went and why",
        lambda do, _: do.following.show_subscriptions(),
        ("S",),
    ),
    Command(
        "subscribe",
        "Subscribe to a user …",
        "Be told whenever somebody's status changes, friend or not",
        lambda do, user: do.following.subscribe(user),
        ("plus",),
        takes=Takes.USER,
    ),
    Command(
        "unsubscribe",
        "Unsubscribe from a user …",
        "No longer be told of somebody's changes",
        lambda do, user: do.following.unsubscribe(user),
        ("minus",),
        takes=Takes.USER,
    ),
    Command(
        "unsubscribe-all",
        "Unsubscribe from all",
        "End every subscription; friends stay friends",
        lambda do, _: do.following.unsubscribe_all(),
    ),
    Command(
        "add-friend",
        "Add a friend …",
        "Have somebody in your friend list, and you in theirs; they may have to agree",
        lambda do, user: do.befriending.add(user),
        ("a",),
        "add",
        Takes.USER_WORDS,
    ),
    Command(
        "delete-friend",
        "Delete a friend …",
        "Take somebody out of your friend list, and you out of theirs",
        lambda do, user: do.befriending.delete(user),
        ("delete",),
        takes=Takes.USER,
    ),
    Command(
        "requests",
        "Friend requests",
        "Who asks to be your friend, whom you have asked, and whom you have blocked",
        lambda do, _: do.befriending.show_requests(),
        ("Q",),
    ),
    Command(
        "accept",
        "Accept",
        "Agree to the friend request of this user",
        lambda do, user: do.befriending.accept(user),
        ("A",),
        takes=Takes.USER,
    ),
    Command(
        "refuse",
        "Refuse",
        "Refuse the friend request of this user, or take back your own",
        lambda do, user: do.befriending.refuse(user),
        ("N",),
        takes=Takes.USER,
    ),
    Command(
        "block",
        "Block",
        "Block this user, who is then no friend and cannot write to you, or no longer",
        lambda do, user: do.befriending.block(user),
        ("B",),
        takes=Takes.USER,
    ),
    Command(
        "remark",
        "Name a friend …",
        "Give this friend a name that only you see",
        lambda do, words: do.befriending.call_them(words),
        takes=Takes.USER_WORDS,
    ),
    Command(
        "nick",
        "Your name",
        "Have your friends see a name beside your user ID; an empty one takes it away",
        lambda do, name: do.befriending.call_oneself(name),
        takes=Takes.WORDS,
    ),
    Command(
        "signature",
        "Your signature",
        "Have your friends see words about you that stay, in your details",
        lambda do, words: do.befriending.sign(words),
        takes=Takes.WORDS,
    ),
    Command(
        "allow",
        "Who may be a friend",
        "Let anybody become your friend, have them ask first, or nobody",
        lambda do, whom: do.befriending.allow(whom),
        takes=Takes.ALLOW,
    ),
    # The list
    Command(
        "favourite",
        "Favourite",
        "Keep this friend on top of the list, or no longer",
        lambda do, user: do.people.favourite(user),
        ("f",),
        takes=Takes.USER,
    ),
    Command(
        "group",
        "Put in a group …",
        "Put this friend under a heading of the list; an empty name takes them out",
        lambda do, words: do.people.group(words),
        ("m",),
        takes=Takes.USER_GROUP,
    ),
    Command(
        "order",
        "Order",
        "Sort the list by presence, name, last change or last message",
        lambda do, order: do.views.order(order),
        ("o",),
        takes=Takes.ORDER,
    ),
    Command(
        "fold",
        "Fold a group",
        "Show only the heading of a group, or all of it",
        lambda do, group: do.views.fold(group),
        ("space", "left", "right"),
        takes=Takes.GROUP,
    ),
    Command(
        "copy",
        "Copy ID",
        "Copy the user ID of this friend",
        lambda do, user: do.people.copy_id(user),
        ("y",),
        takes=Takes.USER,
    ),
    Command(
        "copy-text",
        "Copy text",
        "Copy the status text of this friend",
        lambda do, user: do.people.copy_text(user),
        ("Y",),
        takes=Takes.USER,
    ),
    # The app
    Command(
        "events",
        "Events",
        "Go to the event pane and back",
        lambda do, _: do.views.toggle_events(),
        ("e",),
        "events",
    ),
    Command(
        "kind",
        "Kind of events",
        "Show all events, or only own, devices, friends, others, connection or notices",
        lambda do, kind: do.views.kind(kind),
        ("E",),
        takes=Takes.KIND,
    ),
    Command(
        "retry",
        "Connect now",
        "Connect now instead of waiting, or log in again",
        lambda do, _: do.views.retry(),
        ("r",),
    ),
    Command(
        "theme",
        "Theme …",
        "Choose other colours; the choice is kept",
        lambda do, name: do.views.theme(name),
        ("t",),
        takes=Takes.THEME,
    ),
    Command(
        "settings",
        "Settings",
        "Where the settings are, and what is wrong in them",
        lambda do, _: do.views.settings(),
        ("comma",),
    ),
    Command(
        "log-out",
        "Log out",
        "Log this device out; without another one you are UNLOGINED",
        lambda do, _: do.own.log_out(),
    ),
    Command(
        "palette",
        "Command palette",
        "Everything by name",
        lambda do, _: do.views.open_palette(),
        ("ctrl+p", "f2"),
        "palette",
    ),
    Command(
        "type",
        "Type a command",
        "Type a slash command; Tab completes it",
        lambda do, words: do.views.type(words),
        ("colon",),
        takes=Takes.WORDS,
        inner=True,
    ),
    Command(
        "help",
        "Help",
        "Keys, badges and marks",
        lambda do, _: do.views.open_help(),
        ("question_mark", "f1"),
        "help",
    ),
    Command(
        "quit",
        "Quit",
        "Leave; without another device you are OFFLINE",
        lambda do, _: do.views.leave(),
        ("q", "ctrl+q"),
        "quit",
    ),
)

COMMAND_IDS: Final = frozenset(command.id for command in COMMANDS)

_BY_ID: Final = {command.id: command for command in COMMANDS}


def command_named(command_id: str) -> Command:
    """Return the command with this ID; KeyError if there is none."""
    return _BY_ID[command_id]


def offered() -> list[Command]:
    """Return the commands that a person can call by name."""
    return [command for command in COMMANDS if not command.inner]


def keys_table() -> str:
    """Return the table of commands and keys for the README, in Markdown."""
    keys = Keys()
    lines = ["| command | keys | typed | what it does |", "|---|---|---|---|"]
    for command in COMMANDS:
        names = ", ".join(f"`{key_name(key)}`" for key in keys.of(command))
        typed = "" if command.inner else f"`{command.usage}`".replace("|", "\\|")
        lines.append(f"| {command.title} | {names} | {typed} | {command.help} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(keys_table())

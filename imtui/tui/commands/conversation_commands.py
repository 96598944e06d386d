"""The commands for conversations and messages, a part of the catalogue."""

from typing import Final

from imtui.tui.commands.command import Argument, Command

CONVERSATION_COMMANDS: Final = (
    Command(
        "chat",
        "Chat …",
        "Open the conversation with this friend, or with anybody by their ID",
        argument=Argument.USER,
        synonyms=("talk", "write", "dm", "message"),
    ),
    Command(
        "switch",
        "Go to …",
        "Open a conversation by some letters of a name; unread ones come first",
        ("ctrl+o",),
        synonyms=("switcher", "people"),
    ),
    Command(
        "next-unread",
        "Next unread",
        "Open the conversation in which something is to be read",
        ("n", "ctrl+n"),
    ),
    Command(
        "reply",
        "Reply",
        "Quote the chosen message in your next one",
        ("R",),
    ),
    Command(
        "recall",
        "Recall",
        "Take your chosen message back, within 2 minutes",
        ("u",),
        synonyms=("unsend", "revoke"),
        is_immediate=True,
    ),
    Command(
        "delete-message",
        "Delete message",
        "Delete the chosen message for yourself, on all your devices",
        ("x",),
    ),
    Command(
        "resend",
        "Send again",
        "Send again what failed: the chosen message, or all of the conversation",
        ("z",),
        is_immediate=True,
    ),
    Command(
        "copy-message",
        "Copy message",
        "Copy the chosen message",
        ("v",),
    ),
    Command(
        "search",
        "Search messages …",
        "Look for messages with some words, in all conversations",
        ("F",),
        argument=Argument.WORDS,
    ),
    Command(
        "search-here",
        "Search this conversation …",
        "Look for messages with some words in the open conversation",
        argument=Argument.WORDS,
    ),
    Command(
        "mute",
        "Mute",
        "Do not notify messages of this friend; with off, do so again",
        ("M",),
        argument=Argument.TOGGLE,
        state="muted",
        ending="Unmute",
    ),
    Command(
        "pin",
        "Pin",
        "Keep the conversation with this friend on top; with off, no longer",
        ("p",),
        argument=Argument.TOGGLE,
        state="pinned",
        ending="Unpin",
    ),
    Command(
        "delete-conversation",
        "Delete conversation",
        "Delete the conversation with this user for yourself, on all your devices",
        argument=Argument.USER,
    ),
    Command(
        "close",
        "Close conversation",
        "Close the conversation; what you began to write is kept",
        ("ctrl+w",),
        is_immediate=True,
    ),
)

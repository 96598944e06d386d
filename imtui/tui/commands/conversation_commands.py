"""The part of the registry that is about conversations and messages."""

from typing import Final

from imtui.tui.commands.command import Command, Takes

TALKING: Final = (
    Command(
        "chat",
        "Chat …",
        "Open the conversation with this friend, or with anybody by their ID",
        lambda do, user: do.chatting.open(user),
        takes=Takes.USER,
    ),
    Command(
        "next-unread",
        "Next unread",
        "Open the conversation in which something is to be read",
        lambda do, _: do.chatting.next_unread(),
        ("n", "ctrl+n"),
    ),
    Command(
        "reply",
        "Reply",
        "Quote the chosen message in your next one",
        lambda do, _: do.chatting.reply(),
        ("R",),
    ),
    Command(
        "recall",
        "Recall",
        "Take your chosen message back, within 2 minutes",
        lambda do, _: do.chatting.recall(),
        ("u",),
    ),
    Command(
        "delete-message",
        "Delete message",
        "Delete the chosen message for yourself, on all your devices",
        lambda do, _: do.chatting.delete(),
        ("x",),
    ),
    Command(
        "resend",
        "Send again",
        "Send again what failed: the chosen message, or all of the conversation",
        lambda do, _: do.chatting.resend(),
        ("z",),
    ),
    Command(
        "copy-message",
        "Copy message",
        "Copy the chosen message",
        lambda do, _: do.chatting.copy(),
        ("v",),
    ),
    Command(
        "search",
        "Search messages …",
        "Look for messages with some words, in all conversations",
        lambda do, words: do.chatting.search(words),
        ("F",),
        takes=Takes.WORDS,
    ),
    Command(
        "search-here",
        "Search this conversation …",
        "Look for messages with some words in the open conversation",
        lambda do, words: do.chatting.search(words, here=True),
        takes=Takes.WORDS,
    ),
    Command(
        "mute",
        "Mute",
        "Do not notify messages of this friend, or do so again",
        lambda do, user: do.chatting.mute(user),
        ("M",),
        takes=Takes.USER,
    ),
    Command(
        "pin",
        "Pin",
        "Keep the conversation with this friend on top, or no longer",
        lambda do, user: do.chatting.pin(user),
        ("p",),
        takes=Takes.USER,
    ),
    Command(
        "delete-conversation",
        "Delete conversation",
        "Delete the conversation with this user for yourself, on all your devices",
        lambda do, user: do.chatting.delete_conversation(user),
        takes=Takes.USER,
    ),
    Command(
        "close",
        "Close conversation",
        "Close the conversation; what you began to write is kept",
        lambda do, _: do.chatting.close(),
        ("ctrl+w",),
    ),
)

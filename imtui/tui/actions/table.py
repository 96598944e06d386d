"""The table from command IDs to actions."""

from collections.abc import Callable, Mapping
from typing import Final

from imtui.tui.actions.actions import Actions
from imtui.tui.commands.toggles import Turn

Action = Callable[[Actions, str], None]
"""Runs a command with its argument; if that is empty, it prompts or uses a default."""

ToggleAction = Callable[[Actions, str, Turn], None]
"""The same for a command that can also be ended; it depends on how the person ran it."""


def _find(do: Actions, words: str) -> None:
    """Search the messages of a focused conversation, or else filter the pane."""
    if do.conversations.has_focus:
        do.conversations.search(words, here=True)
    else:
        do.views.find(words)


ACTIONS: Final[Mapping[str, Action]] = {
    "status": lambda do, text: do.own.set_status(text),
    "clear": lambda do, _: do.own.clear(),
    "back": lambda do, _: do.own.restore_overwritten(),
    "preset": lambda do, text: do.own.keep_preset(text),
    "devices": lambda do, _: do.own.show_devices(),
    "find": _find,
    "watches": lambda do, _: do.subscriptions.show_watches(),
    "details": lambda do, user: do.people.details(user),
    "query": lambda do, user: do.people.query(user),
    "subscriptions": lambda do, _: do.subscriptions.show_subscriptions(),
    "subscribe": lambda do, user: do.subscriptions.subscribe(user),
    "unsubscribe": lambda do, user: do.subscriptions.unsubscribe(user),
    "unsubscribe-all": lambda do, _: do.subscriptions.unsubscribe_all(),
    "add-friend": lambda do, user: do.friends.add(user),
    "delete-friend": lambda do, user: do.friends.delete(user),
    "requests": lambda do, _: do.friends.show_requests(),
    "accept": lambda do, user: do.friends.accept(user),
    "refuse": lambda do, user: do.friends.refuse(user),
    "remark": lambda do, words: do.friends.set_remark(words),
    "nick": lambda do, name: do.friends.set_nick(name),
    "signature": lambda do, words: do.friends.set_signature(words),
    "allow": lambda do, whom: do.friends.allow(whom),
    "group": lambda do, words: do.people.group(words),
    "order": lambda do, order: do.views.order(order),
    "copy": lambda do, user: do.people.copy_id(user),
    "copy-text": lambda do, user: do.people.copy_text(user),
    "events": lambda do, shown: do.views.events(shown),
    "kind": lambda do, kind: do.views.kind(kind),
    "retry": lambda do, _: do.views.retry(),
    "theme": lambda do, name: do.views.theme(name),
    "settings": lambda do, _: do.views.settings(),
    "log-out": lambda do, _: do.own.log_out(),
    "palette": lambda do, _: do.views.open_palette(),
    "type": lambda do, words: do.views.type(words),
    "help": lambda do, _: do.views.open_help(),
    "quit": lambda do, _: do.views.leave(),
    "chat": lambda do, user: do.conversations.open(user),
    "switch": lambda do, _: do.views.open_switcher(),
    "next-unread": lambda do, _: do.conversations.next_unread(),
    "reply": lambda do, _: do.conversations.reply(),
    "recall": lambda do, _: do.conversations.recall(),
    "delete-message": lambda do, _: do.conversations.delete(),
    "resend": lambda do, _: do.conversations.resend(),
    "copy-message": lambda do, _: do.conversations.copy(),
    "search": lambda do, words: do.conversations.search(words),
    "search-here": lambda do, words: do.conversations.search(words, here=True),
    "delete-conversation": lambda do, user: do.conversations.delete_conversation(user),
    "close": lambda do, _: do.conversations.close(),
}
"""By the ID of the command."""

TOGGLES: Final[Mapping[str, ToggleAction]] = {
    "quiet": lambda do, end, turn: do.alerts.quiet(end, turn),
    "quiet-except": lambda do, user, turn: do.alerts.let_through(user, turn),
    "watch": lambda do, user, turn: do.subscriptions.watch(user, turn),
    "watch-always": lambda do, user, turn: do.subscriptions.watch(user, turn, standing=True),
    "block": lambda do, user, turn: do.friends.block(user, turn),
    "favourite": lambda do, user, turn: do.people.favourite(user, turn),
    "fold": lambda do, group, turn: do.views.fold(group, turn),
    "mute": lambda do, user, turn: do.conversations.mute(user, turn),
    "pin": lambda do, user, turn: do.conversations.pin(user, turn),
}
"""By the ID of the command; none of them is in ``ACTIONS``."""

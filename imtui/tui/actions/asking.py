"""Asking whom a command is about."""

from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.identifiers import is_user_id
from imtui.tui.actions.host import Host

NOBODY: Final = "Whom? Choose a friend first, or type the command with a user ID."


def whom(host: Host, typed: str) -> str:
    """Return the user who was typed, or is meant on the screen; complain if that is nobody."""
    user_id = typed.strip() or host.selected
    if is_user_id(user_id):
        return user_id
    host.complain(NOBODY)
    return ""


def with_user(host: Host, typed: str, do: Callable[[str], None]) -> None:
    """Do something with the user who was typed, or who is meant on the screen."""
    user_id = typed.strip() or host.selected
    if is_user_id(user_id):
        do(user_id)
    elif user_id:
        host.complain(f"There can be no user ID {host.glyphs.quote(user_id)}.")
    else:
        host.complain(NOBODY)


def ask_user(host: Host, question: str, call: Callable[[str], Awaitable[None]]) -> None:
    """Ask for a user ID, and make a call with it."""
    from imtui.tui.kit.prompt import user_id_prompt

    def answered(user_id: str | None) -> None:
        if user_id:
            host.attempt(lambda: call(user_id))

    host.open(user_id_prompt(question, host.selected), answered)

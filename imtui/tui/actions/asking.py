"""The user that a command applies to: typed, selected, or asked for."""

from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.identifiers import is_user_id
from imtui.tui.actions.parts import Parts

NOBODY: Final = "Whom? Choose a friend first, or type the command with a user ID."


def chosen_user(parts: Parts, typed: str) -> str:
    """Return the typed or else the selected user, or complain and return an empty string."""
    user_id = typed.strip() or parts.navigator.selected
    if is_user_id(user_id):
        return user_id
    parts.feedback.complain(NOBODY)
    return ""


def with_user(parts: Parts, typed: str, do: Callable[[str], None]) -> None:
    """Call ``do`` with the typed or else the selected user; complain if neither is valid."""
    user_id = typed.strip() or parts.navigator.selected
    if is_user_id(user_id):
        do(user_id)
    elif user_id:
        parts.feedback.complain(f"There can be no user ID {parts.glyphs.quote(user_id)}.")
    else:
        parts.feedback.complain(NOBODY)


def ask_user(parts: Parts, question: str, call: Callable[[str], Awaitable[None]]) -> None:
    """Prompt for a user ID, then make a call with it."""
    from imtui.tui.screens.user_id_prompt import user_id_prompt

    def answered(user_id: str | None) -> None:
        if user_id:
            parts.feedback.attempt(lambda: call(user_id))

    parts.navigator.open(user_id_prompt(question, parts.navigator.selected), answered)

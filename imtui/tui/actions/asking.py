"""Asking whom a command is about."""

from collections.abc import Awaitable, Callable

from imtui.tui.actions.host import Host


def ask_user(host: Host, question: str, call: Callable[[str], Awaitable[None]]) -> None:
    """Ask for a user ID, and make a call with it."""
    from imtui.tui.screens.prompt import user_id_prompt

    def answered(user_id: str | None) -> None:
        if user_id:
            host.attempt(lambda: call(user_id))

    host.open(user_id_prompt(question, host.selected), answered)

"""Runs commands that can also be ended, such as muting."""

from collections.abc import Callable

from msgspec import Struct

from imtui.tui.actions.asking import with_user
from imtui.tui.actions.parts import Parts
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.toggles import Outcome, Turn, outcome, parse_turn


class Toggle(Struct, frozen=True):
    """Something that can begin and end for a user."""

    command_id: str
    holds: Callable[[str, Turn], bool]
    """Tells whether it holds for a user, as far as a turn is concerned."""
    change: Callable[[str, bool], None]
    """Begins it for a user with True, or ends it."""
    question: str = ""
    """What to ask about a user for whom it holds; empty to end it without a question."""


def run_toggle(parts: Parts, toggle: Toggle, argument: str, turn: Turn) -> None:
    """Do what was asked for the typed or else the selected user."""
    user_id, turn = parse_turn(argument, turn)
    with_user(parts, user_id, lambda one: _turn(parts, toggle, one, turn))


def _turn(parts: Parts, toggle: Toggle, user_id: str, turn: Turn) -> None:
    holds = toggle.holds(user_id, turn)
    todo = outcome(turn, holds, asks=bool(toggle.question))
    if todo is Outcome.ASK:
        _ask(parts, toggle, user_id)
    elif todo is Outcome.KEEP:
        parts.feedback.say(_kept(toggle.command_id, user_id, holds), who=user_id)
    else:
        toggle.change(user_id, todo is Outcome.BEGIN)


def _ask(parts: Parts, toggle: Toggle, user_id: str) -> None:
    from imtui.tui.kit.prompt import Question

    def answered(yes: bool | None) -> None:
        if yes:
            toggle.change(user_id, False)

    parts.navigator.open(Question(f"{user_id} {toggle.question}", takes_away=True), answered)


def _kept(command_id: str, user_id: str, holds: bool) -> str:
    state = command_by_id(command_id).state
    if not holds:
        return f"is not {state}"
    return f"is {state} already: /{command_id} {user_id} off ends it"

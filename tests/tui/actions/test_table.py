"""The table of actions and the catalogue of commands name the same commands."""

from imtui.tui.actions.table import ACTIONS, TOGGLES
from imtui.tui.commands.catalogue import COMMAND_IDS, COMMANDS


def test_every_command_has_an_action_and_every_action_a_command() -> None:
    assert set(ACTIONS) | set(TOGGLES) == COMMAND_IDS
    assert not set(ACTIONS) & set(TOGGLES)


def test_command_ids_are_unique() -> None:
    assert len(COMMANDS) == len(COMMAND_IDS)

"""What commands do that can also be ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.commands.catalogue import COMMANDS
from imtui.tui.commands.command import Argument
from imtui.tui.commands.slash import complete_slash_line
from imtui.tui.commands.toggles import Outcome, Turn, outcome, parse_turn

TURNS = st.sampled_from(Turn)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("", ("", Turn.NAMED)),
        ("bob", ("bob", Turn.NAMED)),
        ("bob off", ("bob", Turn.OFF)),
        ("bob ON", ("bob", Turn.ON)),
        (" off ", ("", Turn.OFF)),
        ("off on", ("off", Turn.ON)),
        ("bob carol", ("bob carol", Turn.NAMED)),
    ],
)
def test_the_turn_follows_the_user(argument: str, expected: tuple[str, Turn]) -> None:
    assert parse_turn(argument, Turn.NAMED) == expected


@given(st.lists(st.tuples(TURNS, st.booleans()), max_size=12), st.booleans())
def test_what_holds_in_the_end_is_what_the_words_say(
    turns: list[tuple[Turn, bool]], asks: bool
) -> None:
    holds = False
    for turn, answer in turns:
        before, todo = holds, outcome(turn, holds, asks=asks)
        holds = {
            Outcome.BEGIN: True,
            Outcome.END: False,
            Outcome.ASK: not answer,
            Outcome.KEEP: holds,
        }[todo]
        if turn in (Turn.ON, Turn.OFF):
            assert holds is (turn is Turn.ON)
        if turn is Turn.NAMED:
            assert holds or (asks and before and answer), "ended without being asked"
        if turn is Turn.SWITCH and not asks:
            assert holds is not before
        if todo is Outcome.ASK:
            assert asks and before and turn in (Turn.NAMED, Turn.SWITCH)


def test_commands_that_can_be_ended_take_on_and_off_and_say_what_they_begin() -> None:
    for command in COMMANDS:
        assert (command.argument is Argument.TOGGLE) == bool(command.state), command.id


def test_completion_offers_on_and_off_after_the_user() -> None:
    words = {Argument.USER: ["bob", "carol"]}
    assert complete_slash_line("/mute ", words) == ["/mute bob", "/mute carol"]
    assert complete_slash_line("/mute bob ", words) == ["/mute bob on", "/mute bob off"]
    assert complete_slash_line("/block carol of", words) == ["/block carol off"]

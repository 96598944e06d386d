"""Sentences name the keys that work."""

import re
from pathlib import Path

import pytest

from imtui.tui.commands.catalogue import COMMAND_IDS, command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys

TUI = Path(__file__).parents[3] / "imtui/tui"


def test_a_sentence_names_the_first_default_key() -> None:
    assert with_keys("again in 3 s ({retry}: now)", Keys()) == "again in 3 s (r: now)"


def test_a_sentence_names_the_persons_own_key() -> None:
    assert with_keys("({retry}: now)", Keys({"retry": ("f9",)})) == "(F9: now)"


def test_a_command_without_a_key_is_named_by_its_slash_command() -> None:
    taken = Keys({"watch": command_by_id("retry").keys})
    assert with_keys("({retry}: now)", taken) == "(/retry: now)"


def test_an_unknown_command_is_an_error() -> None:
    with pytest.raises(KeyError):
        with_keys("({no-such}: now)", Keys())


def test_all_commands_that_sentences_name_exist() -> None:
    named = {
        found
        for path in TUI.rglob("*.py")
        if "with_keys" in (text := path.read_text()) and path.name != "sentences.py"
        for found in re.findall(r"\{([a-z]+(?:-[a-z]+)+)\}", text)
    }
    assert named
    assert named <= COMMAND_IDS

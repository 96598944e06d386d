"""The saved state, error sentences, and the catalogue of commands."""

import json
import stat
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.tui.commands.catalogue import COMMANDS, command_by_id, keys_table
from imtui.tui.commands.command import Keys, key_name
from imtui.tui.services.explain import explain
from imtui.tui.state.account_state import RECENTS_MAX, AccountState, StateFile


def test_the_state_is_saved_in_a_private_file(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    file.update(lambda state: state.with_recent("Tea").with_recent("東京").with_recent("Tea"))
    assert StateFile(tmp_path).state == AccountState(recents={"Tea": 2, "東京": 1})
    assert list(file.state.recents) == ["Tea", "東京"]
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_two_apps_do_not_overwrite_each_others_texts(tmp_path: Path) -> None:
    one, other = StateFile(tmp_path), StateFile(tmp_path)
    one.update(lambda state: state.with_recent("Tea"))
    other.update(lambda state: state.with_recent("Coffee"))
    assert list(StateFile(tmp_path).state.recents) == ["Coffee", "Tea"]


def test_recent_texts_are_bounded() -> None:
    state = AccountState()
    for number in range(RECENTS_MAX + 5):
        state = state.with_recent(f"text {number}")
        state = state.with_chosen(f"text {number}")
    assert len(state.recents) == len(state.chosen) == RECENTS_MAX
    assert next(iter(state.recents)) == f"text {RECENTS_MAX + 4}"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"recents": 1, "subscriptions": {}, "cleared_at": "x"}', "[" * 9999],
)
def test_a_damaged_state_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    assert StateFile(tmp_path).state == AccountState()


def test_a_huge_state_is_ignored(tmp_path: Path) -> None:
    values = {"recents": {"x" * 1_100_000: 1}}
    (tmp_path / "state.json").write_text(json.dumps(values))
    assert StateFile(tmp_path).state == AccountState()


def test_invalid_values_in_the_state_are_dropped(tmp_path: Path) -> None:
    values = {
        "recents": {"a\x1b": 1, "b": "x"},
        "chosen": ["a\x1b", 1, None],
        "subscriptions": ["bob", 1, "no such", "bob"],
    }
    (tmp_path / "state.json").write_text(json.dumps(values))
    state = StateFile(tmp_path).state
    assert state.recents == {"a\ufffd": 1}
    assert state.chosen == ("a\ufffd",)
    assert state.subscriptions == ("bob",)


def test_an_unwritable_state_is_reported_and_kept_in_memory(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "missing")
    file.update(lambda state: state.with_recent("Tea"))
    assert file.problem.startswith("What you choose cannot be kept")
    assert file.state.recents == {"Tea": 1}


@pytest.mark.parametrize("code", [code for code in ErrorCode if code])
def test_every_error_is_one_sentence_with_its_code(code: ErrorCode) -> None:
    words = explain(IMError(code), Keys())
    assert words.startswith(f"{int(code)} · ")
    assert words.endswith(".")
    assert words.isprintable()


def test_errors_say_what_to_do() -> None:
    def explained(code: int, message: str = "", **data: int) -> str:
        return explain(IMError(code, message, data), Keys())

    assert (
        explained(7008, retryAfterMs=2_001) == "7008 · Too often; the next one goes through in 3 s."
    )
    assert "Wait" in explained(7008)
    assert "Ultimate" in explained(7013)
    assert "Set user status query and status change notification" in explained(72001)
    assert "Press r" in explained(6014)
    assert "Check the user ID" in explained(70107)
    assert "when it is back" in explained(9508)
    assert explained(6017, "customStatus: at most 100 bytes.").endswith(
        "at most 100 bytes. Correct it and try again."
    )
    assert explained(12345, "a\x1b[31mb") == "12345 · a\ufffd[31mb Try again later."


def test_commands_have_unique_ids_titles_and_keys() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert len({command.title for command in COMMANDS}) == len(COMMANDS)
    assert not {"ctrl+@", "ctrl+space"} & set(keys)


def test_palette_and_quit_have_a_key_that_an_editor_does_not_take() -> None:
    for command_id in ("palette", "quit"):
        assert any(not key.startswith("ctrl") for key in command_by_id(command_id).keys)


def test_the_readme_table_has_every_command() -> None:
    table = keys_table()
    for command in COMMANDS:
        assert command.title in table
        assert all(f"`{key_name(key)}`" in table for key in command.keys)

"""The undocumented parts of Textual and Rich that imtui relies on still exist and work."""

import inspect
import signal

import pytest
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.widgets import Label

from imtui.tui.kit.undocumented import (
    FaultTolerantApp,
    TolerantDriver,
    character_of_key,
    emoji_codes,
    key_for_character,
    selecting_from,
)


class _Failing(FaultTolerantApp):
    fault: BaseException | None = None

    def handle_fault(self, error: BaseException | None) -> None:
        self.fault = error
        self.exit_after_fault()

    def on_mount(self) -> None:
        raise ValueError("broken")


async def test_a_fault_reaches_the_app_and_ends_it_with_status_1() -> None:
    app = _Failing()
    with pytest.raises(ValueError, match="broken"):
        async with app.run_test():
            pass
    assert isinstance(app.fault, ValueError)
    assert app.return_code == 1


@pytest.mark.parametrize(
    "name",
    ["_sigcont_application", "suspend_application_mode", "process_message", "run_input_thread"],
)
def test_the_driver_has_the_methods_that_ours_replaces_or_calls(name: str) -> None:
    assert callable(getattr(LinuxDriver, name))


def test_the_driver_has_the_attributes_that_ours_uses() -> None:
    source = inspect.getsource(LinuxDriver.__init__) + inspect.getsource(LinuxDriver.__mro__[1])
    for name in ("_file", "_must_signal_resume", "_app", "_debug"):
        assert f"self.{name}" in source


async def test_a_lent_terminal_is_left_alone_when_the_process_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The driver of a test must not take the signals of the process.
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    driver = TolerantDriver(App())
    touched: list[str] = []
    for name in ("suspend_application_mode", "resume_application_mode"):
        monkeypatch.setattr(driver, name, lambda name=name: touched.append(name))
    with driver.no_automatic_restart():
        driver._resume()
    assert touched == []
    driver._resume()
    assert touched == ["suspend_application_mode", "resume_application_mode"]


def test_the_app_has_the_names_that_ours_uses() -> None:
    for name in ("_fatal_error", "_close_messages_no_wait"):
        assert callable(getattr(App, name))
    for name in ("_exception", "_return_code", "_driver"):
        assert hasattr(App(), name)


def test_the_parser_turns_text_into_keys() -> None:
    keys = [one for one in XTermParser(False).feed("a") if isinstance(one, Key)]
    assert [key.key for key in keys] == ["a"]


async def test_a_screen_knows_where_the_mouse_began_to_select() -> None:
    app: App[None] = App()
    async with app.run_test(size=(20, 5)) as pilot:
        label = Label("words")
        await app.screen.mount(label)
        await pilot.pause()
        assert selecting_from(app.screen) is None
        await pilot.mouse_down(label, offset=(1, 0))
        assert selecting_from(app.screen) is label
        await pilot.mouse_up(label, offset=(3, 0))
        assert selecting_from(app.screen) is None


def test_emoji_have_codes() -> None:
    assert emoji_codes()["smile"] == "😄"


@pytest.mark.parametrize(("key", "character"), [("plus", "+"), ("comma", ","), ("a", "a")])
def test_keys_and_their_characters(key: str, character: str) -> None:
    assert character_of_key(key) == character
    if character != ",":
        assert key_for_character(character) == key


def test_only_one_module_imports_private_modules_of_textual_and_rich() -> None:
    from pathlib import Path

    tui = Path(__file__).parents[3] / "imtui"
    importing = [
        path.name
        for path in tui.rglob("*.py")
        if "from textual._" in (text := path.read_text()) or "from rich._" in text
    ]
    assert importing == ["undocumented.py"]

"""The undocumented parts of Textual and Rich that imtui relies on still exist and work."""

import asyncio
import inspect
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App
from textual.command import CommandList, Hit, Hits, Provider
from textual.drivers.linux_driver import LinuxDriver
from textual.events import AppBlur, AppFocus, Key, MouseDown, Paste, Resize
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.widget import Widget
from textual.widgets import Label

from imtui.tui.kit.driver.reader import Input, InputReader, Pasted
from imtui.tui.kit.undocumented.app import FaultTolerantApp
from imtui.tui.kit.undocumented.driver import TolerantDriver
from imtui.tui.kit.undocumented.messages import MessageParser
from imtui.tui.kit.undocumented.names import character_of_key, emoji_codes, key_for_character
from imtui.tui.kit.undocumented.screens import ClosablePalette, selecting_from


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
    [
        *("start_application_mode", "stop_application_mode", "suspend_application_mode"),
        *("write", "close", "run_input_thread", "disable_input", "send_message", "process_message"),
        "_sigcont_application",
    ],
)
def test_the_driver_has_the_methods_that_ours_replaces_or_calls(name: str) -> None:
    assert callable(getattr(LinuxDriver, name))


def test_the_driver_has_the_attributes_that_ours_uses() -> None:
    source = inspect.getsource(LinuxDriver.__init__) + inspect.getsource(LinuxDriver.__mro__[1])
    for name in ("_must_signal_resume", "_in_band_window_resize", "_app", "_loop", "fileno"):
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
    written: list[str] = []
    monkeypatch.setattr(driver, "write", written.append)
    driver._is_set_up = True
    with driver.no_automatic_restart():
        driver._resume()
    assert (touched, written) == ([], [])
    driver._resume()
    assert touched == []
    assert len(written) == 1
    driver._must_signal_resume = True
    driver._resume()
    assert touched == ["resume_application_mode"]


def test_the_driver_writes_only_through_its_method_and_starts_the_input_thread() -> None:
    source = inspect.getsource(LinuxDriver)
    assert source.count("self._writer_thread.write(") == 1
    assert source.count("self._writer_thread.start()") == 1
    assert source.count("self._writer_thread.stop()") == 1
    assert "target=self._run_input_thread" in source


def test_the_app_has_the_names_that_ours_uses() -> None:
    for name in ("_fatal_error", "_close_messages_no_wait"):
        assert callable(getattr(App, name))
    for name in ("_exception", "_return_code", "_driver"):
        assert hasattr(App(), name)


def messages(came: Input) -> list[Message]:
    return list(MessageParser().messages(came))


@pytest.mark.parametrize(
    ("came", "key"),
    [
        *(("a", "a"), ("\r", "enter"), ("\n", "ctrl+j"), ("\x11", "ctrl+q"), ("\x1b", "escape")),
        *(("\x1b[A", "up"), ("\x1b[1;3D", "alt+left"), ("\x1b\x1b[D", "alt+left")),
        *(("\x1b\r", "alt+enter"), ("\x1bx", "alt+x"), ("\x1bX", "alt+shift+x")),
        *(("\x1bOP", "f1"), ("\x1b[[A", "f1"), ("\x1b[13;3u", "alt+enter"), ("\x1bb", "ctrl+left")),
    ],
)
def test_a_key_is_known_by_its_name(came: str, key: str) -> None:
    (message,) = messages(came)
    assert isinstance(message, Key)
    assert message.key == key


@pytest.mark.parametrize("char", ["a", "é", "😄"])
def test_a_character_is_typed(char: str) -> None:
    (message,) = messages(char)
    assert isinstance(message, Key)
    assert (message.character, message.is_printable) == (char, True)


@pytest.mark.parametrize(
    "came",
    [
        *("\x1b[?62;22;52c", "\x1b[>41;390;0c", "\x1b[?0u", "\x1b[12;40R", "\x1b[?997;1n"),
        *("\x1b[99999999999999999999;1u", "\x1b[1114112;1u", "\x1bNq", "\x1b[M !!", "\x1b[<0;;M"),
        *("\x1b[48;9;9;9;9t", "\x1b[4;600;800t", "\x1b[<0;-9;-9M", "\x1b[3q", "\x1b[1;2;3;4;5~"),
    ],
)
def test_what_is_no_key_vanishes(came: str) -> None:
    assert messages(came) == []


@given(st.text(alphabet=st.characters(max_codepoint=0xFF), max_size=40))
def test_nothing_that_comes_is_an_error(text: str) -> None:
    parser = MessageParser()
    parser.accepts_sizes = True
    for came in InputReader().feed(text, 0.0):
        list(parser.messages(came))


def test_bytes_that_are_no_text_are_a_replacement_character() -> None:
    (message,) = messages("\udcff")
    assert isinstance(message, Key)
    assert message.character == "\ufffd"


def test_reports_that_textual_knows() -> None:
    (press,) = messages("\x1b[<0;3;4M")
    assert isinstance(press, MouseDown)
    assert (press.x, press.y) == (2, 3)
    reports: dict[Input, type[Message]] = {
        "\x1b[I": AppFocus,
        "\x1b[O": AppBlur,
        "\x1b[?2026;2$y": TerminalSupportsSynchronizedOutput,
        Pasted("x"): Paste,
    }
    for came, kind in reports.items():
        (message,) = messages(came)
        assert type(message) is kind


def test_the_terminal_reports_its_size_once_it_was_asked() -> None:
    parser = MessageParser()
    parser.accepts_sizes = True
    (resize,) = parser.messages("\x1b[48;24;80;480;800t")
    assert isinstance(resize, Resize)
    assert resize.size == (80, 24)
    assert not list(parser.messages("\x1b[48;99999;80;480;800t"))


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


def test_the_screen_gives_the_focus_away_where_ours_keeps_it() -> None:
    assert "self.screen._reset_focus(self)" in inspect.getsource(Widget.blur)
    assert "self.blur()" in inspect.getsource(Widget._on_hide)
    assert "_reset_focus(screen.focused, list(pruning_nodes))" in inspect.getsource(App._prune)


def test_emoji_have_codes() -> None:
    assert emoji_codes()["smile"] == "😄"


@pytest.mark.parametrize(("key", "character"), [("plus", "+"), ("comma", ","), ("a", "a")])
def test_keys_and_their_characters(key: str, character: str) -> None:
    assert character_of_key(key) == character
    if character != ",":
        assert key_for_character(character) == key


def test_only_one_folder_imports_private_modules_of_textual_and_rich() -> None:
    from pathlib import Path

    tui = Path(__file__).parents[3] / "imtui"
    importing = {
        path.parent.name
        for path in tui.rglob("*.py")
        if "from textual._" in (text := path.read_text()) or "from rich._" in text
    }
    assert importing == {"undocumented"}


class Slow(Provider):
    """Finds one command, once it is let go on."""

    asked = asyncio.Event()
    going_on = asyncio.Event()

    async def search(self, query: str) -> Hits:
        self.asked.set()
        await self.going_on.wait()
        yield Hit(1.0, "found", lambda: None)


async def test_a_palette_may_close_while_it_searches() -> None:
    Slow.asked, Slow.going_on = asyncio.Event(), asyncio.Event()
    app: App[None] = App()
    async with app.run_test() as pilot:
        palette = ClosablePalette(providers=[Slow])
        app.push_screen(palette)
        await pilot.press("x")
        await Slow.asked.wait()
        # As closing does, which takes the list away before it ends the search.
        await palette.query_one(CommandList).remove()
        Slow.going_on.set()
        await pilot.app.workers.wait_for_complete()

"""The app: ties the store, the session and the screens together."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType

from imtui.protocol.errors import IMError
from imtui.tui.badges import ASCII, UNICODE
from imtui.tui.choices import Choice, choices, ends
from imtui.tui.clock import Clock, Handle, SystemClock, Throttle
from imtui.tui.commands import command_named
from imtui.tui.driver import tolerant_driver
from imtui.tui.errors import explain
from imtui.tui.events import EventKind
from imtui.tui.launch import Launch
from imtui.tui.messages import RunCommand
from imtui.tui.palette import ImtuiPalette, ImtuiProvider
from imtui.tui.screens.main import MainScreen
from imtui.tui.sdk_face import Sdk
from imtui.tui.session import Session
from imtui.tui.settings import Settings, SettingsError, load_settings
from imtui.tui.store import Link, Store

ROSTER_INTERVAL: Final = 0.05
EVENTS_INTERVAL: Final = 0.25
COUNTS_INTERVAL: Final = 1.0
_END_MAX: Final = 5.0
"""Told to end, the process is gone after so many seconds even if the terminal hangs."""

_log = logging.getLogger(__name__)


def bundled_sdk() -> Sdk:
    """Import the SDK, which is heavy, and return it."""
    from imtui.tui.bundled_sdk import BundledSdk

    return BundledSdk()


class ImtuiApp(App[None]):
    """The terminal app."""

    TITLE = "imtui"
    CSS_PATH = "imtui.tcss"
    COMMANDS = {ImtuiProvider}  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "run_command('quit')", "Quit", show=False, priority=True),
        Binding("ctrl+p", "run_command('palette')", "Palette", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False),
    ]

    def __init__(
        self,
        launch: Launch,
        clock: Clock | None = None,
        load_sdk: Callable[[], Sdk] | None = None,
    ) -> None:
        """Make the app; tests bring their own clock and SDK."""
        super().__init__(
            driver_class=tolerant_driver(),
            # Without colours, the terminal's own are the only ones that are none.
            ansi_color=True if "NO_COLOR" in os.environ else None,
        )
        self._launch = launch
        self._clock = clock or SystemClock()
        self.glyphs = ASCII if launch.ascii else UNICODE
        self.store = Store(self._clock.now)
        self._settings = self._load_settings(launch.settings_file)
        self.session = Session(
            self.store,
            self._clock,
            load_sdk or bundled_sdk,
            restore_status=self._settings.restore_status,
        )
        self.failure = ""
        """Why the app ended, in one line; empty if the person left."""
        self._first_frame = asyncio.Event()
        self._roster = Throttle(self._clock, ROSTER_INTERVAL, self._later(self._show_roster))
        self._events = Throttle(self._clock, EVENTS_INTERVAL, self._later(self._show_events))
        self._counts = Throttle(self._clock, COUNTS_INTERVAL, self._later(self._show_counts))
        self._countdown: Handle | None = None

    # Life

    async def live(self) -> None:
        """Run the session from the first frame on, until cancelled."""
        await self._first_frame.wait()
        try:
            await self.session.run(self._launch)
        except Exception as error:
            self._fail(error)

    def get_default_screen(self) -> MainScreen:
        """Return the screen that shows first."""
        self.main = MainScreen(self.store, self.glyphs, self._clock)
        return self.main

    def on_mount(self) -> None:
        """Follow the store."""
        self.set_class(self._launch.ascii, "-ascii")
        if self._settings.theme in self.available_themes:
            self.theme = self._settings.theme
        elif self._settings.theme:
            self.store.tell(EventKind.NOTICE, f"There is no theme “{self._settings.theme}”.")
        # What somebody else wrote meanwhile is painted over.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.store.watch(self._roster.ask)
        self.store.watch(self._events.ask)
        self._roster.ask()
        self._events.ask()

    def on_ready(self) -> None:
        """Begin with the network, as the first frame is on the screen."""
        self._first_frame.set()

    def _load_settings(self, path: Path) -> Settings:
        try:
            return load_settings(path)
        except SettingsError as error:
            self.store.tell(EventKind.NOTICE, f"{error} Going on with the defaults.")
            return Settings()

    def _fatal_error(self) -> None:
        self._fail(self._exception or sys.exc_info()[1])

    def _fail(self, error: BaseException | None) -> None:
        if self.failure:
            return
        _log.critical("The app ended", exc_info=error)
        trace = error.__traceback__ if error is not None else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = ""
        if trace is not None:
            where = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        self.failure = f"a fault of ours ended it ({type(error).__name__}{where}); please report it"
        self._return_code = 1
        self._close_messages_no_wait()

    # From the store to the screens

    def _later(self, show: Callable[[], None]) -> Callable[[], None]:
        # The store is written to from the SDK's tasks; painting belongs to the app's own.
        return lambda: self.call_next(show)

    def _show_roster(self) -> None:
        changed = self.store.take_changed()
        if changed.head or changed.roster:
            self.main.top_line.refresh()
            self._count_down()
        if changed.roster or changed.people:
            self._counts.ask()
            self.main.friend_list.show(changed)

    def _show_counts(self) -> None:
        self.main.friend_title.refresh()

    def _show_events(self) -> None:
        self.main.event_pane.show_new()

    def _count_down(self) -> None:
        if self._countdown is not None:
            self._countdown.cancel()
            self._countdown = None
        if self.store.link is Link.WAITING:
            self.main.top_line.refresh()
            self._countdown = self._clock.call_later(1.0, self._later(self._count_down))

    # Commands

    def on_run_command(self, message: RunCommand) -> None:
        """Do what a widget asks for."""
        self.run_command(message.command_id)

    def action_run_command(self, command_id: str) -> None:
        """Do what a key is bound to."""
        self.run_command(command_id)

    def run_command(self, command_id: str) -> None:
        """Run a command of the registry."""
        command_named(command_id).run(self)

    def choices(self) -> list[Choice]:
        """Return the texts to offer."""
        return choices(self._settings.presets, self.session.state.recents)

    def set_status(self, text: str, expires_at: int | None = None) -> None:
        """Set the own text, or clear it with an empty one."""
        self._attempt(lambda: self.session.set_status(text, expires_at))

    def _attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        async def attempt() -> None:
            try:
                await call()
            except IMError as error:
                self._complain(explain(error))

        self.run_worker(attempt(), exit_on_error=True)

    def _complain(self, words: str) -> None:
        words = self.glyphs.plain(words)
        self.store.tell(EventKind.NOTICE, words)
        self.notify(words, severity="error", markup=False)

    def _ask(self, question: str, call: Callable[[str], Awaitable[None]]) -> None:
        from imtui.tui.screens.prompt import UserIDPrompt

        def answered(user_id: str | None) -> None:
            if user_id:
                self._attempt(lambda: call(user_id))

        self.push_screen(UserIDPrompt(question, self.main.friend_list.selected), answered)

    def open_status_box(self) -> None:
        """Ask for a text, and set it."""
        from imtui.tui.screens.status_box import NewStatus, StatusBox

        def chosen(new: NewStatus | None) -> None:
            if new is not None:
                self.set_status(new.text, new.expires_at)

        now = self._clock.local(self._clock.now())
        self.push_screen(StatusBox(self.choices(), ends(now), self.glyphs), chosen)

    def clear_status(self) -> None:
        """Clear the own text."""
        self.set_status("")

    def open_palette(self) -> None:
        """Open the command palette."""
        if self.screen is self.main:
            self.push_screen(ImtuiPalette(placeholder=self.glyphs.plain("a text, or a command …")))

    def ask_query(self) -> None:
        """Ask whose status to query, and query it."""
        self._ask("Query whose status?", self.session.query)

    def ask_subscribe(self) -> None:
        """Ask whom to subscribe to, and do it."""
        self._ask("Subscribe to whom?", self.session.subscribe)

    def ask_unsubscribe(self) -> None:
        """Ask whom to unsubscribe from, and do it."""
        self._ask("Unsubscribe from whom?", self.session.unsubscribe)

    def unsubscribe_all(self) -> None:
        """Unsubscribe from everybody."""
        self._attempt(lambda: self.session.unsubscribe(None))

    def ask_add_friend(self) -> None:
        """Ask whom to add as a friend, and do it."""
        self._ask("Add whom as a friend?", self.session.add_friend)

    def ask_delete_friend(self) -> None:
        """Ask which friend to delete, and do it."""
        self._ask("Delete which friend?", self.session.delete_friend)

    def retry(self) -> None:
        """Connect now, or log in again."""
        self.session.retry()

    def log_out(self) -> None:
        """Log this device out."""
        self._attempt(self.session.log_out)

    def toggle_events(self) -> None:
        """Go to the event pane, or back."""
        self.main.toggle_events()

    def choose_theme(self) -> None:
        """Let the person choose a theme."""
        from textual.theme import ThemeProvider

        self.push_screen(ImtuiPalette(providers=[ThemeProvider], placeholder="a theme"))

    def open_help(self) -> None:
        """Show the help."""
        from imtui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.glyphs))

    def leave(self) -> None:
        """Quit the app."""
        self.exit()


async def attend(launch: Launch) -> str:
    """Run the app and its session together; return why it failed, in one line, or nothing."""
    logging.getLogger("imtui").addHandler(logging.NullHandler())
    app = ImtuiApp(launch)
    with ExitStack() as stack:
        _end_on_signals(app, stack)
        async with asyncio.TaskGroup() as group:
            session = group.create_task(app.live())
            try:
                await app.run_async()
            finally:
                session.cancel()
    return app.failure


def _end_on_signals(app: ImtuiApp, stack: ExitStack) -> None:
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        signal.setitimer(signal.ITIMER_REAL, _END_MAX)
        app.exit()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
        stack.callback(loop.remove_signal_handler, number)
    stack.callback(signal.setitimer, signal.ITIMER_REAL, 0)

"""The app: ties the store, the session, the actions and the screens together."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.constants import DEFAULT_THEME
from textual.events import Event, Key, MouseEvent, Paste
from textual.screen import Screen

from imtui.protocol.errors import IMError
from imtui.tui.absence import Absence
from imtui.tui.actions import Actions, actions_of
from imtui.tui.alerts import Alerts
from imtui.tui.attention import Alert, AlertKind
from imtui.tui.badges import ASCII, UNICODE
from imtui.tui.choices import Choice
from imtui.tui.clock import Clock, Handle, SystemClock, Throttle, time_of_day
from imtui.tui.colours import presence_colours
from imtui.tui.command import Keys, Takes
from imtui.tui.commands import COMMAND_IDS, COMMANDS, command_named
from imtui.tui.driver import tolerant_driver
from imtui.tui.errors import explain
from imtui.tui.events import EventKind
from imtui.tui.launch import Account, Launch
from imtui.tui.lookout import Lookout
from imtui.tui.memory import Memory
from imtui.tui.messages import RunCommand
from imtui.tui.palette import ImtuiPalette, ImtuiProvider
from imtui.tui.roster import View
from imtui.tui.screens.bindings import keymap
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.screens.main import MainScreen
from imtui.tui.sdk_face import Sdk
from imtui.tui.session import Session
from imtui.tui.settings import SettingsError
from imtui.tui.settings_file import SettingsFile
from imtui.tui.store import Link, Store
from imtui.tui.watches import Watch
from imtui.tui.widgets.command_line import CommandLine

ROSTER_INTERVAL: Final = 0.05
EVENTS_INTERVAL: Final = 0.25
COUNTS_INTERVAL: Final = 1.0
SETTINGS_INTERVAL: Final = 2.0
"""The settings file is looked at every so many seconds."""

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
        self.clock = clock or SystemClock()
        self.glyphs = ASCII if launch.ascii else UNICODE
        self.settings_path = launch.settings_file
        self.settings = SettingsFile(launch.settings_file, COMMAND_IDS)
        self.keys = Keys(self.settings.settings.keys)
        self.store = Store(self.clock.now)
        self.memory = Memory(lambda words: self.store.tell(EventKind.NOTICE, words))
        self.session = Session(
            self.store,
            self.clock,
            self.memory,
            load_sdk or bundled_sdk,
            self._joined,
            lambda: self.settings.settings.restore_status,
        )
        self.lookout = Lookout(self.store, self.clock, self._came_online, self._keep_watches)
        self.absence = Absence(self.store, self.session, self.clock)
        self.actions: Actions = actions_of(self)
        self.alerts = Alerts(self, self.memory, self.settings, self.clock)
        self.failure = ""
        """Why the app ended, in one line; empty if the person left."""
        self._first_frame = asyncio.Event()
        self._roster = Throttle(self.clock, ROSTER_INTERVAL, self._later(self._show_roster))
        self._events = Throttle(self.clock, EVENTS_INTERVAL, self._later(self._show_events))
        self._counts = Throttle(self.clock, COUNTS_INTERVAL, self._later(self._show_counts))
        self._countdown: Handle | None = None

    # Life

    async def live(self) -> None:
        """Run the session from the first frame on, until cancelled."""
        await self._first_frame.wait()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.absence.run())
                group.create_task(self.session.run(self._launch))
        except* Exception as errors:
            self._fail(_first(errors))

    def get_default_screen(self) -> MainScreen:
        """Return the screen that shows first."""
        self.main = MainScreen(
            self.store,
            self.glyphs,
            self.clock,
            self.keys,
            self._view,
            lambda user_id: self.lookout.get(user_id) is not None,
            self._quiet_words,
            self.complete,
        )
        return self.main

    def on_mount(self) -> None:
        """Follow the store and the settings."""
        self.set_class(self._launch.ascii, "-ascii")
        self._use_settings()
        # What somebody else wrote meanwhile is painted over.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.store.watch(self._roster.ask)
        self.store.watch(self._events.ask)
        self._roster.ask()
        self._events.ask()
        self.theme_changed_signal.subscribe(self, lambda theme: self._keep_theme(theme.name))
        self.clock.call_later(SETTINGS_INTERVAL, self._later(self._look_at_settings))

    def on_ready(self) -> None:
        """Begin with the network, as the first frame is on the screen."""
        self._first_frame.set()

    def get_css_variables(self) -> dict[str, str]:
        """Return the style sheet's variables, with the colours of presence for this theme."""
        return {**super().get_css_variables(), **presence_colours(self.current_theme)}

    async def on_event(self, event: Event) -> None:
        """Note that the person is there, before anything else is done with an event."""
        if isinstance(event, (Key, MouseEvent, Paste)):
            self.absence.active()
        await super().on_event(event)

    def watch_app_focus(self, focus: bool) -> None:
        """Note whether the person looks at the terminal."""
        self.absence.focused(focus)

    def _joined(self, account: Account) -> None:
        state = self.memory.state
        self.lookout.begin(state.watches)
        self.absence.begin(account.instance_id, self.settings.settings.away)
        self.main.hint.show(not state.started)
        self.main.friend_list.sort_now()

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

    # Settings

    def _use_settings(self) -> None:
        settings = self.settings.settings
        for problem in self.settings.problems:
            self.store.tell(EventKind.NOTICE, problem)
        self.keys.use(settings.keys)
        self.set_keymap(keymap(COMMANDS, self.keys))
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        elif settings.theme:
            words = f"There is no theme {self.glyphs.quote(settings.theme)}."
            self.store.tell(EventKind.NOTICE, words)
        self.absence.use(settings.away)

    def _look_at_settings(self) -> None:
        if self.settings.reload():
            self._use_settings()
            self.main.key_line.refresh()
            self.main.friend_list.sort_now()
        self.clock.call_later(SETTINGS_INTERVAL, self._later(self._look_at_settings))

    def keep_setting(self, key: str, value: str | tuple[str, ...]) -> None:
        """Write a setting into the person's file."""
        try:
            self.settings.set(key, value)
        except SettingsError as error:
            self.complain(str(error))
        self.main.friend_list.sort_now()

    def _keep_theme(self, name: str) -> None:
        if name != (self.settings.settings.theme or DEFAULT_THEME):
            self.keep_setting("theme", name)

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
        # While the app ends, there is no screen any more.
        for screen in self.screen_stack[-1:]:
            if isinstance(screen, ListScreen):
                screen.show_changes()

    def _count_down(self) -> None:
        if self._countdown is not None:
            self._countdown.cancel()
            self._countdown = None
        if self.store.link is Link.WAITING:
            self.main.top_line.refresh()
            self._countdown = self.clock.call_later(1.0, self._later(self._count_down))

    def _view(self, query: str) -> View:
        state = self.memory.state
        return View(
            self.settings.settings.order,
            frozenset(state.favourites),
            state.groups,
            frozenset(state.folded),
            query,
        )

    def _quiet_words(self) -> str:
        quiet = self.memory.quiet(self.clock.now())
        if quiet is None:
            return ""
        until = "" if quiet.until is None else f" until {time_of_day(self.clock, quiet.until)}"
        return f"do not disturb{until}"

    # Alerts

    def _came_online(self, watch: Watch) -> None:
        self.alerts.give(Alert(AlertKind.WATCH, watch.user_id, "is ONLINE"))

    def _keep_watches(self, watches: tuple[Watch, ...]) -> None:
        self.memory.change(lambda state: replace(state, watches=watches))

    # Commands

    def on_run_command(self, message: RunCommand) -> None:
        """Do what a widget asks for."""
        self.run_command(message.command_id, message.argument)

    def action_run_command(self, command_id: str) -> None:
        """Do what a key is bound to."""
        self.run_command(command_id)

    def on_command_line_typed(self, message: CommandLine.Typed) -> None:
        """Do what was typed."""
        self.run_line(message.line)

    def run_command(self, command_id: str, argument: str = "") -> None:
        """Run a command of the registry."""
        self.main.hint.show(False)
        command_named(command_id).run(self.actions, argument)

    def run_line(self, line: str) -> None:
        """Run a slash command."""
        from imtui.tui.slash import SlashError, parse

        try:
            command, argument = parse(line)
        except SlashError as error:
            self.complain(str(error))
        else:
            self.run_command(command.id, argument)

    def complete(self, line: str) -> list[str]:
        """Return the lines that a slash command can become."""
        from imtui.tui.slash import complete

        words = {
            Takes.USER: sorted(person.user_id for person in self.store.listed()),
            Takes.TEXT: [choice.text for choice in self.choices()],
            Takes.THEME: sorted(self.available_themes),
        }
        return complete(line, words)

    def choices(self) -> list[Choice]:
        """Return the texts to offer."""
        return self.actions.own.choices()

    def put_status(self, text: str, expires_at: int | None = None) -> None:
        """Set exactly this text, or clear it with an empty one."""
        self.actions.own.put(text, expires_at)

    @property
    def selected(self) -> str:
        """Return the ID of the user that is meant on the screen, or nothing."""
        screen = self.screen
        return screen.selected if isinstance(screen, ListScreen) else self.main.friend_list.selected

    def attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call in the background; an error becomes a sentence on the screen."""

        async def attempt() -> None:
            try:
                await call()
            except IMError as error:
                self.complain(explain(error))

        self.run_worker(attempt(), exit_on_error=True)

    def open(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Lay a screen over the others, and do something with what it is dismissed with."""
        self.push_screen(screen, then)

    def ask_user(self, question: str, call: Callable[[str], Awaitable[None]]) -> None:
        """Ask for a user ID, and make a call with it."""
        from imtui.tui.screens.prompt import user_id_prompt

        def answered(user_id: str | None) -> None:
            if user_id:
                self.attempt(lambda: call(user_id))

        self.open(user_id_prompt(question, self.selected), answered)

    def say(self, words: str, *, who: str = "") -> None:
        """Tell something as an event, and as a toast, as the person has just asked for it."""
        words = self.glyphs.plain(words)
        self.store.tell(EventKind.NOTICE, words, who=who)
        self.notify(f"{who} {words}".strip(), markup=False)

    def complain(self, words: str) -> None:
        """Tell of something that did not work."""
        words = self.glyphs.plain(words)
        self.store.tell(EventKind.NOTICE, words)
        self.notify(words, severity="error", markup=False)

    def toast(self, words: str) -> None:
        """Show words over the screen for a while."""
        self.notify(self.glyphs.plain(words), markup=False)

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence of ours to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard: by the system's own tool, else through the terminal."""

        async def copy() -> None:
            from imtui.tui.desktop import copy_native

            if not await copy_native(text):
                self.copy_to_clipboard(text)
            self.say(f"copied {what}")

        self.attempt(copy)

    def choose_theme(self) -> None:
        """Let the person choose a theme."""
        from textual.theme import ThemeProvider

        self.open(ImtuiPalette(providers=[ThemeProvider], placeholder="a theme"))

    def set_theme(self, name: str) -> None:
        """Use a theme by name, or say that there is none."""
        if name in self.available_themes:
            self.theme = name
        else:
            self.complain(f"There is no theme {self.glyphs.quote(name)}; t shows them all.")

    def open_palette(self) -> None:
        """Open the command palette."""
        if self.screen is self.main:
            self.open(ImtuiPalette(placeholder=self.glyphs.plain("a text, or a command …")))

    def leave(self) -> None:
        """Quit the app."""
        self.exit()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

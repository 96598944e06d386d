"""The app: makes the parts, and passes messages of the widgets on to them."""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Event, Key, MouseEvent, Paste

from imtui.tui.actions.feedback import Feedback
from imtui.tui.actions.navigator import Navigator
from imtui.tui.actions.preferences import Preferences
from imtui.tui.actions.toaster import Toaster
from imtui.tui.app.late_parts import LateParts
from imtui.tui.app.painter import Painter
from imtui.tui.app.personal import Personal
from imtui.tui.commands.catalogue import COMMAND_IDS, DEFAULT_KEYS
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.clock import Clock, DateWatch, SystemClock, until_tick
from imtui.tui.kit.key_names import key_parsers
from imtui.tui.kit.moves import MOVES
from imtui.tui.kit.type_ahead import TypeAhead
from imtui.tui.kit.undocumented.app import FaultTolerantApp
from imtui.tui.model.connection import Link
from imtui.tui.model.launch import Identity, Launch
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import ASCII, UNICODE
from imtui.tui.screens.main import MainScreen
from imtui.tui.settings.file import SettingsFile
from imtui.tui.widgets.colours import presence_colours
from imtui.tui.widgets.run_command import RunCommand

if TYPE_CHECKING:
    from imtui.tui.actions.dispatcher import Dispatcher
    from imtui.tui.services.sdk import Sdk
    from imtui.tui.widgets.command_line import CommandLine
    from imtui.tui.widgets.composer import Composer

_log = logging.getLogger(__name__)

LOOK_INTERVAL: Final = 5.0
"""How often the date, the time zone and the settings file are checked, in seconds."""


def bundled_sdk() -> "Sdk":
    """Import the SDK, which is heavy, and return it."""
    from imtui.tui.services.bundled_sdk import BundledSdk

    return BundledSdk()


class ImtuiApp(FaultTolerantApp):
    """The terminal app."""

    TITLE = "imtui"
    CSS_PATH = "../widgets/imtui.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "run_command('quit')", "Quit", show=False, priority=True),
        Binding("ctrl+p", "run_command('palette')", "Palette", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False),
    ]

    def __init__(
        self,
        launch: Launch,
        clock: Clock | None = None,
        load_sdk: "Callable[[], Sdk] | None" = None,
    ) -> None:
        """Make the app; tests bring their own clock and SDK."""
        super().__init__(
            # With NO_COLOR, only the terminal's own colours are left.
            ansi_color=True if "NO_COLOR" in os.environ else None,
        )
        self._launch = launch
        self._identity: Identity | None = None
        """The identity, once it is known."""
        self._has_left = False
        """Whether the person has quit; nothing more is done then."""
        self.failure = ""
        """Why the app ended, in one line; empty if the person left."""
        self.farewell = ""
        """What to tell the person after they left, in one line; empty for nothing."""
        self._copied = ""
        self.first_frame = asyncio.Event()
        """Set when the first frame is on the screen; whatever can wait is imported then."""
        self.clock = clock or SystemClock()
        self._dates = DateWatch(self.clock)
        self.glyphs = ASCII if launch.ascii else UNICODE
        self.settings = SettingsFile(launch.settings_file, key_parsers(COMMAND_IDS), DEFAULT_KEYS)
        self.keys = Keys(self.settings.settings.keys)
        self.model = Model(self.clock.now)
        self.toaster = Toaster(self, self.clock, self.glyphs)
        self.feedback = Feedback(self, self.toaster, self.model, self.glyphs, self.keys)
        self._personal = Personal(self.model, self.settings, self.clock)
        self.main = MainScreen(self.model, self.glyphs, self.clock, self.keys, self._personal, self)
        self.navigator = Navigator(self, self.main, self.leave)
        self.painter = Painter(
            self, self.model, self.clock, self.main, self.navigator.sees_end_of_chat
        )
        self.preferences = Preferences(
            self, self.main, self.settings, self.keys, self.model, self.glyphs, self.feedback
        )
        self.late = LateParts(self, load_sdk or bundled_sdk)
        self.type_ahead = TypeAhead(self, super().on_event, self._is_move)

    # Life

    async def live(self) -> None:
        """Run the services from the first frame on, until cancelled."""
        await self.first_frame.wait()
        self.late.make()
        self.painter.follow_memory(self.late.memory)
        away_service, file = self.late.away_service, self.settings
        self.preferences.add_listener(lambda: away_service.set_settings(file.settings.away))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.late.away_service.run())
                group.create_task(self.late.login_service.run(self._launch))
        except* Exception as errors:
            self.handle_fault(_first(errors))

    def get_default_screen(self) -> MainScreen:
        """Return the screen that shows first."""
        return self.main

    def on_mount(self) -> None:
        """Follow the model and the settings."""
        self.set_class(self._launch.ascii, "-ascii")
        self.preferences.use()
        self._use_escape_ms()
        self.preferences.add_listener(self._use_escape_ms)
        # What another program wrote to the terminal meanwhile is painted over.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        title = self.painter.title
        # At once, because afterwards the terminal belongs to another program.
        self.app_suspend_signal.subscribe(self, lambda _: title.give_back(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: title.show_again())
        self.theme_changed_signal.subscribe(self, self.preferences.keep_theme)
        self.painter.begin()
        self._look_later()

    def _use_escape_ms(self) -> None:
        self.escape_wait = self.settings.settings.escape_ms / 1000

    def on_unmount(self) -> None:
        """Leave the terminal as it was."""
        self.painter.title.give_back()

    def _look_later(self) -> None:
        delay = until_tick(self.clock, LOOK_INTERVAL)
        self.clock.call_later(delay, self.painter.later(self._look))

    def _look(self) -> None:
        if self._dates.has_changed():
            self.painter.show_times()
        self.preferences.reload()
        self._look_later()

    def on_settings_screen_edit_wanted(self) -> None:
        """Edit the settings file."""
        self.late.actions.views.edit_settings()

    def on_ready(self) -> None:
        """Start the services, as the first frame is on the screen."""
        self.first_frame.set()

    def get_css_variables(self) -> dict[str, str]:
        """Return the style sheet's variables, with the colours of presence for this theme."""
        return {**super().get_css_variables(), **presence_colours(self.current_theme)}

    def joined(self, identity: Identity) -> None:
        """Show what is remembered of the account, once it is known."""
        self._identity = identity
        state = self.late.memory.state
        self.late.watch_service.start(state.watches)
        self.late.away_service.start(self.settings.settings.away)
        self._personal.begin(self.late.memory, self.late.watch_service)
        self.main.hint.show(not state.started)
        self.main.friend_list.sort_now()
        self.painter.show_quiet()

    def handle_fault(self, error: BaseException | None) -> None:
        """Note the fault in the log and in a line for the person, and end."""
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
        self.exit_after_fault()

    def leave(self) -> None:
        """Quit the app; what is typed from now on is meant for the shell."""
        self._has_left = True
        if self._identity is not None:
            self.late.actions.conversations.drafts.keep()
            self.farewell = self._farewell()
        self.type_ahead.drop()
        self.exit()

    def _farewell(self) -> str:
        text, model = self.model.own.text, self.model
        alone = model.connection.link is Link.CONNECTED and not model.account.other_device_count()
        if not alone or text not in self.late.memory.state.recents:
            return ""
        quoted = self.glyphs.quote(text)
        again = with_keys("Next time {status} offers it again.", self.keys)
        return f"You are OFFLINE now, without {quoted}. {again}"

    # Keys

    def _is_move(self, key: str) -> bool:
        return any(key in self.keys.of(move) for move in MOVES if move.id != "choose")

    @property
    def accepts_keys(self) -> bool:
        """Tell whether the widget that was opened last is there, to be typed into."""
        return self.main.accepts_keys

    async def on_event(self, event: Event) -> None:
        """Note that the person is active, and pass keys on one after the other."""
        if not isinstance(event, (Key, MouseEvent, Paste)):
            await super().on_event(event)
            return
        if self._has_left:
            return
        if isinstance(event, Key) and event.key == "escape":
            self.toaster.clear()
        if self.first_frame.is_set():
            self.late.away_service.activity()
        if isinstance(event, MouseEvent):
            await super().on_event(event)
        elif event.is_forwarded:
            await super().on_event(event)
            await self.type_ahead.key_unhandled(event)
        else:
            # Whoever types looks at the terminal, even if its report of that got lost.
            self.app_focus = True
            await self.type_ahead.handle(event)

    def watch_app_focus(self, focus: bool) -> None:
        """Note whether the person looks at the terminal."""
        if self.first_frame.is_set():
            self.late.away_service.focus_changed(focus)
            if focus:
                self.late.actions.conversations.mark_seen()

    # Messages of the widgets

    def action_run_command(self, command_id: str) -> None:
        """Run the command that a key is bound to."""
        self._run_command(command_id)

    def on_run_command(self, message: RunCommand) -> None:
        """Run the command that a widget asks for."""
        self._run_command(message.command_id, message.argument)

    def _run_command(self, command_id: str, argument: str = "") -> None:
        if not self._has_left:
            self.late.dispatcher.press(command_id, argument)

    def on_command_line_typed(self, message: "CommandLine.Typed") -> None:
        """Run the line that was typed."""
        self.late.dispatcher.run_line(message.line)

    @property
    def commands(self) -> "Dispatcher":
        """Return the dispatcher, for the command palette."""
        return self.late.dispatcher

    def complete(self, line: str) -> list[str]:
        """Return the lines that a slash command can become, the likeliest first."""
        return self.late.dispatcher.complete(line)

    def on_composer_written(self, message: "Composer.Written") -> None:
        """Send a message."""
        self.late.dispatcher.write(message.text)

    def on_composer_begun(self) -> None:
        """Send a typing hint."""
        self.late.actions.conversations.send_typing_hint()

    def on_text_area_changed(self) -> None:
        """Keep what is being written."""
        self.late.actions.conversations.drafts.changed()

    def on_composer_pasted(self, message: "Composer.Pasted") -> None:
        """Ask about a long paste."""
        self.late.actions.conversations.confirm_paste(message.text)

    def on_message_view_older_wanted(self) -> None:
        """Load older messages of the open conversation."""
        self.late.actions.conversations.older()

    def on_message_view_end_seen(self) -> None:
        """Mark the open conversation as read."""
        self.late.actions.conversations.mark_seen()

    # The clipboard

    @property
    def clipboard(self) -> str:
        """Return what was copied in the app, for its inputs to paste."""
        return self._copied

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a selected text."""
        self._copied = text
        self.feedback.copy(text, "the selection")

    def action_help_quit(self) -> None:
        """Say what Ctrl+C does, which ends other programs."""
        self.feedback.say(with_keys("^c copies what is selected. {quit} quits.", self.keys))

    # Alerts

    def toast(self, sender: str, words: str) -> None:
        """Show words as the toast of a sender."""
        self.toaster.show(sender, words)

    def shows_chat(self, user_id: str) -> bool:
        """Tell whether the conversation with a user is open on the main screen."""
        return self.main.chat.user_id == user_id and self.main.chat.is_displayed


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

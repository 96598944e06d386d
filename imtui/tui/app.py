"""The app: ties the store, the session, the actions and the screens together."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Event, Key, MouseEvent, Paste

from imtui.tui.badges import ASCII, UNICODE
from imtui.tui.clock import Clock, SystemClock, time_of_day
from imtui.tui.colours import presence_colours
from imtui.tui.command import Keys
from imtui.tui.commanding import CommandingApp
from imtui.tui.commands import COMMAND_IDS
from imtui.tui.driver import tolerant_driver
from imtui.tui.events import EventKind
from imtui.tui.key_names import key_parsers
from imtui.tui.launch import Account, Launch
from imtui.tui.moves import MOVES
from imtui.tui.painter import Painter
from imtui.tui.preferences import LOOK_INTERVAL, Preferences
from imtui.tui.roster import View
from imtui.tui.screens.main import MainScreen
from imtui.tui.settings.file import SettingsFile
from imtui.tui.settings.schema import Order
from imtui.tui.store import Link, Store
from imtui.tui.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from imtui.tui.absence import Absence
    from imtui.tui.actions import Actions
    from imtui.tui.alerts import Alerts
    from imtui.tui.lookout import Lookout
    from imtui.tui.memory import Memory
    from imtui.tui.sdk_face import Sdk
    from imtui.tui.session import Session
    from imtui.tui.watches import Watch

_log = logging.getLogger(__name__)


def bundled_sdk() -> "Sdk":
    """Import the SDK, which is heavy, and return it."""
    from imtui.tui.bundled_sdk import BundledSdk

    return BundledSdk()


class ImtuiApp(CommandingApp):
    """The terminal app."""

    TITLE = "imtui"
    CSS_PATH = "imtui.tcss"
    ENABLE_COMMAND_PALETTE = False
    NOTIFICATION_TIMEOUT = 4
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
            driver_class=tolerant_driver(),
            # Without colours, the terminal's own are the only ones that are none.
            ansi_color=True if "NO_COLOR" in os.environ else None,
        )
        self._launch = launch
        self.clock = clock or SystemClock()
        self.glyphs = ASCII if launch.ascii else UNICODE
        self.settings_path = launch.settings_file
        self.settings = SettingsFile(launch.settings_file, key_parsers(COMMAND_IDS))
        self.keys = Keys(self.settings.settings.keys)
        self.store = Store(self.clock.now)
        self._load_sdk = load_sdk or bundled_sdk
        self._account: Account | None = None
        """The account, as soon as it is known."""
        self.failure = ""
        """Why the app ended, in one line; empty if the person left."""
        self.farewell = ""
        """What the person should know who leaves, in one line; empty if nothing."""
        self.first_frame = asyncio.Event()
        """Set when something is on the screen: what is not needed for that is imported then."""
        self.painter = Painter(self)
        self.preferences = Preferences(self)
        self.typed_ahead = TypedAhead(self, super().on_event, self._only_moves)

    # What begins after the first frame

    @cached_property
    def memory(self) -> "Memory":
        """What is remembered of the account."""
        from imtui.tui.memory import Memory

        return Memory(lambda words: self.store.tell(EventKind.NOTICE, words))

    @cached_property
    def session(self) -> "Session":
        """The account's life on the SDK."""
        from imtui.tui.session import Session

        return Session(
            self.store,
            self.clock,
            self.memory,
            self._load_sdk,
            self._joined,
            lambda: self.settings.settings.restore_status,
            self.is_seen,
            self._message_came,
        )

    @cached_property
    def lookout(self) -> "Lookout":
        """Who looks out for those who are watched."""
        from imtui.tui.lookout import Lookout

        return Lookout(self.store, self.clock, self._came_online, self._keep_watches)

    @cached_property
    def absence(self) -> "Absence":
        """Who shows the person as away."""
        from imtui.tui.absence import Absence

        return Absence(self.store, self.session, self.clock)

    @cached_property
    def alerts(self) -> "Alerts":
        """Who gives alerts."""
        from imtui.tui.alerts import Alerts

        return Alerts(self, self.memory, self.settings, self.clock)

    @cached_property
    def actions(self) -> "Actions":
        """What the commands do."""
        from imtui.tui.actions import actions_of

        return actions_of(self)

    # Life

    async def live(self) -> None:
        """Run the session from the first frame on, until cancelled."""
        await self.first_frame.wait()
        parts = (self.lookout, self.alerts, self.absence)
        _log.debug("Begun: %s", ", ".join(type(part).__name__ for part in parts))
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
            self._is_watched,
            self._quiet_words,
            self.complete,
            lambda: self.actions.chatting.older(),
            lambda: self.actions.chatting.seen(),
        )
        return self.main

    def on_mount(self) -> None:
        """Follow the store and the settings."""
        self.set_class(self._launch.ascii, "-ascii")
        self.preferences.use()
        # What somebody else wrote meanwhile is painted over.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.theme_changed_signal.subscribe(self, self.preferences.keep_theme)
        self.painter.begin()
        self._look_later()

    def _look_later(self) -> None:
        self.clock.call_later(LOOK_INTERVAL, self.painter.later(self._look_at_settings))

    def _look_at_settings(self) -> None:
        self.preferences.look()
        self._look_later()

    def on_ready(self) -> None:
        """Begin with the network, as the first frame is on the screen."""
        self.first_frame.set()

    def _only_moves(self, key: str) -> bool:
        return any(key in self.keys.of(move) for move in MOVES if move.id != "choose")

    @property
    def takes_keys(self) -> bool:
        """Tell whether what was opened last is there, to be typed into."""
        return self.main.takes_keys

    def get_css_variables(self) -> dict[str, str]:
        """Return the style sheet's variables, with the colours of presence for this theme."""
        return {**super().get_css_variables(), **presence_colours(self.current_theme)}

    async def on_event(self, event: Event) -> None:
        """Note that the person is there, and pass keys on one after the other."""
        if not isinstance(event, (Key, MouseEvent, Paste)):
            await super().on_event(event)
            return
        if self.leaves:
            return
        if self.first_frame.is_set():
            self.absence.active()
        if isinstance(event, MouseEvent):
            await super().on_event(event)
        elif event.is_forwarded:
            await super().on_event(event)
            await self.typed_ahead.came_back(event)
        else:
            await self.typed_ahead.type(event)

    def watch_app_focus(self, focus: bool) -> None:
        """Note whether the person looks at the terminal."""
        if self.first_frame.is_set():
            self.absence.focused(focus)
            if focus:
                self.actions.chatting.seen()

    def _joined(self, account: Account) -> None:
        self._account = account
        state = self.memory.state
        self.lookout.begin(state.watches)
        self.absence.begin(account.instance_id, self.settings.settings.away)
        self.main.hint.show(not state.started)
        self.main.friend_list.sort_now()
        self.painter.show_quiet()

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

    # What the screens ask

    def _is_watched(self, user_id: str) -> bool:
        return self._account is not None and self.lookout.get(user_id) is not None

    def _view(self, query: str) -> View:
        if self._account is None:
            return View(self.settings.settings.order, query=query)
        state, order = self.memory.state, self.settings.settings.order
        return View(
            order,
            frozenset(state.favourites) | self.store.chats.pinned,
            state.groups,
            frozenset(state.folded),
            query,
            self.store.chats.last_talked() if order is Order.MESSAGE else {},
        )

    def _quiet_words(self) -> str:
        quiet = None if self._account is None else self.memory.quiet(self.clock.now())
        if quiet is None:
            return ""
        until = "" if quiet.until is None else f" until {time_of_day(self.clock, quiet.until)}"
        return f"do not disturb{until}"

    # Alerts

    def _came_online(self, watch: "Watch") -> None:
        from imtui.tui.attention import Alert, AlertKind

        self.alerts.give(Alert(AlertKind.WATCH, watch.user_id, "is ONLINE"))

    def _message_came(self, who: str, words: str) -> None:
        from imtui.tui.attention import Alert, AlertKind

        self.alerts.give(Alert(AlertKind.MESSAGE, who, words))

    def is_seen(self, user_id: str) -> bool:
        """Tell whether the person sees the end of the conversation with somebody."""
        on_top = self.screen is self.main and self.app_focus
        return on_top and self.main.chat_with == user_id and self.main.shows_end_of_chat

    def _keep_watches(self, watches: "tuple[Watch, ...]") -> None:
        self.memory.change(lambda state: replace(state, watches=watches))

    # What the actions ask

    def keep_setting(self, key: str, value: str | tuple[str, ...]) -> None:
        """Write a setting into the person's file."""
        self.preferences.keep(key, value)

    def quiet_changed(self) -> None:
        """Show whether do-not-disturb is on, now and when it ends."""
        self.painter.show_quiet()

    def _farewell(self) -> str:
        text = self.store.own.text
        alone = self.store.link is Link.CONNECTED and not self.store.account.others()
        if not alone or text not in self.memory.state.recents:
            return ""
        quoted = self.glyphs.quote(text)
        return f"You are OFFLINE now, without {quoted}. Next time s offers it again."

    def leave(self) -> None:
        """Quit the app; what is typed from now on is meant for the shell."""
        self.leaves = True
        if self._account is not None:
            self.actions.chatting.keep_draft()
        self.farewell = self._farewell()
        self.typed_ahead.drop()
        self.exit()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

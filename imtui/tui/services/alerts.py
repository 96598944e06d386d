"""Show alerts as a toast, by the bell and on the desktop, as the settings allow."""

import asyncio
import os
from typing import Protocol

from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.clock import Clock
from imtui.tui.model.alert import Alert, AlertKind, alert_channels
from imtui.tui.model.events import EventKind
from imtui.tui.model.model import Model
from imtui.tui.settings.file import SettingsFile
from imtui.tui.settings.schema import Desktop
from imtui.tui.state.memory import Memory

_TITLE = "imtui"


class Terminal(Protocol):
    """The parts of the app that alerts need."""

    app_focus: bool

    def toast(self, sender: str, words: str) -> None:
        """Show words as the toast of a sender."""

    def shows_chat(self, user_id: str) -> bool:
        """Tell whether the conversation with a user is open on the main screen."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence to the terminal."""


class Alerts:
    """Show alerts, and add them to the event log."""

    def __init__(
        self,
        terminal: Terminal,
        model: Model,
        memory: Memory,
        settings: SettingsFile,
        keys: Keys,
        clock: Clock,
    ) -> None:
        """Create the service; ``terminal`` is the app."""
        self._terminal = terminal
        self._model = model
        self._memory = memory
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._overwritten = model.account.texts.overwritten
        self._notification_tasks: set[asyncio.Task[None]] = set()
        model.feed.add_listener(self._check_overwritten)

    def show(self, alert: Alert) -> None:
        """Add an event for an alert, and alert the user by the channels that are open now."""
        terminal, settings = self._terminal, self._settings.settings.alerts
        text = alert.text if settings.show_text else alert.gist
        self._model.feed.emit(EventKind.NOTICE, text, who=alert.who)
        now = self._clock.now()
        channels = alert_channels(
            alert,
            focus=terminal.app_focus,
            is_open=terminal.shows_chat(alert.who),
            quiet=self._memory.quiet(now),
            now=now,
            toasts=settings.toasts,
            bell=settings.bell,
            desktop=settings.desktop is not Desktop.OFF,
        )
        words = f"{alert.who} {text}".strip()
        if channels.toast:
            terminal.toast(alert.who, words)
        if channels.bell:
            terminal.bell()
        if channels.desktop:
            self._notify_desktop(settings.desktop, words)

    def _notify_desktop(self, desktop: Desktop, words: str) -> None:
        from imtui.tui.kit.desktop import notify_native, osc9, osc777, through_tmux

        if desktop is Desktop.NATIVE:
            notice = asyncio.get_running_loop().create_task(notify_native(_TITLE, words))
            self._notification_tasks.add(notice)
            notice.add_done_callback(self._notification_tasks.discard)
            return
        sequence = osc9(words) if desktop is Desktop.OSC9 else osc777(_TITLE, words)
        self._terminal.write_raw(through_tmux(sequence, os.environ))

    def _check_overwritten(self) -> None:
        before = self._overwritten
        self._overwritten = self._model.account.texts.overwritten
        if self._overwritten is not None and self._overwritten is not before:
            words = "have another text now, set by another device ({back}: put yours back)"
            self.show(Alert(AlertKind.OVERWRITTEN, "you", with_keys(words, self._keys)))

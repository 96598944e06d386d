"""Set and lift the away text: connects ``Away`` with the clock, the terminal and the backend."""

import asyncio
import os
from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.tui.kit.clock import Clock
from imtui.tui.model.away_rules import Away, AwayRules, ComeBack, Step
from imtui.tui.model.connection import Link
from imtui.tui.model.model import Model
from imtui.tui.model.own_text import AWAY_EXPIRES_AT, CurrentText
from imtui.tui.services.presence_service import PresenceService
from imtui.tui.settings.schema import AwaySettings

TMUX_INTERVAL: Final = 15.0
"""Seconds between two queries whether a client is attached to tmux."""
_LIFT_AFTER_MS: Final = 1_000
"""The distance of the end that lifts an away text, in milliseconds."""
_CLOCK_SKEW_MS: Final = 120_000
"""The distance of that end if the backend's clock is ahead, in milliseconds."""


class AwayService:
    """Show the user as away by the rules in the settings."""

    def __init__(self, model: Model, presence: PresenceService, clock: Clock) -> None:
        """Create the service; it does nothing before ``start``."""
        self._model = model
        self._presence = presence
        self._clock = clock
        self._settings = AwaySettings()
        self._away = self._new_away()
        self._text: CurrentText | None = None
        self._wake = asyncio.Event()
        self._tmux_polling = asyncio.Event()
        model.feed.add_listener(self._model_changed)

    def _new_away(self) -> Away:
        rules = AwayRules(
            self._settings.text,
            self._settings.idle_minutes * 60.0,
            self._settings.on_blur,
            self._settings.on_detach,
        )
        return Away(rules, self._clock.monotonic())

    def start(self, settings: AwaySettings) -> None:
        """Start for an account; the user counts as active."""
        self._settings = settings
        self._away = self._new_away()
        self._text = None
        if settings.text and settings.on_detach and "TMUX" in os.environ:
            self._tmux_polling.set()
        else:
            self._tmux_polling.clear()
        self._model_changed()

    def set_settings(self, settings: AwaySettings) -> None:
        """Use new rules; the user counts as active, because they have just changed them."""
        if settings != self._settings:
            self.start(settings)

    # Input

    def activity(self) -> None:
        """Handle a key or mouse event."""
        self._away.activity(self._clock.monotonic())
        if self._away.is_covering:
            self._wake.set()

    def focus_changed(self, focus: bool) -> None:
        """Handle a change of the terminal's focus."""
        self._away.focus_changed(focus, self._clock.monotonic())
        self._wake.set()

    def _model_changed(self) -> None:
        """Pass the state of the own account to the rules; called often, so it must be fast."""
        account = self._model.account
        connected = (
            self._model.connection.link is Link.CONNECTED and not self._presence.is_restoring_text
        )
        self._away.connection_changed(connected)
        others = account.other_device_count()
        if others is not None:
            self._away.devices_changed(others)
        if account.texts.current is not self._text:
            self._text = account.texts.current
            self._away.text_changed(self._text, self._clock.monotonic())
        if self._settings.text or self._away.is_covering:
            self._wake.set()

    # Output

    async def run(self) -> None:
        """Run due steps until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll_tmux())
            while True:
                self._wake.clear()
                now = self._clock.monotonic()
                step = self._away.next_step(now)
                if step is not None:
                    await self._run_step(step)
                    continue
                await self._wait_until_due()

    async def _wait_until_due(self) -> None:
        at = self._away.due_at()
        delay = None if at is None else max(at - self._clock.monotonic(), 0.001)
        due = None if delay is None else self._clock.call_later(delay, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            if due is not None:
                due.cancel()

    async def _run_step(self, step: Step) -> None:
        away = self._away
        try:
            await self._set_text(step)
        except IMError:
            away.step_failed(step, self._clock.monotonic())
        else:
            away.step_done(step, self._clock.monotonic())

    async def _set_text(self, step: Step) -> None:
        if not isinstance(step, ComeBack):
            await self._presence.set_away_text(step.text, AWAY_EXPIRES_AT)
            return
        try:
            await self._presence.set_away_text(step.text, self._clock.now() + _LIFT_AFTER_MS)
        except IMError as error:
            if error.code != ErrorCode.ERR_INVALID_PARAMETERS:
                raise
            await self._presence.set_away_text(step.text, self._clock.now() + _CLOCK_SKEW_MS)

    async def _poll_tmux(self) -> None:
        while True:
            await self._tmux_polling.wait()
            from imtui.tui.kit.desktop import tmux_attached

            attached = await tmux_attached(os.environ)
            if attached is not None:
                self._away.attachment_changed(attached, self._clock.monotonic())
                self._wake.set()
            await self._wait_for_next_poll()

    async def _wait_for_next_poll(self) -> None:
        over = asyncio.Event()
        due = self._clock.call_later(TMUX_INTERVAL, over.set)
        try:
            await over.wait()
        finally:
            due.cancel()

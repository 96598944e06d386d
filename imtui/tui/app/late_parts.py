"""The parts of the app that are imported and made after the first frame."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from imtui.tui.actions.feedback import Feedback
from imtui.tui.actions.navigator import Navigator
from imtui.tui.actions.preferences import Preferences
from imtui.tui.actions.toaster import Toaster
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.model.events import EventKind
from imtui.tui.model.launch import Identity
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.settings.file import SettingsFile

if TYPE_CHECKING:
    from imtui.tui.actions.actions import Actions
    from imtui.tui.actions.dispatcher import Dispatcher
    from imtui.tui.actions.parts import Parts
    from imtui.tui.model.watches import Watch
    from imtui.tui.services.alerts import Alerts
    from imtui.tui.services.away_service import AwayService
    from imtui.tui.services.login_service import LoginService
    from imtui.tui.services.sdk import Sdk
    from imtui.tui.services.watch_service import WatchService
    from imtui.tui.state.memory import Memory

_log = logging.getLogger(__name__)


class EarlyParts(Protocol):
    """The parts that the first frame needs."""

    model: Model
    clock: Clock
    settings: SettingsFile
    preferences: Preferences
    feedback: Feedback
    toaster: Toaster
    navigator: Navigator
    keys: Keys
    glyphs: Glyphs
    app_focus: bool

    def joined(self, identity: Identity) -> None:
        """Show what is remembered of the account, once it is known."""

    def toast(self, sender: str, words: str) -> None:
        """Show words as the toast of a sender."""

    def shows_chat(self, user_id: str) -> bool:
        """Tell whether the conversation with a user is open on the main screen."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence to the terminal."""


class LateParts:
    """Services and actions, each made when it is first used."""

    def __init__(self, app: EarlyParts, load_sdk: "Callable[[], Sdk]") -> None:
        """Make the parts of an app; ``load_sdk`` imports the SDK."""
        self._app = app
        self._load_sdk = load_sdk

    def make(self) -> None:
        """Make the services that follow the model from the start."""
        parts = (self.watch_service, self.alerts, self.away_service)
        _log.debug("Begun: %s", ", ".join(type(part).__name__ for part in parts))

    @cached_property
    def memory(self) -> "Memory":
        """What is remembered of the account."""
        from imtui.tui.state.memory import Memory

        return Memory(lambda words: self._app.model.feed.emit(EventKind.NOTICE, words))

    @cached_property
    def login_service(self) -> "LoginService":
        """The login service."""
        from imtui.tui.services.login_service import LoginService

        return LoginService(
            self._app.model,
            self._app.clock,
            self.memory,
            self._app.settings,
            self._app.keys,
            self._load_sdk,
            self._app.joined,
            self._app.navigator.sees_end_of_chat,
            lambda alert: self.alerts.show(alert),
        )

    @cached_property
    def watch_service(self) -> "WatchService":
        """The watch service."""
        from imtui.tui.services.watch_service import WatchService

        return WatchService(self._app.model, self._app.clock, self._came_online, self._keep_watches)

    @cached_property
    def away_service(self) -> "AwayService":
        """The away service."""
        from imtui.tui.services.away_service import AwayService

        return AwayService(self._app.model, self.login_service.presence, self._app.clock)

    @cached_property
    def alerts(self) -> "Alerts":
        """The alerts."""
        from imtui.tui.services.alerts import Alerts

        return Alerts(
            self._app,
            self._app.model,
            self.memory,
            self._app.settings,
            self._app.keys,
            self._app.clock,
        )

    @cached_property
    def actions(self) -> "Actions":
        """The actions of the commands."""
        from imtui.tui.actions.actions import actions_of

        return actions_of(self._parts)

    @cached_property
    def dispatcher(self) -> "Dispatcher":
        """The dispatcher of the commands."""
        from imtui.tui.actions.dispatcher import Dispatcher

        return Dispatcher(self._parts, self.actions)

    @cached_property
    def _parts(self) -> "Parts":
        from imtui.tui.actions.parts import Parts

        return Parts(
            self._app.model,
            self.memory,
            self.login_service,
            self.watch_service,
            self._app.settings,
            self._app.preferences,
            self._app.feedback,
            self._app.toaster,
            self._app.navigator,
            self._app.keys,
            self._app.glyphs,
            self._app.clock,
        )

    def _came_online(self, watch: "Watch") -> None:
        from imtui.tui.model.alert import Alert, AlertKind

        self.alerts.show(Alert(AlertKind.WATCH, watch.user_id, "is ONLINE"))

    def _keep_watches(self, watches: "tuple[Watch, ...]") -> None:
        self.memory.update(lambda state: replace(state, watches=watches))

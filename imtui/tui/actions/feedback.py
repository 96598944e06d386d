"""Feedback on commands: events, toasts, and calls whose errors become sentences."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual.app import App

from imtui.protocol.errors import IMError
from imtui.tui.actions.toaster import Toaster
from imtui.tui.commands.command import Keys
from imtui.tui.model.events import EventKind
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs

_RESULT: Final = " result"
_COMPLAINT: Final = " complaint"
"""Whom the toasts of commands are from; no user ID has a space."""


class Feedback:
    """Reports the result of a command to the person."""

    def __init__(
        self, app: App[Any], toaster: Toaster, model: Model, glyphs: Glyphs, keys: Keys
    ) -> None:
        """Report through toasts and a model's events; ``app`` runs the calls."""
        self._app = app
        self._toaster = toaster
        self._model = model
        self._glyphs = glyphs
        self._keys = keys

    def say(self, words: str, *, who: str = "") -> None:
        """Report a result as an event and a toast."""
        words = self._glyphs.adapt(words)
        self._model.feed.emit(EventKind.NOTICE, words, who=who)
        self._toaster.show(_RESULT, f"{who} {words}".strip())

    def complain(self, words: str) -> None:
        """Report a failure as an event and a toast."""
        words = self._glyphs.adapt(words)
        self._model.feed.emit(EventKind.NOTICE, words)
        self._toaster.show(_COMPLAINT, words, is_error=True)

    def attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call in the background; an error becomes a sentence on the screen."""
        from imtui.tui.services.explain import explain

        async def attempt() -> None:
            try:
                await call()
            except IMError as error:
                self.complain(explain(error, self._keys))

        self._app.run_worker(attempt(), exit_on_error=True)

    def copy(self, text: str, what: str) -> None:
        """Copy a text with the system's own tool or through the terminal, and say ``what``."""

        async def copy() -> None:
            from imtui.tui.kit.desktop import copy_native

            if not await copy_native(text):
                self._app.copy_to_clipboard(text)
            self.say(f"copied {what}")

        self.attempt(copy)

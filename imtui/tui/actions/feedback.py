"""Feedback on commands: events, toasts, and calls whose errors become sentences."""

import os
from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.errors import IMError
from imtui.tui.actions.toaster import Toaster
from imtui.tui.commands.command import Keys
from imtui.tui.kit.undocumented.app import FaultTolerantApp
from imtui.tui.model.events import EventKind
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs

_RESULT: Final = " result"
_COMPLAINT: Final = " complaint"
"""Whom the toasts of commands are from; no user ID has a space."""
_CANNOT_COPY: Final = (
    "Nothing here can copy that: install wl-copy, xclip or xsel, or select it in the terminal "
    "with Shift and the mouse."
)


class Feedback:
    """Reports the result of a command to the person."""

    def __init__(
        self, app: FaultTolerantApp, toaster: Toaster, model: Model, glyphs: Glyphs, keys: Keys
    ) -> None:
        """Report through toasts and a model's events; ``app`` runs the calls."""
        self._app = app
        self._toaster = toaster
        self._model = model
        self._glyphs = glyphs
        self._keys = keys
        self.complaints = 0
        """How many failures were reported."""

    def say(self, words: str, *, who: str = "") -> None:
        """Report a result as an event and a toast."""
        words = self._glyphs.adapt(words)
        self._model.feed.emit(EventKind.NOTICE, words, who=who)
        self._toaster.show(_RESULT, f"{who} {words}".strip())

    def complain(self, words: str) -> None:
        """Report a failure as an event and a toast."""
        self.complaints += 1
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
        """Copy a text with a program or through the terminal, and say which of them it was.

        A terminal gives no answer, so nothing is said to be copied there.
        """

        async def copy() -> None:
            from imtui.tui.kit.desktop import copy_native, osc52

            if await copy_native(text):
                self.say(f"copied {what}")
            elif sequence := osc52(text, os.environ):
                self._app.write_raw(sequence)
                self.say(f"sent to the terminal: {what}")
            else:
                self.complain(_CANNOT_COPY)

        self.attempt(copy)

    def copy_selection(self) -> bool:
        """Copy the text that the mouse selected; return whether there is any."""
        text = self._app.screen.get_selected_text()
        if text:
            self.copy(text, "the selection")
        return bool(text)

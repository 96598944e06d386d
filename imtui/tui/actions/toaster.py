"""Shows toasts over whichever screen is on top, and removes them in time."""

from typing import Any

from textual.app import App

from imtui.tui.kit.clock import Clock, Handle
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.toasts import Toasts


class Toaster:
    """Keeps the toasts, and shows them on the active screen."""

    def __init__(self, app: App[Any], clock: Clock, glyphs: Glyphs) -> None:
        """Show the toasts of an app."""
        self._app = app
        self._clock = clock
        self._glyphs = glyphs
        self._toasts = Toasts()
        self._end: Handle | None = None

    def show(self, sender: str, words: str, *, is_error: bool = False) -> None:
        """Show words as the toast of a sender, in place of the one before."""
        words = self._glyphs.adapt(words)
        self._toasts.put(sender, words, self._clock.monotonic(), is_error=is_error)
        self._changed()

    def drop(self, sender: str) -> None:
        """Remove the toast of a sender, if there is one."""
        if self._toasts.drop(sender):
            self._changed()

    def clear(self) -> None:
        """Remove all toasts."""
        if self._toasts.shown:
            self._toasts.clear()
            self._changed()

    def _expire(self) -> None:
        self._end = None
        self._toasts.expire(self._clock.monotonic())
        self._changed()

    def _changed(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
        if (at := self._toasts.next_end) is not None:
            left = max(at - self._clock.monotonic(), 0.0)
            self._end = self._clock.call_later(left, self._expire)
        # The SDK's tasks alert too, but only the app's task may paint.
        self._app.call_next(self._paint)

    def _paint(self) -> None:
        from imtui.tui.widgets.toast_view import ToastView

        for screen in self._app.screen_stack:
            views = screen.query(ToastView)
            if self._toasts.shown and not views:
                # Below the top too: once those above are closed, the toasts move there.
                screen.mount(ToastView(self._toasts, self._glyphs))
            for view in views:
                view.show()

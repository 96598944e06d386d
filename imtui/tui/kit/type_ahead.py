"""Type-ahead: deliver keys that arrive faster than the screens they open."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from textual.dom import DOMNode
from textual.events import Key, Paste
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from imtui.tui.kit.driver.editing import accepts_text

HELD_MAX: Final = 2_000
"""The number of keys that are held; further ones displace the oldest."""
_ROUNDS_MAX: Final = 6
_CHECK_INTERVAL: Final = 0.5
"""How often a waiting key checks that the key in flight still bubbles, in seconds."""
_IDLE_CHECKS_MAX: Final = 2
"""After one check without progress, the whole process may just have been stopped for a while."""

Typed = Key | Paste


class Keyboard(Protocol):
    """The parts of the app that the type-ahead needs."""

    @property
    def screen(self) -> Screen[Any]:
        """Return the active screen."""

    @property
    def focused(self) -> Widget | None:
        """Return the widget with the focus."""

    @property
    def accepts_keys(self) -> bool:
        """Tell whether the part that was opened last is ready for keys."""

    def set_timer(self, delay: float, callback: Callable[[], Awaitable[None]]) -> Timer:
        """Call ``callback`` after ``delay`` seconds."""


class TypeAhead:
    """Hold each key until the effect of the key before it is complete.

    Textual forwards a key to the focused widget at once. A key that runs a command then bubbles
    up through the widget's ancestors before it opens anything. Without this class, letters typed
    after it in one burst would be run as commands, and keys typed after Enter would still go into
    the text.
    """

    def __init__(
        self,
        app: Keyboard,
        forward: Callable[[Typed], Awaitable[None]],
        is_move: Callable[[str], bool],
    ) -> None:
        """Hold keys for an app.

        Args:
            app: The app.
            forward: Passes a key to Textual.
            is_move: Tells whether a key only moves the cursor of a list.
        """
        self._app = app
        self._forward = forward
        self._is_move = is_move
        self._held: deque[Typed] = deque(maxlen=HELD_MAX)
        self._in_flight: Typed | None = None
        """The forwarded key whose effect is not complete yet."""
        self._may_open = False
        """Whether the key in flight may open something, directly or by a widget's message."""
        self._target_before: tuple[Screen[Any], Widget | None] | None = None
        self._round = 0
        self._timer: Timer | None = None
        self._bubble_count = self._bubble_count_before = self._idle_checks = 0

    async def handle(self, typed: Typed) -> None:
        """Forward a key or a paste, now or after those before it."""
        self._held.append(typed)
        if self._in_flight is None:
            await self._forward_held()
        elif self._timer is None:
            # A screen that closes discards its queue, and a bubbling call with it.
            self._start_timer()

    def _start_timer(self, idle_checks: int = 0) -> None:
        self._idle_checks = idle_checks
        self._bubble_count_before = self._bubble_count
        self._timer = self._app.set_timer(_CHECK_INTERVAL, self._check_progress)

    async def _check_progress(self) -> None:
        idle = self._bubble_count == self._bubble_count_before
        idle_checks = self._idle_checks + 1 if idle else 0
        if idle_checks == _IDLE_CHECKS_MAX:
            await self._release_next()
        else:
            # On a slow machine, the key may still be bubbling.
            self._start_timer(idle_checks)

    def drop(self) -> None:
        """Discard the held keys."""
        self._held.clear()

    async def key_unhandled(self, typed: Typed) -> None:
        """Handle a key that no widget consumed, after its binding ran."""
        if typed is not self._in_flight:
            return
        if self._is_settled():
            await self._release_next()
        else:
            self._round = 0
            self._start_round()

    async def _forward_held(self) -> None:
        while self._held and self._in_flight is None:
            typed = self._held.popleft()
            if self._is_text(typed):
                await self._forward(typed)
                continue
            self._in_flight, self._target_before = typed, self._target()
            is_move = isinstance(typed, Key) and self._is_move(typed.key)
            self._may_open = accepts_text(self._app.focused) or not is_move
            await self._forward(typed)
            if not typed.is_forwarded:
                if self._is_settled():
                    self._in_flight = None
                else:
                    self._round = 0
                    self._start_round()

    async def _release_next(self) -> None:
        self._in_flight = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        await self._forward_held()

    def _is_text(self, typed: Typed) -> bool:
        """Tell whether an input consumes the key as text, which has no further effect."""
        focused = self._app.focused
        if focused is None or isinstance(typed, Paste):
            return isinstance(typed, Paste)
        return focused.check_consume_key(typed.key, typed.character)

    def _target(self) -> tuple[Screen[Any], Widget | None]:
        return self._app.screen, self._app.focused

    def _is_settled(self) -> bool:
        return not self._may_open and self._target() == self._target_before

    def _start_round(self) -> None:
        """Follow the key up the tree, queued behind it and behind messages that it caused."""
        self._target_before = self._target()
        self._bubble(self._app.focused or self._app.screen)

    def _bubble(self, node: DOMNode | None) -> None:
        while node is not None:
            above = node.parent
            if node.call_later(self._bubbled, above, self._in_flight, self._round):
                return
            node = above

    async def _bubbled(self, above: DOMNode | None, typed: Typed, number: int) -> None:
        if typed is not self._in_flight or number != self._round:
            return
        self._bubble_count += 1
        if above is not None:
            self._bubble(above)
            return
        if self._app.accepts_keys:
            self._round += 1
        settled = self._round > 1 and self._target() == self._target_before
        if settled or self._round == _ROUNDS_MAX:
            await self._release_next()
        else:
            self._start_round()

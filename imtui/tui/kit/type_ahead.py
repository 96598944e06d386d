"""Keys that come faster than what they open: each goes to what it was typed for."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from textual.dom import DOMNode
from textual.events import Key, Paste
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

HELD_MAX: Final = 2_000
"""So many keys are held at most; what is typed beyond them is dropped."""
_ROUNDS_MAX: Final = 6
_WAIT_MAX: Final = 1.0

Typed = Key | Paste


class Keyboard(Protocol):
    """What is needed of the app."""

    @property
    def screen(self) -> Screen[Any]:
        """Return the screen that lies on top."""

    @property
    def focused(self) -> Widget | None:
        """Return the widget that keys go to."""

    @property
    def accepts_keys(self) -> bool:
        """Tell whether what was opened last is there, to be typed into."""

    def set_timer(self, delay: float, callback: Callable[[], Awaitable[None]]) -> Timer:
        """Call something after so many seconds."""


class TypeAhead:
    """Holds a key until what the key before it did is done.

    Textual gives a key at once to the widget that has the focus. A key that runs a command comes
    back from there, through all that the widget stands in, before it opens anything; letters typed
    behind it in one go would be taken for commands, and those behind Enter for the text.
    """

    def __init__(
        self,
        app: Keyboard,
        give: Callable[[Typed], Awaitable[None]],
        only_moves: Callable[[str], bool],
    ) -> None:
        """Hold keys for an app.

        Args:
            app: The app.
            give: Passes a key on.
            only_moves: Tells of a key whether all that it does in a list is to move.
        """
        self._app = app
        self._forward = give
        self._is_move = only_moves
        self._held: deque[Typed] = deque(maxlen=HELD_MAX)
        self._in_flight: Typed | None = None
        """What was passed on and is not done yet."""
        self._may_open = False
        """Whether what was passed on may open something, by way of what it makes a widget say."""
        self._target_before: tuple[Screen[Any], Widget | None] | None = None
        self._round = 0
        self._timer: Timer | None = None
        self._bubble_count = self._bubble_count_before = 0

    async def handle(self, typed: Typed) -> None:
        """Pass a key or a paste on, now or when it is its turn."""
        self._held.append(typed)
        if self._in_flight is None:
            await self._forward_held()
        elif self._timer is None:
            # A screen that is closed may take our place in its queue with it.
            self._start_timer()

    def _start_timer(self) -> None:
        self._bubble_count_before = self._bubble_count
        self._timer = self._app.set_timer(_WAIT_MAX, self._timed_out)

    async def _timed_out(self) -> None:
        if self._bubble_count == self._bubble_count_before:
            await self._release_next()
        else:
            # The machine is slow, but the key is still on its way.
            self._start_timer()

    def drop(self) -> None:
        """Forget what is held."""
        self._held.clear()

    async def key_unhandled(self, typed: Typed) -> None:
        """Note that no widget took a key, and that what it is bound to was done."""
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
            self._may_open = self._accepts_text() or not is_move
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

    def _accepts_text(self) -> bool:
        focused = self._app.focused
        return focused is not None and focused.check_consume_key("a", "a")

    def _is_text(self, typed: Typed) -> bool:
        """Tell whether an input takes it as text, so that nothing else comes of it."""
        focused = self._app.focused
        if focused is None or isinstance(typed, Paste):
            return isinstance(typed, Paste)
        return focused.check_consume_key(typed.key, typed.character)

    def _target(self) -> tuple[Screen[Any], Widget | None]:
        return self._app.screen, self._app.focused

    def _is_settled(self) -> bool:
        return not self._may_open and self._target() == self._target_before

    def _start_round(self) -> None:
        """Go the way that the key went, behind it and behind what was said because of it."""
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

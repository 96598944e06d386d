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
    def takes_keys(self) -> bool:
        """Tell whether what was opened last is there, to be typed into."""

    def set_timer(self, delay: float, callback: Callable[[], Awaitable[None]]) -> Timer:
        """Call something after so many seconds."""


class TypedAhead:
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
        self._give = give
        self._only_moves = only_moves
        self._held: deque[Typed] = deque(maxlen=HELD_MAX)
        self._out: Typed | None = None
        """What was passed on and is not done yet."""
        self._opens = False
        """Whether what was passed on may open something, by way of what it makes a widget say."""
        self._before: tuple[Screen[Any], Widget | None] | None = None
        self._round = 0
        self._timer: Timer | None = None
        self._climbs = self._climbed_before = 0

    async def type(self, typed: Typed) -> None:
        """Pass a key or a paste on, now or when it is its turn."""
        self._held.append(typed)
        if self._out is None:
            await self._give_held()
        elif self._timer is None:
            # A screen that is closed may take our place in its queue with it.
            self._start_timer()

    def _start_timer(self) -> None:
        self._climbed_before = self._climbs
        self._timer = self._app.set_timer(_WAIT_MAX, self._waited)

    async def _waited(self) -> None:
        if self._climbs == self._climbed_before:
            await self._go_on()
        else:
            # The machine is slow, but the key is still on its way.
            self._start_timer()

    def drop(self) -> None:
        """Forget what is held."""
        self._held.clear()

    async def came_back(self, typed: Typed) -> None:
        """Note that no widget took a key, and that what it is bound to was done."""
        if typed is not self._out:
            return
        if self._is_calm():
            await self._go_on()
        else:
            self._round = 0
            self._go_round()

    async def _give_held(self) -> None:
        while self._held and self._out is None:
            typed = self._held.popleft()
            if self._is_text(typed):
                await self._give(typed)
                continue
            self._out, self._before = typed, self._keys_go_to()
            is_move = isinstance(typed, Key) and self._only_moves(typed.key)
            self._opens = self._takes_text() or not is_move
            await self._give(typed)
            if not typed.is_forwarded:
                if self._is_calm():
                    self._out = None
                else:
                    self._round = 0
                    self._go_round()

    async def _go_on(self) -> None:
        self._out = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        await self._give_held()

    def _takes_text(self) -> bool:
        focused = self._app.focused
        return focused is not None and focused.check_consume_key("a", "a")

    def _is_text(self, typed: Typed) -> bool:
        """Tell whether an input takes it as text, so that nothing else comes of it."""
        focused = self._app.focused
        if focused is None or isinstance(typed, Paste):
            return isinstance(typed, Paste)
        return focused.check_consume_key(typed.key, typed.character)

    def _keys_go_to(self) -> tuple[Screen[Any], Widget | None]:
        return self._app.screen, self._app.focused

    def _is_calm(self) -> bool:
        return not self._opens and self._keys_go_to() == self._before

    def _go_round(self) -> None:
        """Go the way that the key went, behind it and behind what was said because of it."""
        self._before = self._keys_go_to()
        self._climb(self._app.focused or self._app.screen)

    def _climb(self, node: DOMNode | None) -> None:
        while node is not None:
            above = node.parent
            if node.call_later(self._climbed, above, self._out, self._round):
                return
            node = above

    async def _climbed(self, above: DOMNode | None, typed: Typed, number: int) -> None:
        if typed is not self._out or number != self._round:
            return
        self._climbs += 1
        if above is not None:
            self._climb(above)
            return
        if self._app.takes_keys:
            self._round += 1
        settled = self._round > 1 and self._keys_go_to() == self._before
        if settled or self._round == _ROUNDS_MAX:
            await self._go_on()
        else:
            self._go_round()

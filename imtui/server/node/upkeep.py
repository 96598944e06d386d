"""What the store does beside the commits, while nobody waits for it: erasing, and its rest."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from imtui.server.store.store import Store, StoreError

_log: Final = logging.getLogger(__name__)

REST_AFTER: Final = 1.0
"""How long after the last commit the store does its maintenance, in seconds."""
_AGAIN_AFTER: Final = 1.0
"""The pause before maintenance that could not be done is tried again, in seconds."""
_FAILED_PAUSE: Final = 60.0
"""The pause after erasing or a rest failed, in seconds."""
_PAUSE: Final = 0.01
"""The shortest pause between two parts that are erased, in seconds."""
_QUICK_PARTS: Final = 60
"""How many parts in a row are erased quickly, also while clients ask for something."""
_QUICK_PAUSES: Final = 10
"""How many times as long as a quick part took the pause after it is at least."""
_PAUSES: Final = 170
"""The same after the quick parts: more than 99 in 100 requests do not meet a part."""


class Upkeep:
    """Erases part after part with pauses between them, and lets the store rest."""

    def __init__(
        self,
        store: Store,
        is_at_rest: Callable[[], bool],
        answered: Callable[[], int] = lambda: 0,
    ) -> None:
        """Start to wait; needs a running event loop.

        Args:
            store: The store.
            is_at_rest: Tells whether nothing waits for a commit, and none has failed.
            answered: Returns how many requests were answered so far; while there are some, what
                is more than a few parts is erased so slowly that they do not feel it.
        """
        self._store = store
        self._is_at_rest = is_at_rest
        self._answered = answered
        self._answered_before = 0
        """How many requests were answered when the last part was erased."""
        self._loop = asyncio.get_running_loop()
        self._last_commit = self._loop.time()
        self._rest: asyncio.TimerHandle | None = None
        self._erasing: asyncio.TimerHandle | None = None
        self._parts = 0
        """How many parts were erased in a row."""
        # A start leaves something in the log, and an earlier one may have left more.
        self.committed()

    def committed(self) -> None:
        """Note that something was committed."""
        self._last_commit = self._loop.time()
        if self._rest is None:
            self._rest = self._loop.call_later(REST_AFTER, self._come_to_rest)
        if self._erasing is None and self._store.has_more_to_erase:
            self._erasing = self._loop.call_later(_PAUSE, self._erase)

    def stop(self) -> None:
        """Do nothing any more."""
        for handle in (self._rest, self._erasing):
            if handle is not None:
                handle.cancel()

    def _erase(self) -> None:
        began = self._loop.time()
        try:
            self._store.erase_some()
        except StoreError as error:
            _log.error("%s", error)
            self._erasing = self._loop.call_later(_FAILED_PAUSE, self._erase)
            return
        self._erasing = None
        self._parts += 1
        if not self._store.has_more_to_erase:
            self._parts = 0
        else:
            answered = self._answered()
            is_quick = self._parts < _QUICK_PARTS or answered == self._answered_before
            self._answered_before = answered
            pauses = _QUICK_PAUSES if is_quick else _PAUSES
            pause = max(_PAUSE, (self._loop.time() - began) * pauses)
            self._erasing = self._loop.call_later(pause, self._erase)
        self.committed()

    def _come_to_rest(self) -> None:
        self._rest = None
        left = self._last_commit + REST_AFTER - self._loop.time()
        if left > 0 or not self._is_at_rest():
            self._rest = self._loop.call_later(max(left, _AGAIN_AFTER), self._come_to_rest)
            return
        try:
            is_done = self._store.rest()
        except StoreError as error:
            _log.error("%s", error)
            self._rest = self._loop.call_later(_FAILED_PAUSE, self._come_to_rest)
            return
        if not is_done:
            self._rest = self._loop.call_later(_AGAIN_AFTER, self._come_to_rest)

"""The callbacks that wait to be sent: in order for each user, bounded in all; pure."""

from collections import deque
from collections.abc import Callable

from imtui.server.deadlines import Deadlines
from imtui.server.webhook.request import OutgoingCallback


class CallbackQueue:
    """Callbacks that wait, of which each user has one under way at most.

    A callback is taken when it is durable. If it could not be sent, it stays the first of its
    user, who waits for a while; others go on.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        """Start empty.

        Args:
            most: How many callbacks may wait, those under way included.
            most_bytes: The most bytes that they may have together.
        """
        self._most = most
        self._most_bytes = most_bytes
        self._all: dict[int, OutgoingCallback] = {}
        """All callbacks by number, the oldest first."""
        self._bytes = 0
        self._of_user: dict[str, deque[OutgoingCallback]] = {}
        """In order, those under way included."""
        self._with_contents: dict[str, OutgoingCallback] = {}
        """Those with contents that may be erased, by their keys."""
        self._ready: dict[str, None] = {}
        """The users whose first callback can be sent, in order."""
        self._under_way: dict[str, OutgoingCallback] = {}
        self._paused: Deadlines[str] = Deadlines()
        self._fresh: dict[str, None] = {}
        """The users with callbacks that are not durable yet."""
        self._last = 0
        self._durable = 0
        """The number up to which callbacks are durable."""

    def __len__(self) -> int:
        """Return how many callbacks wait, those under way included."""
        return len(self._all)

    def put(self, callback: OutgoingCallback) -> list[OutgoingCallback]:
        """Add a callback, and return the oldest ones, which were dropped to make room."""
        self._all[callback.number] = callback
        self._bytes += len(callback.request.content)
        self._of_user.setdefault(callback.user_id, deque()).append(callback)
        if callback.contents_key:
            self._with_contents[callback.contents_key] = callback
        self._fresh[callback.user_id] = None
        self._last = callback.number
        dropped = []
        while len(self._all) > self._most or self._bytes > self._most_bytes:
            sending = self._under_way.values()
            oldest = next((one for one in self._all.values() if one not in sending), None)
            if oldest is None:
                break
            self._remove(oldest)
            dropped.append(oldest)
        return dropped

    def forget_contents(self, contents_key: str) -> OutgoingCallback | None:
        """Drop the callback with some contents, and return it if there was one."""
        callback = self._with_contents.get(contents_key)
        if callback is not None:
            self._remove(callback)
        return callback

    def take_out(self, is_unwanted: Callable[[OutgoingCallback], bool]) -> list[OutgoingCallback]:
        """Drop the callbacks that nobody wants, and return them."""
        dropped = [callback for callback in self._all.values() if is_unwanted(callback)]
        for callback in dropped:
            self._remove(callback)
        return dropped

    def committed(self) -> None:
        """Note that all callbacks so far are durable."""
        self._durable = self._last
        users, self._fresh = self._fresh, {}
        for user_id in users:
            self._consider(user_id)

    def take(self, now: float) -> OutgoingCallback | None:
        """Return the next callback to send, which is under way then; None if none can be sent.

        Args:
            now: The time, in monotonic seconds.
        """
        for user_id in self._paused.pop_due(now):
            self._consider(user_id)
        while self._ready:
            user_id = next(iter(self._ready))
            del self._ready[user_id]
            callback = self._first(user_id)
            if callback is not None and callback.number <= self._durable:
                self._under_way[user_id] = callback
                return callback
        return None

    def next_due(self) -> float | None:
        """Return when the next pause of a user ends; None without pauses."""
        return self._paused.next_due()

    def sent(self, callback: OutgoingCallback) -> None:
        """Remove a callback that was sent."""
        del self._under_way[callback.user_id]
        self._remove(callback)
        self._consider(callback.user_id)

    def retry(self, callback: OutgoingCallback, at: float) -> None:
        """Let a callback that could not be sent wait, at the front of its user's."""
        del self._under_way[callback.user_id]
        if callback.number in self._all:
            self._paused.set(callback.user_id, at)
        else:
            self._consider(callback.user_id)

    def _consider(self, user_id: str) -> None:
        """Let a user send if they can; a user who waits or sends will be considered again."""
        if user_id in self._under_way or user_id in self._paused:
            return
        first = self._first(user_id)
        if first is not None and first.number <= self._durable:
            self._ready[user_id] = None

    def _first(self, user_id: str) -> OutgoingCallback | None:
        waiting = self._of_user.get(user_id)
        return waiting[0] if waiting else None

    def _remove(self, callback: OutgoingCallback) -> None:
        if self._all.pop(callback.number, None) is None:
            return
        self._bytes -= len(callback.request.content)
        if self._with_contents.get(callback.contents_key) is callback:
            del self._with_contents[callback.contents_key]
        waiting = self._of_user[callback.user_id]
        # One of the first: what goes is what was sent, or the oldest.
        waiting.remove(callback)
        if not waiting:
            del self._of_user[callback.user_id]

"""Statuses of friends, and random changes of them at a steady rate."""

import asyncio
import random
import time
from collections.abc import Callable
from itertools import count
from typing import Final

from imtui.protocol.status import UserStatus, UserStatusType
from tests.benchmarks.reports import report

TICK: Final = 0.02
"""The time between two ticks of the feed, in seconds."""
FED: Final = "fed"
"""The name of the report of each second, with the number of changes so far."""

ENDED: Final = "ended"
"""The name of the report after the last change."""

_TEXTS: Final = ("On the call", "Listening to music", "Im Café, bis 15 Uhr", "Writing tests", "")
_NEXT: Final = {
    UserStatusType.ONLINE: UserStatusType.OFFLINE,
    UserStatusType.OFFLINE: UserStatusType.UNLOGINED,
    UserStatusType.UNLOGINED: UserStatusType.ONLINE,
}


def crowd(size: int) -> dict[str, UserStatus]:
    """Return the statuses of ``size`` friends, a third of them in each state."""
    since = _now()
    kinds, texts = list(_NEXT), len(_TEXTS)
    friends = {}
    for number in range(size):
        kind = kinds[number % len(kinds)]
        text = _TEXTS[number % texts] if kind is UserStatusType.ONLINE else ""
        user_id = f"friend{number:05}"
        friends[user_id] = UserStatus(user_id, kind, text, since=since, revision=1)
    return friends


class Feed:
    """Pass lists of changes to a callback, from a timer of the running event loop."""

    def __init__(
        self,
        friends: dict[str, UserStatus],
        take: Callable[[list[UserStatus]], None],
        *,
        lists: int = 1,
        changes: int = 20,
        ticks: int | None = None,
    ) -> None:
        """Create the feed; ``start`` starts it.

        Args:
            friends: The statuses to change, by user ID.
            take: Called with each list of changes.
            lists: The number of lists per tick.
            changes: The number of changes per list.
            ticks: The number of ticks; by default the feed does not end.
        """
        self._friends = friends
        self._take = take
        self._lists = lists
        self._changes = changes
        self._ticks = ticks
        self._user_ids = list(friends)
        self._random = random.Random(1)
        self._revisions = count(2)
        self._done = 0
        self._started = 0.0

    def start(self) -> None:
        """Start; the first changes come with the first tick."""
        self._started = asyncio.get_running_loop().time()
        self._wait()

    def _wait(self) -> None:
        # Each tick is timed from the start, so that delays do not add up.
        due = self._started + (self._done + 1) * TICK
        asyncio.get_running_loop().call_at(due, self._tick)

    def _tick(self) -> None:
        for _ in range(self._lists):
            self._take([self._change() for _ in range(self._changes)])
        self._done += 1
        if self._done % round(1 / TICK) == 0:
            report(FED, self._done * self._lists * self._changes)
        if self._done == self._ticks:
            report(ENDED)
        else:
            self._wait()

    def _change(self) -> UserStatus:
        """Return a status that differs from the friend's status before."""
        before = self._friends[self._random.choice(self._user_ids)]
        online = before.status_type is UserStatusType.ONLINE
        if online and self._random.random() < 0.5:
            kind = UserStatusType.ONLINE
            text = self._random.choice([one for one in _TEXTS if one != before.custom_status])
        else:
            kind = _NEXT[before.status_type]
            text = self._random.choice(_TEXTS) if kind is UserStatusType.ONLINE else ""
        after = UserStatus(before.user_id, kind, text, since=_now(), revision=next(self._revisions))
        self._friends[before.user_id] = after
        return after


def _now() -> int:
    return time.time_ns() // 1_000_000

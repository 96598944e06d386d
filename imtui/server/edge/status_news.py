"""The statuses that watchers are told of at the next tick: the last one of each user."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from msgspec import Raw, Struct

from imtui.protocol.jsonrpc import encode
from imtui.protocol.status import UserStatus
from imtui.server.edge.metrics import Metrics
from imtui.server.edge.outbox import News, Outbox, status_frames


class _Change(Struct):
    status: UserStatus
    watchers: set[str]
    """The accounts that are told."""


class StatusNews:
    """What changed since the last tick, and who is told of it."""

    def __init__(self, metrics: Metrics) -> None:
        """Start with nothing to tell."""
        self._changes: dict[str, _Change] = {}
        self._metrics = metrics

    def __bool__(self) -> bool:
        """Tell whether there is anything to tell."""
        return bool(self._changes)

    def add(self, status: UserStatus, watchers: set[str]) -> None:
        """Tell some accounts of a status, in place of an earlier one of the same user."""
        # Taken out first, so that statuses are told in the order of their last change.
        earlier = self._changes.pop(status.user_id, None)
        if earlier is not None:
            self._metrics.coalesced += len(earlier.watchers)
            watchers |= earlier.watchers
        if watchers:
            self._changes[status.user_id] = _Change(status, watchers)

    def forget(self, watcher: str, user_ids: Iterable[str]) -> None:
        """Do not tell an account of some users after all."""
        for user_id in user_ids:
            if user_id in self._changes:
                self._changes[user_id].watchers.discard(watcher)

    def deliver(self, outboxes_of: Callable[[str], Iterable[Outbox]]) -> None:
        """Tell everybody, given the outboxes of an account; nothing is left to tell."""
        changes, self._changes = self._changes, {}
        lists: defaultdict[Outbox, list[News]] = defaultdict(list)
        for user_id, change in changes.items():
            news = user_id, Raw(encode(change.status))
            for watcher in change.watchers:
                for outbox in outboxes_of(watcher):
                    lists[outbox].append(news)
        shared = _SharedFrames()
        for outbox, told in lists.items():
            outbox.tell(told, shared.encode)


class _SharedFrames:
    """Watchers with the same news share the frames that tell them."""

    def __init__(self) -> None:
        self._frames: dict[tuple[int, ...], list[bytes]] = {}

    def encode(self, news: list[News]) -> list[bytes]:
        # Unique, as all of them live until the end of the tick.
        key = tuple(map(id, news))
        frames = self._frames.get(key)
        if frames is None:
            frames = self._frames[key] = status_frames([status for _, status in news])
        return frames

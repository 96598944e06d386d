"""The statuses that watchers are told of at the next tick: the last one of each user."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from msgspec import Raw, Struct

from imtui.protocol.jsonrpc import encode
from imtui.protocol.status import UserStatus
from imtui.server.edge.outbox import News, Outbox, status_frames
from imtui.server.metrics import Metrics


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

    def deliver(self, outboxes_of: Callable[[Iterable[str]], list[Outbox]]) -> None:
        """Tell everybody, given the outboxes of some accounts; nothing is left to tell."""
        changes, self._changes = self._changes, {}
        if len(changes) == 1:
            (change,) = changes.values()
            self._tell(outboxes_of(change.watchers), [_news(change)])
            return
        lists: defaultdict[str, list[News]] = defaultdict(list)
        for change in changes.values():
            news = _news(change)
            for watcher in change.watchers:
                lists[watcher].append(news)
        # Those who are told the same share the frames.
        alike: defaultdict[tuple[News, ...], list[str]] = defaultdict(list)
        for watcher, told in lists.items():
            alike[tuple(told)].append(watcher)
        for told_alike, watchers in alike.items():
            self._tell(outboxes_of(watchers), told_alike)

    def _tell(self, outboxes: list[Outbox], news: Sequence[News]) -> None:
        frames = status_frames([one.status for one in news])
        told = (outbox.tell(news, frames) for outbox in outboxes)
        writers = [write for write in told if write is not None]
        self._metrics.deliveries += len(writers) * len(news)
        # Not while it is found out who they are: what runs between two calls of the kernel is
        # out of the processor's caches, and takes several times as long.
        for write in writers:
            write(frames[0])


def _news(change: _Change) -> News:
    return News(change.status.user_id, Raw(encode(change.status)))

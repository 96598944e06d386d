"""The statuses that watchers receive at the next tick: the last one of each user."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Raw, Struct

from imtui.server.edge.outbox import Outbox, StatusUpdate, status_frames
from imtui.server.metrics import Metrics


class _Pending(Struct):
    status: bytes
    """As JSON."""
    session_ids: list[int]


class StatusUpdates:
    """The statuses that changed since the last tick, and the sessions that receive them."""

    def __init__(self, metrics: Metrics) -> None:
        """Start without statuses."""
        self._pending: dict[str, _Pending] = {}
        self._logged_out: set[int] = set()
        """Sessions that get none of the pending statuses."""
        self._metrics = metrics

    def __bool__(self) -> bool:
        """Tell whether there are statuses to send."""
        return bool(self._pending)

    def add(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a status to some sessions, in place of an earlier one of the same user."""
        # Removed before it is added, so that statuses are in the order of their last change.
        earlier = self._pending.pop(user_id, None)
        if earlier is not None:
            self._metrics.coalesced += len(earlier.session_ids)
            if earlier.session_ids != session_ids:
                session_ids = list(dict.fromkeys((*session_ids, *earlier.session_ids)))
        if session_ids:
            self._pending[user_id] = _Pending(status, session_ids)

    def forget(self, session_ids: Iterable[int], user_ids: Iterable[str]) -> None:
        """Drop the pending statuses of some users for some sessions."""
        dropped = set(session_ids)
        for user_id in user_ids:
            pending = self._pending.get(user_id)
            if pending is not None:
                pending.session_ids = [one for one in pending.session_ids if one not in dropped]

    def logged_out(self, session_id: int) -> None:
        """Drop all pending statuses for a session."""
        if self._pending:
            self._logged_out.add(session_id)

    def logged_in(self, session_id: int) -> None:
        """Let a session receive the statuses that are added from now on."""
        if session_id in self._logged_out:
            # Only a login right after a logout makes it necessary to search all statuses.
            self._logged_out.discard(session_id)
            self.forget((session_id,), list(self._pending))

    def deliver(self, outboxes: Mapping[int, Outbox]) -> None:
        """Send all pending statuses, given the outboxes of all sessions."""
        pending, self._pending = self._pending, {}
        if self._logged_out:
            dropped, self._logged_out = self._logged_out, set()
            for one in pending.values():
                one.session_ids = [session for session in one.session_ids if session not in dropped]
        if len(pending) == 1:
            ((user_id, only),) = pending.items()
            self._send(outboxes, only.session_ids, [_update(user_id, only)])
            return
        lists: defaultdict[int, list[StatusUpdate]] = defaultdict(list)
        for user_id, one in pending.items():
            update = _update(user_id, one)
            for session_id in one.session_ids:
                lists[session_id].append(update)
        # Sessions that receive the same statuses share the frames.
        alike: defaultdict[tuple[StatusUpdate, ...], list[int]] = defaultdict(list)
        for session_id, updates in lists.items():
            alike[tuple(updates)].append(session_id)
        for updates_alike, session_ids in alike.items():
            self._send(outboxes, session_ids, updates_alike)

    def _send(
        self,
        outboxes: Mapping[int, Outbox],
        session_ids: Iterable[int],
        updates: Sequence[StatusUpdate],
    ) -> None:
        frames = status_frames([one.status for one in updates])
        found = (outboxes[session] for session in session_ids if session in outboxes)
        taken = (outbox.update(updates, frames) for outbox in found)
        writers = [write for write in taken if write is not None]
        self._metrics.deliveries += len(writers) * len(updates)
        # A loop of its own: code between two system calls drops out of the processor's caches and
        # takes several times as long.
        for write in writers:
            write(frames[0])


def _update(user_id: str, pending: _Pending) -> StatusUpdate:
    return StatusUpdate(user_id, Raw(pending.status))

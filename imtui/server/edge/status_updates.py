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
    """What changed since the last tick, and for whom."""

    def __init__(self, metrics: Metrics) -> None:
        """Start with nothing to send."""
        self._pending: dict[str, _Pending] = {}
        self._logged_out: set[int] = set()
        """Sessions that are sent nothing of what is pending."""
        self._metrics = metrics

    def __bool__(self) -> bool:
        """Tell whether there is anything to send."""
        return bool(self._pending)

    def add(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a status to some sessions, in place of an earlier one of the same user."""
        # Taken out first, so that statuses are sent in the order of their last change.
        earlier = self._pending.pop(user_id, None)
        if earlier is not None:
            self._metrics.coalesced += len(earlier.session_ids)
            if earlier.session_ids != session_ids:
                session_ids = list(dict.fromkeys((*session_ids, *earlier.session_ids)))
        if session_ids:
            self._pending[user_id] = _Pending(status, session_ids)

    def forget(self, session_ids: Iterable[int], user_ids: Iterable[str]) -> None:
        """Do not send some sessions the statuses of some users after all."""
        gone = set(session_ids)
        for user_id in user_ids:
            pending = self._pending.get(user_id)
            if pending is not None:
                pending.session_ids = [one for one in pending.session_ids if one not in gone]

    def logged_out(self, session_id: int) -> None:
        """Do not send a session what is pending: it was for a login that ended."""
        if self._pending:
            self._logged_out.add(session_id)

    def logged_in(self, session_id: int) -> None:
        """Send a session what comes from now on."""
        if session_id in self._logged_out:
            # Rare, and the only time when it is worth looking through everything.
            self._logged_out.discard(session_id)
            self.forget((session_id,), list(self._pending))

    def deliver(self, outboxes: Mapping[int, Outbox]) -> None:
        """Send everything, given the outboxes of all sessions; nothing is left to send."""
        pending, self._pending = self._pending, {}
        if self._logged_out:
            gone, self._logged_out = self._logged_out, set()
            for one in pending.values():
                one.session_ids = [session for session in one.session_ids if session not in gone]
        if len(pending) == 1:
            ((user_id, only),) = pending.items()
            self._send(outboxes, only.session_ids, [_update(user_id, only)])
            return
        lists: defaultdict[int, list[StatusUpdate]] = defaultdict(list)
        for user_id, one in pending.items():
            update = _update(user_id, one)
            for session_id in one.session_ids:
                lists[session_id].append(update)
        # Those who are sent the same share the frames.
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
        # Not while it is found out who they are: what runs between two calls of the kernel is
        # out of the processor's caches, and takes several times as long.
        for write in writers:
            write(frames[0])


def _update(user_id: str, pending: _Pending) -> StatusUpdate:
    return StatusUpdate(user_id, Raw(pending.status))

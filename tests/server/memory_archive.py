"""The core's archive in memory, as simple as can be: the yardstick of the one in the database."""

from collections.abc import Collection, Iterable

from imtui.server.core.changes import Change, MessagesChanged, MessagesCleared, MessageSent
from imtui.server.core.messages.archive import StoredMessage, sides


class MemoryArchive:
    """Keeps every message of what it is told."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: dict[tuple[str, str], StoredMessage] = {}

    def write(self, changes: Iterable[Change]) -> None:
        """Keep what changes say of messages."""
        for change in changes:
            if isinstance(change, MessageSent) and not change.message.online_user_only:
                self._put(change.stored)
            elif isinstance(change, MessagesChanged):
                for stored in change.messages:
                    self._put(stored)
            elif isinstance(change, MessagesCleared):
                version = change.version
                for stored in self._visible(change.user_id, change.peer_id):
                    version += 1
                    self._put(stored.deleted_for(change.user_id, version))

    def find(self, sender: str, msg_id: str) -> StoredMessage | None:
        return self._kept.get((sender, msg_id))

    def at(self, viewer: str, peer: str, seqs: Collection[int]) -> list[StoredMessage]:
        return [one for one in self._between(viewer, peer) if one.message.seq in seqs]

    def before(self, viewer: str, peer: str, seq: int, count: int) -> list[StoredMessage]:
        earlier = [one for one in self._visible(viewer, peer) if one.message.seq < seq]
        return earlier[::-1][:count]

    def within(
        self, viewer: str, peer: str, since: int, before: tuple[int, int], count: int
    ) -> list[StoredMessage]:
        there = {
            (one.message.timestamp, one.message.seq): one for one in self._visible(viewer, peer)
        }
        times = [time for time in there if time[0] >= since and time < before]
        return [there[time] for time in sorted(times, reverse=True)[:count]]

    def changed(self, viewer: str, peer: str, version: int, count: int) -> list[StoredMessage]:
        later = [one for one in self._between(viewer, peer) if one.message.version > version]
        return sorted(later, key=lambda one: one.message.version)[:count]

    def count_unread(self, viewer: str, peer: str, read_seq: int) -> int:
        return sum(one.counts_for(viewer, read_seq) for one in self._between(viewer, peer))

    def count_visible(self, viewer: str, peer: str) -> int:
        return len(self._visible(viewer, peer))

    def _put(self, stored: StoredMessage) -> None:
        self._kept[stored.message.sender, stored.message.msg_id] = stored

    def _between(self, viewer: str, peer: str) -> list[StoredMessage]:
        found = [
            one
            for one in self._kept.values()
            if sides(one.message.sender, one.message.receiver) == sides(viewer, peer)
        ]
        return sorted(found, key=lambda one: one.message.seq)

    def _visible(self, viewer: str, peer: str) -> list[StoredMessage]:
        return [one for one in self._between(viewer, peer) if not one.is_deleted_for(viewer)]

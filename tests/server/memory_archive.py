"""The core's archive in memory, as simple as can be: the yardstick of the one in the database."""

from collections.abc import Callable, Collection, Iterable

from msgspec import structs

from imtui.protocol.chat import size_of
from imtui.server.core.archive import StoredMessage, View, ViewedMessage
from imtui.server.core.change import Change
from imtui.server.core.messages.changes import MessageRevoked, MessageSent, MessagesHidden


class MemoryArchive:
    """Keeps every message that changes tell of."""

    def __init__(self, searched_max: int = 1000) -> None:
        """Start with none; a search stops after ``searched_max`` messages."""
        self._searched_max = searched_max
        self._messages: dict[tuple[int, int], StoredMessage] = {}
        """By conversation and seq."""
        self._hidden: dict[tuple[int, int, int], int] = {}
        """Own versions by conversation, account and seq."""

    def write(self, changes: Iterable[Change]) -> None:
        """Keep what changes tell of messages."""
        for change in changes:
            if isinstance(change, MessageSent):
                self._sent(change)
            elif isinstance(change, MessageRevoked):
                self._put(change.stored)
            elif isinstance(change, MessagesHidden):
                for one in change.hidden:
                    key = change.conversation, change.account, one.seq
                    assert key not in self._hidden, "nobody hides a message twice"
                    self._hidden[key] = one.own_version

    def find(self, sender: int, msg_id: str) -> StoredMessage | None:
        for stored in self._messages.values():
            if (stored.sender, stored.msg_id) == (sender, msg_id):
                return stored
        return None

    def at(self, view: View, seqs: Collection[int]) -> list[ViewedMessage]:
        return [one for one in self._viewed(view) if one.message.seq in seqs]

    def before(
        self, view: View, seq: int, count: int, most_bytes: int | None = None
    ) -> list[StoredMessage]:
        earlier = [stored for stored in self._visible(view) if stored.seq < seq][::-1][:count]
        size = 0
        for number, stored in enumerate(earlier, 1):
            size += size_of(stored.text, stored.data, stored.cloud_custom_data)
            if most_bytes is not None and size > most_bytes:
                return earlier[:number]
        return earlier

    def within(
        self, view: View, since: int, before: tuple[int, int], count: int
    ) -> list[ViewedMessage]:
        found = [
            one
            for one in self._viewed(View(view.conversation, view.account, 0))
            if one.message.timestamp >= since and _time(one.message) < before
        ]
        found.sort(key=lambda one: _time(one.message), reverse=True)
        return self._searched(view, found, count, lambda one: not one.own_version)

    def changed(self, view: View, version: int, count: int) -> list[ViewedMessage]:
        everything = self._viewed(View(view.conversation, view.account, 0))
        later = [one for one in everything if one.message.version > version]
        later.sort(key=lambda one: one.message.version)
        return self._searched(view, later, count)

    def hidden(self, view: View, own_version: int, count: int) -> list[ViewedMessage]:
        everything = self._viewed(View(view.conversation, view.account, 0))
        later = [one for one in everything if one.own_version > own_version]
        later.sort(key=lambda one: one.own_version)
        return self._searched(view, later, count)

    def older(self, conversation: int, after: int, timestamp: int, count: int) -> int:
        for seq in range(after + 1, after + count + 1):
            stored = self._messages.get((conversation, seq))
            if stored is None or stored.timestamp >= timestamp:
                return seq - 1
        return after + count

    def count_unread(self, view: View, after: int, up_to: int) -> int:
        return sum(
            after < stored.seq <= up_to
            and stored.sender != view.account
            and not stored.is_erased
            and not stored.is_uncounted
            for stored in self._visible(view)
        )

    def _sent(self, change: MessageSent) -> None:
        stored, conversation = change.stored, change.conversation
        if stored is None:
            return
        assert conversation is not None
        assert (stored.conversation, stored.seq) not in self._messages
        self._put(stored)
        if change.hidden_from:
            member = conversation.member(change.hidden_from)
            self._hidden[conversation.key, member.account, stored.seq] = change.own_version

    def _searched(
        self,
        view: View,
        ordered: list[ViewedMessage],
        count: int,
        is_wanted: Callable[[ViewedMessage], bool] = lambda one: True,
    ) -> list[ViewedMessage]:
        """Return the first wanted ones above the floor, and where the search stopped."""
        searched = ordered[: self._searched_max]
        found = [one for one in searched if one.message.seq > view.floor and is_wanted(one)]
        if len(found) < count and len(searched) == self._searched_max:
            found.append(structs.replace(searched[-1], is_stop=True))
        return found[:count]

    def _put(self, stored: StoredMessage) -> None:
        self._messages[stored.conversation, stored.seq] = stored

    def _viewed(self, view: View) -> list[ViewedMessage]:
        """Return what is above the floor of a view, hidden or not, by seq."""
        return [
            ViewedMessage(stored, self._hidden.get((conversation, view.account, seq), 0))
            for (conversation, seq), stored in sorted(
                self._messages.items(), key=lambda item: item[0]
            )
            if conversation == view.conversation and seq > view.floor
        ]

    def _visible(self, view: View) -> list[StoredMessage]:
        return [one.message for one in self._viewed(view) if not one.own_version]


def _time(stored: StoredMessage) -> tuple[int, int]:
    return stored.timestamp, stored.seq

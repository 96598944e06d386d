"""The conversations of an account as this device knows them."""

from collections.abc import Iterable

from msgspec.structs import replace

from imtui.protocol.chat import conversation_id
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.messages.known import Known
from imtui.sdk.messages.summary import cleared, emptied
from imtui.sdk.messages.update import Update


class KnownConversations:
    """What is known of each conversation, by user, and the total unread count."""

    def __init__(self, known: Iterable[Known]) -> None:
        """Start with the cached conversations."""
        self._known = {each.info.user_id: each for each in known}
        self._total = sum(each.info.notified_unread for each in self._known.values())
        self._seen: set[str] | None = None
        """The users whose conversations were listed or changed since the list began."""

    @property
    def total_unread(self) -> int:
        """Return how many messages are unread, without those of muted conversations."""
        return self._total

    def get(self, user_id: str) -> ConversationInfo | None:
        """Return the conversation with a user, if it belongs in the list."""
        known = self._known.get(user_id)
        return known.info if known is not None and known.info.is_listed else None

    def all(self) -> list[ConversationInfo]:
        """Return all conversations, the pinned ones first, then the last active one."""
        infos = (known.info for known in self._known.values())
        return sorted(
            (info for info in infos if info.is_listed),
            key=lambda info: (not info.is_pinned, -info.order_key, info.user_id),
        )

    def top(self, user_id: str) -> int:
        """Return the seq of the newest message with a user that was applied."""
        known = self._known.get(user_id)
        return 0 if known is None else known.top

    def cleared_seq(self, user_id: str) -> int:
        """Return the seq up to which nothing is left of the messages with a user."""
        known = self._known.get(user_id)
        return 0 if known is None else known.info.cleared_seq

    def since(self, user_id: str) -> tuple[int, int]:
        """Return the version and own version up to which the changes with a user were applied."""
        known = self._known.get(user_id)
        return (0, 0) if known is None else (known.complete, known.own_complete)

    def behind(self) -> list[str]:
        """Return the users whose conversations have changes that were not applied."""
        return [user_id for user_id, known in self._known.items() if known.is_behind]

    def _known_or_new(self, user_id: str) -> Known:
        known = self._known.get(user_id)
        if known is None:
            known = Known(ConversationInfo(conversation_id(user_id), user_id))
            self._known[user_id] = known
        return known

    def _set(self, known: Known, info: ConversationInfo, update: Update) -> None:
        before, known.info = known.info, info
        update.known[info.user_id] = known
        if replace(before, version=info.version) != info:
            update.conversations[info.user_id] = info
            self._total += info.notified_unread - before.notified_unread
        if info.user_id in update.conversations:
            self._touch(info.user_id)

    def _clear(self, known: Known, cleared_seq: int, update: Update) -> None:
        """Drop all messages up to a seq, if it has risen."""
        if cleared_seq > known.info.cleared_seq:
            update.cleared.append((known.info.user_id, cleared_seq))
            self._set(known, cleared(known, cleared_seq), update)
            known.top = max(known.top, cleared_seq)

    def _forget(self, known: Known, update: Update) -> None:
        """Drop all messages, and what the summary says of them."""
        update.forgotten.append(known.info.user_id)
        self._set(known, emptied(known.info), update)

    def _touch(self, user_id: str) -> None:
        if self._seen is not None:
            self._seen.add(user_id)

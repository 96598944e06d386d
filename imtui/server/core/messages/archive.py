"""What the core asks of those who keep the messages, as it keeps none in memory."""

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct, structs

from imtui.protocol.chat import Message, MessageStatus


def sides(one: str, other: str) -> tuple[str, str]:
    """Return the two of a conversation in the order in which it is kept: low, high."""
    return (one, other) if one < other else (other, one)


class StoredMessage(Struct, frozen=True):
    """A message as it is kept: for both of the two."""

    message: Message
    """As whoever has not deleted it sees it; without contents if it is recalled."""
    deleted_low: bool = False
    """Deleted by the one whose user ID is the lower."""
    deleted_high: bool = False

    @property
    def is_revoked(self) -> bool:
        """Tell whether its sender has recalled it."""
        return self.message.status is MessageStatus.LOCAL_REVOKED

    def is_deleted_for(self, viewer: str) -> bool:
        """Tell whether one of the two has deleted it."""
        is_low = viewer == min(self.message.sender, self.message.receiver)
        return self.deleted_low if is_low else self.deleted_high

    def counts_for(self, viewer: str, read_seq: int) -> bool:
        """Tell whether it is unread by one of the two, who has read up to ``read_seq``."""
        return (
            self.message.receiver == viewer
            and self.message.seq > read_seq
            and not self.is_revoked
            and not self.message.is_excluded_from_unread_count
            and not self.is_deleted_for(viewer)
        )

    def seen_by(self, viewer: str) -> Message:
        """Return the message as one of the two sees it."""
        if self.is_deleted_for(viewer):
            return _without_contents(self.message, MessageStatus.HAS_DELETED)
        return self.message

    def revoked(self, version: int) -> "StoredMessage":
        """Return it recalled, its contents gone."""
        bare = _without_contents(self.message, MessageStatus.LOCAL_REVOKED)
        return structs.replace(self, message=structs.replace(bare, version=version))

    def deleted_for(self, viewer: str, version: int) -> "StoredMessage":
        """Return it deleted by one of the two."""
        message = structs.replace(self.message, version=version)
        if viewer == min(message.sender, message.receiver):
            return structs.replace(self, message=message, deleted_low=True)
        return structs.replace(self, message=message, deleted_high=True)


class Archive(Protocol):
    """Finds messages; ``viewer`` is the one of the two who asks, ``peer`` the other one.

    All that the core has said in its changes counts, durable or not: whoever drives the core
    hands them on after each call. A failure to read passes through the core; as the core reads
    before it changes anything, nothing has happened then.
    """

    def find(self, sender: str, msg_id: str) -> StoredMessage | None:
        """Return a message by its name, or None if there is none."""

    def at(self, viewer: str, peer: str, seqs: Collection[int]) -> list[StoredMessage]:
        """Return those that there are at some places, in their order."""

    def before(self, viewer: str, peer: str, seq: int, count: int) -> list[StoredMessage]:
        """Return the last ``count`` that the viewer has not deleted, the newest first."""

    def within(
        self, viewer: str, peer: str, since: int, before: tuple[int, int], count: int
    ) -> list[StoredMessage]:
        """Return the last ``count`` that were written in some time, the latest first.

        They are in the order in which they were written, which is not that of their places if
        some come from elsewhere. Those that the viewer has deleted are left out.

        Args:
            viewer: The one of the two who asks.
            peer: The other one.
            since: The first time that counts, in Unix milliseconds.
            before: The first time that does not, and with it the first place: of those that were
                written in that millisecond, the ones at earlier places still count.
            count: How many.
        """

    def changed(self, viewer: str, peer: str, version: int, count: int) -> list[StoredMessage]:
        """Return the first ``count`` that changed after a version, the earliest change first."""

    def count_unread(self, viewer: str, peer: str, read_seq: int) -> int:
        """Count those after a place that count as unread by the viewer."""

    def count_visible(self, viewer: str, peer: str) -> int:
        """Count those that the viewer has not deleted."""


def _without_contents(message: Message, status: MessageStatus) -> Message:
    return structs.replace(
        message, text="", data=b"", cloud_custom_data="", msg_body="", status=status
    )

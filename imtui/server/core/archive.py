"""Reading stored messages, which the core does not keep in memory."""

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct, structs

from imtui.protocol.chat import ElemType


class ArchiveError(Exception):
    """Messages cannot be read; one line that says what to do."""


class StoredMessage(Struct, frozen=True, gc=False):
    """A message as it is stored, the same for all members of its conversation."""

    conversation: int
    """The key of the conversation."""
    seq: int
    version: int
    """The conversation's version at which the message last changed for all."""
    sender: int
    """The key of the sender's account."""
    msg_id: str
    timestamp: int
    """In Unix milliseconds."""
    elem_type: ElemType = ElemType.TEXT
    text: str = ""
    data: bytes = b""
    cloud_custom_data: str = ""
    msg_body: str = ""
    is_erased: bool = False
    """Recalled by its sender; the contents are erased."""
    is_uncounted: bool = False
    """Excluded from unread counts."""
    is_unlisted: bool = False
    """Excluded from being the last message of a conversation."""

    def erased(self, version: int) -> "StoredMessage":
        """Return the message without contents."""
        return structs.replace(
            self,
            version=version,
            text="",
            data=b"",
            cloud_custom_data="",
            msg_body="",
            is_erased=True,
        )


class ViewedMessage(Struct, frozen=True, gc=False):
    """A message as it is stored for one member."""

    message: StoredMessage
    own_version: int = 0
    """The member's own version at which they hid it; 0 if they did not."""
    is_stop: bool = False
    """The member does not see it, but a search stopped there to go on with the next page."""


class View(Struct, frozen=True, gc=False):
    """The part of a conversation that one member sees: above the floor, and not hidden."""

    conversation: int
    """The key of the conversation."""
    account: int
    """The key of the member's account."""
    floor: int
    """The member sees nothing at or below this seq."""


class Archive(Protocol):
    """Finds messages.

    All emitted changes count, whether they are durable or not. An ArchiveError passes through the
    core; as only plans read, the state is unchanged then.

    No search steps through more than some 1,000 messages that its answer lacks. ``within``,
    ``changed`` and ``hidden`` stop there, if they have found fewer than ``count`` by then. The
    last message of their answer is the one at which they stopped, with ``is_stop``.
    """

    def find(self, sender: int, msg_id: str) -> StoredMessage | None:
        """Return the message that an account sent under an ID, if there is one."""

    def at(self, view: View, seqs: Collection[int]) -> list[ViewedMessage]:
        """Return the messages at some seqs above the floor, hidden ones included, by seq."""

    def before(
        self, view: View, seq: int, count: int, most_bytes: int | None = None
    ) -> list[StoredMessage]:
        """Return the last ``count`` visible messages below ``seq``, the newest first.

        Those after the first with which the contents of all have more than ``most_bytes`` are left
        out: a page need not read more than it can hold.
        """

    def within(
        self, view: View, since: int, before: tuple[int, int], count: int
    ) -> list[ViewedMessage]:
        """Return the last ``count`` visible messages of a time span, the latest first.

        They are ordered by timestamp; where messages were imported, seqs have another order.

        Args:
            view: The member's view.
            since: The first timestamp of the span, in Unix milliseconds.
            before: The end of the span: a timestamp and a seq. Of the messages with that
                timestamp, those below the seq are in the span.
            count: The most messages to return.
        """

    def changed(self, view: View, version: int, count: int) -> list[ViewedMessage]:
        """Return the first ``count`` messages that changed for all after a version, by version."""

    def hidden(self, view: View, own_version: int, count: int) -> list[ViewedMessage]:
        """Return the first ``count`` messages hidden after an own version, by own version."""

    def older(self, conversation: int, after: int, timestamp: int, count: int) -> int:
        """Return the seq up to which all messages after a seq were written before a time.

        Args:
            conversation: The key of the conversation.
            after: The seq just below the first message that counts.
            timestamp: The time, in Unix milliseconds.
            count: The most messages to look at.
        """

    def count_unread(self, view: View, after: int, up_to: int) -> int:
        """Count the visible messages of others that count as unread in a range of seqs.

        Args:
            view: The member's view.
            after: The seq just below the range.
            up_to: The last seq of the range.
        """

"""Collecting the pages of an answer to ``getChangedMessages``."""

from imtui.protocol import limits
from imtui.protocol.chat import ChangedMessages, GetChangedMessagesParams, Message
from imtui.sdk.failures import unreadable
from imtui.sdk.messages.credible import is_number


class ChangedPages:
    """Collects the pages with one user, and knows how to ask for the next one."""

    def __init__(self, user_id: str, version: int, own_version: int) -> None:
        """Start after a version and an own version."""
        self._user_id = user_id
        self._next = version, own_version
        self._messages: list[Message] = []
        self._cleared_seq = 0

    def params(self) -> GetChangedMessagesParams:
        """Return the parameters of the request for the next page."""
        version, own_version = self._next
        return GetChangedMessagesParams(
            self._user_id, version, limits.HISTORY_PAGE_MAX, own_version
        )

    def add(self, page: ChangedMessages) -> ChangedMessages | None:
        """Add a page; after the last one, return all pages as one answer.

        Raises:
            IMError: 6001 if the page does not lead on to a next one.
        """
        if not all(map(is_number, (page.cleared_seq, page.next_version, page.next_own_version))):
            raise unreadable()
        self._messages += page.message_list
        self._cleared_seq = max(self._cleared_seq, page.cleared_seq)
        if page.is_finished:
            return ChangedMessages(
                self._messages,
                cleared_seq=self._cleared_seq,
                next_version=page.next_version,
                next_own_version=page.next_own_version,
            )
        version, own_version = self._next
        following = self._following(page)
        if following[0] < version or following[1] < own_version or following == self._next:
            raise unreadable()
        self._next = following
        return None

    def _following(self, page: ChangedMessages) -> tuple[int, int]:
        if page.next_version:
            return page.next_version, page.next_own_version
        # A backend without own versions names no next version.
        version, own_version = self._next
        return page.message_list[-1].version if page.message_list else version, own_version

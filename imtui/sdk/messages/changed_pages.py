"""The pages of an answer to ``getChangedMessages``, put together."""

from imtui.protocol import limits
from imtui.protocol.chat import ChangedMessages, GetChangedMessagesParams, Message
from imtui.sdk.failures import unreadable
from imtui.sdk.messages.credible import is_number


class ChangedPages:
    """Gathers the pages with one user, and says what to ask for next."""

    def __init__(self, user_id: str, version: int, own_version: int) -> None:
        """Begin after a version and an own version."""
        self._user_id = user_id
        self._next = version, own_version
        self._messages: list[Message] = []
        self._cleared_seq = 0

    def params(self) -> GetChangedMessagesParams:
        """Return the parameters that ask for the next page."""
        version, own_version = self._next
        return GetChangedMessagesParams(
            self._user_id, version, limits.HISTORY_PAGE_MAX, own_version
        )

    def take(self, page: ChangedMessages) -> ChangedMessages | None:
        """Take a page, and return all of them as one after the last.

        Raises:
            IMError: 6001 if the next page would not follow on this one.
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
        # A backend from before own versions names no next one.
        version, own_version = self._next
        return page.message_list[-1].version if page.message_list else version, own_version

"""Which own text the app puts back after the account was OFFLINE."""

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.model.own_text import Overlay, OwnText, is_about_text


class PutBack:
    """Remembers the text that this device set, and notices when going OFFLINE cleared it.

    Another device's change, and a text that ended, are never undone.
    """

    def __init__(self, instance_id: str) -> None:
        """Begin for this device, with nothing remembered."""
        self._instance_id = instance_id
        self._mine: OwnText | None = None
        self._last: UserStatus | None = None
        self._overlay = Overlay()

    def forget(self) -> None:
        """Remember nothing, as after logging out."""
        self._mine = None

    def heard(self, status: UserStatus, now: int) -> OwnText | None:
        """Take an own status and return the text to put back, if there is one."""
        before, self._last = self._last, status
        if self._overlay.covers(status):
            return None
        if status.changed_by is not None and is_about_text(before, status):
            mine = status.changed_by.instance_id == self._instance_id
            text = OwnText(status.custom_status, status.expires_at, status.since)
            self._mine = text if mine and text.text else None
            return None
        if self._mine is None or status.status_type is not UserStatusType.ONLINE:
            return None
        if status.custom_status == self._mine.text:
            return None
        lost, self._mine = self._mine, None
        cleared_by_going = not status.custom_status and status.since != lost.since
        ended = lost.expires_at is not None and lost.expires_at <= now
        return lost if cleared_by_going and not ended else None

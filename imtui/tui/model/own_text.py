"""The own text: the device that set it, the text that it replaced, and a lost text."""

from typing import Final

from msgspec import Struct

from imtui.protocol.limits import UNIX_MS_MAX
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType

AWAY_EXPIRES_AT: Final = UNIX_MS_MAX
"""The end of an away text, in Unix milliseconds; it distinguishes away texts from others."""


_SETTERS_MAX: Final = 64


class OwnText(Struct, frozen=True):
    """A text that this device set."""

    text: str
    expires_at: int | None
    """Its end in Unix milliseconds, if it has one."""
    since: int
    """The start of the general status during which it was set."""


def is_about_text(before: UserStatus | None, after: UserStatus) -> bool:
    """Tell whether a change by a device concerns the text, not a login or logout.

    The status in a login response is pushed again with the same revision.
    """
    return (
        before is not None
        and after.revision != before.revision
        and after.since == before.since
        and after.status_type is before.status_type
        and after.online_devices == before.online_devices
    )


def is_away_text(status: UserStatus) -> bool:
    """Tell whether the text of an own status is an away text, set by any device."""
    return bool(status.custom_status) and status.expires_at == AWAY_EXPIRES_AT


class Overlay:
    """Track whether an away text covers the user's own text."""

    def __init__(self) -> None:
        """Start without an away text."""
        self._text = ""

    def update(self, status: UserStatus) -> bool:
        """Apply an own status; return whether its text is an away text or one being lifted.

        An away text is lifted by giving the same text an end in the near future.
        """
        lifting = status.custom_status == self._text and status.expires_at is not None
        covered = bool(status.custom_status) and (is_away_text(status) or lifting)
        self._text = status.custom_status if covered else ""
        return covered


class TextSet(Struct, frozen=True):
    """A text that one of the own devices set."""

    at: int
    text: str
    """Empty if it was cleared."""


class OwnTexts:
    """Track the texts of the own account through its pushed statuses.

    The text that this device set is remembered until another device changes it. If going OFFLINE
    clears it, it becomes the lost text. Away texts are ignored.
    """

    def __init__(self, instance_id: str = "") -> None:
        """Start without texts; ``instance_id`` is this device."""
        self._instance_id = instance_id
        self._last: UserStatus | None = None
        self._overlay = Overlay()
        self._mine: OwnText | None = None
        self._is_current = False
        """Whether the remembered text is the current one."""
        self._lost: OwnText | None = None
        self._set_by: dict[str, TextSet] = {}
        self.overwritten: OwnText | None = None
        """The text of this device that another one replaced, until this device sets a new one."""

    @property
    def mine(self) -> OwnText | None:
        """Return the text that this device set, while it is the current one."""
        return self._mine if self._is_current else None

    def set_by(self, instance_id: str) -> TextSet | None:
        """Return the last text that a device set since the app started."""
        return self._set_by.get(instance_id)

    def take_lost(self) -> OwnText | None:
        """Return the text that going OFFLINE cleared, and discard it."""
        lost, self._lost = self._lost, None
        return lost

    def forget(self) -> None:
        """Discard the texts of this device, as after a logout."""
        self._mine = self._lost = None
        self.invalidate()

    def invalidate(self) -> None:
        """Mark the current text as unknown."""
        self._is_current = False
        self.overwritten = None

    def status_pushed(self, status: UserStatus, now: int) -> ChangedBy | None:
        """Apply a pushed own status, and return the device that set its text, if one did.

        Args:
            status: The status; its text is not safe to show.
            now: The time in Unix milliseconds.
        """
        before, self._last = self._last, status
        by = status.changed_by if is_about_text(before, status) else None
        if self._overlay.update(status):
            return by
        if by is None:
            self._check_lost(status, now)
        else:
            self._record_setter(by, status, now)
        return by

    def _record_setter(self, by: ChangedBy, status: UserStatus, now: int) -> None:
        self._set_by.pop(by.instance_id, None)
        self._set_by[by.instance_id] = TextSet(now, safe_text(status.custom_status))
        if len(self._set_by) > _SETTERS_MAX:
            del self._set_by[next(iter(self._set_by))]
        if by.instance_id == self._instance_id:
            text = OwnText(status.custom_status, status.expires_at, status.since)
            self._mine, self.overwritten = text if text.text else None, None
        else:
            if self.mine is not None:
                self.overwritten = self.mine
            self._mine = None
        self._is_current = self._mine is not None

    def _check_lost(self, status: UserStatus, now: int) -> None:
        mine = self._mine
        if mine is None or status.custom_status == mine.text:
            return
        self._is_current = False
        if status.status_type is not UserStatusType.ONLINE:
            return
        self._mine = None
        is_cleared_by_going_offline = not status.custom_status and status.since != mine.since
        has_ended = mine.expires_at is not None and mine.expires_at <= now
        if is_cleared_by_going_offline and not has_ended:
            self._lost = mine

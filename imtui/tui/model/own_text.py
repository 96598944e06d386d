"""The own text: the device that set it, the text that it replaced, and a lost text."""

from enum import Enum, auto
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


def is_away_text(status: UserStatus) -> bool:
    """Tell whether the text of an own status is an away text, set by any device."""
    return bool(status.custom_status) and status.expires_at == AWAY_EXPIRES_AT


class TextKind(Enum):
    """The kind of an own text."""

    PLAIN = auto()
    """The user's own text; may be empty."""
    AWAY = auto()
    """An away text, set by any device."""
    LIFTED = auto()
    """An away text that was given an end, to uncover the user's own text."""


class CurrentText(Struct, frozen=True):
    """The current text of the own account, and what the latest push says about it."""

    text: str
    """The text; not safe to show."""
    kind: TextKind
    is_new: bool
    """Whether it differs from the last known text."""
    is_set_elsewhere: bool
    """Whether it is a new plain text by another device, maybe set while this one was offline."""
    may_cover: bool
    """Whether it may cover texts that were set before the push."""


class TextSet(Struct, frozen=True):
    """A text that one of the own devices set."""

    at: int
    text: str
    """Empty if it was cleared."""


class OwnTexts:
    """Track the texts of the own account; nothing else interprets the pushed own statuses.

    The text that this device set is remembered until another device changes it. If going OFFLINE
    clears it, it becomes the lost text. Away texts do not count as texts of a device.
    """

    def __init__(self, instance_id: str = "") -> None:
        """Start without texts; ``instance_id`` is this device."""
        self._instance_id = instance_id
        self._online: UserStatus | None = None
        """The last status that was ONLINE."""
        self._kind = TextKind.PLAIN
        """The kind of its text."""
        self._lost: OwnText | None = None
        self._set_by: dict[str, TextSet] = {}
        self.current: CurrentText | None = None
        """The current text, a new object for each push; None while it is unknown."""
        self.mine: OwnText | None = None
        """The text that this device set, maybe under an away text."""
        self.overwritten: OwnText | None = None
        """The text of this device that another one replaced, until this device sets a new one."""

    def set_by(self, instance_id: str) -> TextSet | None:
        """Return the last text that a device set since the app started."""
        return self._set_by.get(instance_id)

    def take_lost(self) -> OwnText | None:
        """Return the text that going OFFLINE cleared, and discard it."""
        lost, self._lost = self._lost, None
        return lost

    def forget(self) -> None:
        """Discard the texts of this device, as after a logout."""
        self.mine = self._lost = None
        self.invalidate()

    def invalidate(self) -> None:
        """Mark the current text as unknown."""
        self.current = self.overwritten = None

    def status_pushed(self, status: UserStatus, now: int) -> ChangedBy | None:
        """Apply a pushed own status, and return the device that set its text, if one did.

        Args:
            status: The status; its text is not safe to show.
            now: The time in Unix milliseconds.
        """
        if status.status_type is not UserStatusType.ONLINE:
            self.current = None
            return None
        by = self._setter(status)
        self.current = self._interpret(status, by)
        self._online, self._kind = status, self.current.kind
        if self._kind is TextKind.PLAIN:
            if by is None:
                self._check_lost(status, now)
            else:
                self._record_setter(by, status, now)
        return by

    def _setter(self, status: UserStatus) -> ChangedBy | None:
        """Return the device that set the text, but not one that only logged in or out.

        The status in a login response is pushed again with the same revision.
        """
        last = self._online
        is_about_text = (
            (self.current is not None and last is not None)
            and status.revision != last.revision
            and (status.since, status.online_devices) == (last.since, last.online_devices)
        )
        return status.changed_by if is_about_text else None

    def _interpret(self, status: UserStatus, by: ChangedBy | None) -> CurrentText:
        text, last = status.custom_status, self._online
        is_new = last is None or text != last.custom_status
        # A text without an end covers nothing, and going OFFLINE clears what was covered.
        has_end = status.expires_at is not None
        may_cover = has_end and last is not None and status.since == last.since
        kind = TextKind.PLAIN
        if is_away_text(status):
            kind = TextKind.AWAY
        elif may_cover and not is_new and self._kind is not TextKind.PLAIN:
            kind = TextKind.LIFTED
        if by is None:
            is_theirs = self.current is None and bool(text)
        else:
            is_theirs = by.instance_id != self._instance_id
        is_set_elsewhere = is_theirs and is_new and kind is TextKind.PLAIN
        return CurrentText(text, kind, is_new, is_set_elsewhere, may_cover)

    def _record_setter(self, by: ChangedBy, status: UserStatus, now: int) -> None:
        self._set_by.pop(by.instance_id, None)
        self._set_by[by.instance_id] = TextSet(now, safe_text(status.custom_status))
        if len(self._set_by) > _SETTERS_MAX:
            del self._set_by[next(iter(self._set_by))]
        if by.instance_id == self._instance_id:
            text = OwnText(status.custom_status, status.expires_at, status.since)
            self.mine, self.overwritten = text if text.text else None, None
        else:
            if self.mine is not None and self.mine.since == status.since:
                self.overwritten = self.mine
            self.mine = None

    def _check_lost(self, status: UserStatus, now: int) -> None:
        mine = self.mine
        if mine is None or status.custom_status == mine.text:
            return
        self.mine = None
        is_cleared_by_going_offline = not status.custom_status and status.since != mine.since
        has_ended = mine.expires_at is not None and mine.expires_at <= now
        if is_cleared_by_going_offline and not has_ended:
            self._lost = mine

"""One's own text as this device set it, and how to tell whose doing a change was."""

from typing import Final

from msgspec import Struct

from imtui.protocol.limits import UNIX_MS_MAX
from imtui.protocol.status import UserStatus

AWAY_EXPIRES_AT: Final = UNIX_MS_MAX
"""The end of an away text, in Unix milliseconds; it is what tells it from any other text."""


class OwnText(Struct, frozen=True):
    """A text that this device set, and when it ends, in Unix milliseconds."""

    text: str
    expires_at: int | None
    since: int
    """When the general status that it belongs to began."""


def is_about_text(before: UserStatus | None, after: UserStatus) -> bool:
    """Tell whether a change by a device was one of the text, not its coming or going.

    The status in a login answer is pushed once more, at the same revision.
    """
    return (
        before is not None
        and after.revision != before.revision
        and after.since == before.since
        and after.status_type is before.status_type
        and after.online_devices == before.online_devices
    )


def is_away_text(status: UserStatus) -> bool:
    """Tell whether the text of an own status is an away text, whichever device set it."""
    return bool(status.custom_status) and status.expires_at == AWAY_EXPIRES_AT


class Overlay:
    """Tells whether the text of the own account lies over the person's own: an away text."""

    def __init__(self) -> None:
        """Begin with nothing laid over."""
        self._text = ""

    def covers(self, status: UserStatus) -> bool:
        """Take an own status; tell whether its text is an away text, or one that is being lifted.

        To lift it, it gets an end that is near; the words stay the same until then.
        """
        lifting = status.custom_status == self._text and status.expires_at is not None
        covered = bool(status.custom_status) and (is_away_text(status) or lifting)
        self._text = status.custom_status if covered else ""
        return covered

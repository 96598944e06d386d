"""Changes of statuses."""

from imtui.protocol.status import UserStatus
from imtui.server.core.accounts.custom_status import CLEARED, CustomStatus
from imtui.server.core.change import Change


class StatusChanged(Change, frozen=True, gc=False):
    """The status of an account changed."""

    status: UserStatus
    """As watchers see it."""
    own: UserStatus
    """As the account's own devices see it."""
    to_watchers: bool
    """False if only own devices are notified."""
    text_changed: bool = False
    """Whether the custom status changed."""
    custom: CustomStatus = CLEARED
    """The custom status with all its texts."""

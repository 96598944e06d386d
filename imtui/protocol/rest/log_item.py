"""The entries of the console's log."""

from typing import Final

from msgspec import Struct

from imtui.protocol.wire_names import rest_name

AUDIT_EVENTS: Final = frozenset(("failed", "admin", "limit"))


class LogItem(Struct, frozen=True, rename=rest_name):
    """A change of an account or of the settings, or an entry of the audit log."""

    index: int
    """Counts from 1 at the start of the backend."""
    time: int = 0
    """In Unix milliseconds."""
    user_id: str = ""
    """The user whom it concerns; empty for the whole app."""
    event: str = ""
    """``registered``, ``deleted``, ``online``, ``offline``, ``unlogined``, ``kicked``, ``status``,
    ``friend`` or ``console``, also for admins and keys; of the audit log ``failed``, ``admin`` or
    ``limit``."""
    text: str = ""
    """Details; of the audit log the method or command."""
    address: str = ""
    """The IP address of the client; of the audit log only."""
    code: int = 0
    """The error code; of the audit log only."""
    count: int = 1
    """How often it happened; of the audit log only."""

    @property
    def is_audit(self) -> bool:
        """Tell whether it is an entry of the audit log."""
        return self.event in AUDIT_EVENTS

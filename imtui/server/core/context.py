"""The context of a call of the core."""

from msgspec import Struct

from imtui.server.core.archive import Archive
from imtui.server.core.caller import Admin, Caller
from imtui.server.core.state import State
from imtui.server.instant import Instant


class Context(Struct, frozen=True, gc=False):
    """The state, the caller and the time of a call, and the archive."""

    state: State
    caller: Caller
    now: Instant
    archive: Archive

    @property
    def user_id(self) -> str:
        """Return the calling account, or the one that an admin acts for."""
        return self.caller.user_id

    def acting_for(self, user_id: str) -> "Context":
        """Return a context in which an admin acts for an account."""
        return Context(self.state, Admin(user_id), self.now, self.archive)

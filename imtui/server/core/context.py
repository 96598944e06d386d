"""What every function of the core is called with."""

from msgspec import Struct

from imtui.server.core.archive import Archive
from imtui.server.core.caller import Admin, Caller
from imtui.server.core.state import State
from imtui.server.instant import Instant


class Context(Struct, frozen=True, gc=False):
    """The state, who calls, and when."""

    state: State
    caller: Caller
    now: Instant
    archive: Archive

    @property
    def user_id(self) -> str:
        """Return the account that calls, or for which an admin does."""
        return self.caller.user_id

    def acting_for(self, user_id: str) -> "Context":
        """Return the context of an admin who acts for an account."""
        return Context(self.state, Admin(user_id), self.now, self.archive)

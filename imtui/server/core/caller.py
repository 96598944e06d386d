"""Who calls a function of the core."""

from msgspec import Struct

from imtui.protocol.proof import Proof
from imtui.protocol.status import ChangedBy, Platform


class Session(Struct):
    """A connection that is logged in."""

    session_id: int
    user_id: str
    device: ChangedBy
    """The device, as the one that makes a change."""
    passive: bool
    """A passive login: no device, so it makes nobody ONLINE."""
    user_sig: int = 0
    """A number that stands for the UserSig with which it logged in."""

    @property
    def platform(self) -> Platform | None:
        """Return the platform of its device."""
        return self.device.platform


class Claimant(Struct, frozen=True):
    """A connection that wants to log in, and whose UserSig was checked."""

    session_id: int
    proof: Proof

    @property
    def user_id(self) -> str:
        """Return the account that it claims."""
        return self.proof.user_id

    @property
    def platform(self) -> Platform | None:
        """Return None: it has no device yet."""
        return None


class Admin(Struct, frozen=True):
    """An admin who acts through the REST API, for an account or for the whole app."""

    user_id: str = ""
    """The account for which it acts; empty for the whole app."""
    session_id: int = 0
    """No session: all devices of the account are notified."""

    @property
    def platform(self) -> Platform | None:
        """Return None: it acts from no device."""
        return None


Caller = Session | Claimant | Admin

"""The callers of the core's functions."""

from msgspec import Struct

from imtui.protocol.proof import Proof, SigID
from imtui.protocol.status import ChangedBy, Platform


class Session(Struct):
    """A connection that is logged in."""

    session_id: int
    user_id: str
    device: ChangedBy
    """Its device, as the author of changes."""
    passive: bool
    """Whether the login is passive: it has no device, so it does not make the user ONLINE."""
    sig_id: SigID
    """Identifies the UserSig of the login."""
    address: str = ""
    """The IP address of the client; empty if unknown."""

    @property
    def platform(self) -> Platform | None:
        """Return the platform of its device."""
        return self.device.platform


class Claimant(Struct, frozen=True):
    """A connection that logs in, and whose UserSig was checked."""

    session_id: int
    proof: Proof
    address: str = ""
    """The IP address of the client; empty if unknown."""

    @property
    def user_id(self) -> str:
        """Return the account of the UserSig."""
        return self.proof.user_id

    @property
    def platform(self) -> Platform | None:
        """Return None, as it has no device yet."""
        return None


class Admin(Struct, frozen=True):
    """An admin who acts through the REST API, for an account or for the whole app."""

    user_id: str = ""
    """The account that the admin acts for; empty for the whole app."""
    session_id: int = 0
    """The ID of no session, so that all devices of the account are notified."""

    @property
    def platform(self) -> Platform | None:
        """Return None, as an admin has no device."""
        return None


Caller = Session | Claimant | Admin

"""That a connection or a call is who it says it is."""

from msgspec import Struct


class Proof(Struct, frozen=True):
    """A UserSig that was checked, so that its bearer is the user."""

    user_id: str
    made: int
    """When the UserSig was made, in Unix seconds."""
    number: int
    """Stands for the UserSig; the same after a restart."""

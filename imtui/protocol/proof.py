"""The proof of the user behind a connection or a call."""

from msgspec import Struct


class Proof(Struct, frozen=True):
    """A verified UserSig: its bearer is the user."""

    user_id: str
    made: int
    """When the UserSig was made, in Unix seconds."""
    number: int
    """A number that identifies the UserSig, the same after a restart."""

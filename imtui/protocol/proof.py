"""The proof of the user behind a connection or a call."""

from msgspec import Struct


class SigID(Struct, frozen=True, gc=False):
    """Identifies a UserSig until it expires."""

    digest: bytes
    """128 bits of its hash."""
    expires_at: int
    """In Unix seconds."""


class Proof(Struct, frozen=True):
    """A verified UserSig: its bearer is the user."""

    user_id: str
    made: int
    """When the UserSig was made, in Unix seconds."""
    sig_id: SigID

"""What an edge checks the UserSigs of clients and admins against."""

from dataclasses import dataclass

from imtui.protocol.app_key import KeyRing


@dataclass
class Trust:
    """The app's keys and admins, as the core last sent them."""

    key_ring: KeyRing
    admins: frozenset[str]
    """Their user IDs."""

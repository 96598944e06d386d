"""Changes of the app's keys."""

from imtui.protocol.app_key import KeyRing
from imtui.server.core.change import Change


class KeyRotated(Change, frozen=True, gc=False):
    """A new key was made, and earlier ones have an end."""

    key_ring: KeyRing
    """All keys after the change; the new one is the newest."""
    ended: tuple[int, ...]
    """The IDs of the keys that ended at once."""


class KeysEnded(Change, frozen=True, gc=False):
    """Keys reached their end, and their secrets were erased."""

    key_ring: KeyRing
    """All keys after the change."""
    ended: tuple[int, ...]
    """The IDs of the keys."""

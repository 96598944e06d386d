"""The keys of the app."""

from imtui.protocol.app_key import KeyRing


class Keys:
    """The keys of the app with which UserSigs may have been made."""

    def __init__(self, key_ring: KeyRing) -> None:
        """Start with the stored keys."""
        self.replace(key_ring)

    def replace(self, key_ring: KeyRing) -> None:
        """Put other keys in the place of these."""
        self.key_ring = key_ring
        ends = (key.until for key in key_ring.keys if key.until is not None)
        self.next_end = min(ends, default=None)
        """When the next key ends, in Unix milliseconds; None if none does."""

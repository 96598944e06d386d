"""The keys of the app."""

from imtui.protocol.app_key import KeyRing


class Keys:
    """The keys of the app with which UserSigs may have been made."""

    def __init__(self, key_ring: KeyRing) -> None:
        """Start with the stored keys."""
        self.key_ring = key_ring

    def next_end(self) -> int | None:
        """Return when the next key ends, in Unix milliseconds; None if none does."""
        ends = (key.until for key in self.key_ring.keys if key.until is not None)
        return min(ends, default=None)

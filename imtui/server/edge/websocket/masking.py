"""The mask of a client's frames, and the numbers in their heads; RFC 6455, section 5.2."""

from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover
    from websockets.utils import apply_mask

__all__ = ["LENGTH_IN_2_BYTES", "MASKED", "apply_mask"]

MASKED: Final = 0x80
LENGTH_IN_2_BYTES: Final = 126

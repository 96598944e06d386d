"""An instant on both clocks."""

from msgspec import Struct


class Instant(Struct, frozen=True, gc=False):
    """One instant; whoever drives the core passes it with each call."""

    monotonic: float
    """Seconds on a clock that never jumps; deadlines and rates use it."""
    unix_ms: int
    """Unix milliseconds on the wall clock: what people see, and the ends of custom statuses."""

"""A point in time on the monotonic and the wall clock."""

from msgspec import Struct


class Instant(Struct, frozen=True, gc=False):
    """A point in time; each call of the core gets the current one."""

    monotonic: float
    """Seconds on a clock that never jumps; used for deadlines and rates."""
    unix_ms: int
    """Unix milliseconds on the wall clock; used for timestamps and ends of custom statuses."""

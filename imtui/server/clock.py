"""When something happens, on both clocks."""

from msgspec import Struct


class Moment(Struct, frozen=True, gc=False):
    """One instant, given to the core with each event."""

    monotonic: float
    """Seconds on a clock that never jumps; deadlines and rates are reckoned with it."""
    unix_ms: int
    """Unix milliseconds on the wall clock; what people see, and the ends of custom statuses."""

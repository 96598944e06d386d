"""The base of all changes that the core emits."""

from msgspec import Struct


class Change(Struct, frozen=True, gc=False):
    """Something that a call changed: to be stored, pushed, called back, logged or counted.

    Each capability defines its own in its module ``changes``. A change says all that whoever
    handles it needs: nobody looks into the state.
    """

"""The base of all changes that the core emits."""

from msgspec import Struct


class Change(Struct, frozen=True, gc=False):
    """A change of the state, to be stored, pushed, called back, logged or counted.

    Each capability defines its changes in its module ``changes``. A change has all the data that
    its handlers need, so that they do not read the state.
    """

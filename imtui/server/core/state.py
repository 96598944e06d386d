"""The state of one app."""

from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import Struct

from imtui.protocol import limits
from imtui.server.core.change import Change
from imtui.server.core.console import Console

P = TypeVar("P")


class Timing(Struct, frozen=True):
    """How long the app waits, in seconds."""

    subscriptions_cleared_after: float = limits.SUBSCRIPTIONS_CLEARED_AFTER
    return_within: float = limits.RETURN_WITHIN
    """How long clients whose edge is gone may take to come back."""


class State:
    """The state of the core: one part for each capability, by the part's class."""

    __slots__ = ("_parts", "_revision", "changes", "console", "first_revision", "timing")

    def __init__(
        self, start: int, console: Console, timing: Timing, parts: Iterable[object]
    ) -> None:
        """Make a state from its parts.

        Args:
            start: How often the backend was started; the upper half of all revisions.
            console: The settings of the console.
            timing: How long the app waits.
            parts: The parts of the capabilities.
        """
        self.console = console
        self.timing = timing
        self.changes: list[Change] = []
        self.first_revision = self._revision = start << 32
        self._parts: dict[type, Any] = {type(part): part for part in parts}

    def __getitem__(self, kind: type[P]) -> P:
        """Return the part of a capability."""
        part: P = self._parts[kind]
        return part

    def add_part(self, part: object) -> None:
        """Add the part of a capability."""
        self._parts[type(part)] = part

    def emit(self, change: Change) -> None:
        """Add a change."""
        self.changes.append(change)

    def next_revision(self) -> int:
        """Return a revision above all earlier ones."""
        self._revision += 1
        return self._revision

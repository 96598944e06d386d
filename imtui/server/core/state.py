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


class State:
    """All that the core knows: one part for each capability, found by the part's class."""

    __slots__ = ("_parts", "_revision", "changes", "console", "first_revision", "timing")

    def __init__(
        self, start: int, console: Console, timing: Timing, parts: Iterable[object]
    ) -> None:
        """Put the parts together.

        Args:
            start: How often the backend was started; the higher half of all revisions.
            console: The settings of the console.
            timing: How long to wait for what.
            parts: One for each capability.
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
        """Return a revision above all before."""
        self._revision += 1
        return self._revision

"""What a store does: it remembers changes, and gives them back after a restart."""

from collections.abc import Iterable
from typing import Protocol

from imtui.server.core.changes import Change
from imtui.server.core.messages.archive import Archive
from imtui.server.core.stored import StoredApp


class StoreError(Exception):
    """The store cannot be opened, read or written; one line that says what to do."""


class Store(Protocol):
    """Keeps what outlives a restart."""

    def load(self) -> StoredApp:
        """Count this start, durably, and return everything that was stored.

        Raises:
            StoreError: It cannot be read or written.
        """

    def write(self, changes: Iterable[Change]) -> None:
        """Note the changes that outlive a restart; ``commit`` makes them durable."""

    def commit(self) -> None:
        """Make all that was noted durable, as one.

        Raises:
            StoreError: It could not; what was noted is kept, and tried again by the next commit.
        """

    @property
    def archive(self) -> Archive:
        """Return the messages, those that were noted included; to find one raises StoreError."""

    def close(self) -> None:
        """Let go of the store; what was noted and not committed is gone."""

"""What a store does: it keeps what changes say, and gives it back after a restart."""

from collections.abc import Iterable
from typing import Protocol

from imtui.protocol.app_key import AppKey
from imtui.server.core.archive import Archive, ArchiveError
from imtui.server.core.change import Change
from imtui.server.core.stored import StoredApp


class StoreError(ArchiveError):
    """The store cannot be opened, read or written; one line that says what to do."""


class Store(Protocol):
    """Keeps what outlives a restart."""

    def load(self) -> StoredApp:
        """Count this start, durably, and return everything that was stored.

        Raises:
            StoreError: It cannot be read or written.
        """

    def app_key(self, given: AppKey | None) -> AppKey:
        """Return the app's key; if there is none yet, keep the one that is given, or make one.

        Raises:
            StoreError: It cannot be read or written.
        """

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart to the batch; ``commit`` makes them durable."""

    def commit(self) -> None:
        """Make the batch durable, as one.

        Raises:
            StoreError: It could not; the batch is kept, and tried again by the next commit.
        """

    def rest(self) -> None:
        """Do what is best done while nothing happens.

        Raises:
            StoreError: It could not; nothing is lost.
        """

    def started(self) -> None:
        """Take note that the start is complete."""

    @property
    def archive(self) -> Archive:
        """Return the messages, those of the batch included; reading them raises StoreError."""

    def close(self) -> None:
        """Let go of the store; what was not committed is gone."""

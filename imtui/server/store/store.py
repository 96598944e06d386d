"""The interface of a store: it keeps changes, and loads the result after a restart."""

from collections.abc import Callable, Iterable
from typing import Protocol

from imtui.protocol.app_key import AppKey
from imtui.server.core.archive import Archive, ArchiveError
from imtui.server.core.change import Change
from imtui.server.core.stored import StoredApp
from imtui.server.webhook.request import OutgoingCallback


class StoreError(ArchiveError):
    """The store cannot be opened, read or written; one line that says what to do."""


class DamagedError(StoreError):
    """The file of the store is damaged."""


class FinalError(StoreError):
    """Nothing more can be written: only a new start goes on with what is durable."""


class DeposedError(FinalError):
    """Another node has taken over."""


class Store(Protocol):
    """Keeps everything that outlives a restart."""

    @property
    def is_shared(self) -> bool:
        """Tell whether another node may take over."""

    @property
    def is_current(self) -> bool:
        """Tell whether what was read is still true: no other node can have taken over yet.

        If it is not, a commit tells, even one of nothing.
        """

    def load(self) -> StoredApp:
        """Count this start, durably, and return everything that was stored.

        Raises:
            StoreError: The store cannot be read or written.
        """

    def app_key(self, given: AppKey | None) -> AppKey:
        """Return the app's newest key; if there is none yet, store the given one, or a new one.

        Raises:
            StoreError: The store cannot be read or written.
        """

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart to the batch; ``commit`` makes them durable."""

    def commit(self) -> None:
        """Make the batch durable atomically.

        Raises:
            StoreError: The commit failed; the next one retries the batch.
        """

    on_erased: Callable[[list[tuple[int, int]]], None]
    """Called with the conversation and seq of each erased message, before the commit."""

    @property
    def has_more_to_erase(self) -> bool:
        """Tell whether there may be messages to erase that nobody can see any more."""

    def erase_some(self) -> None:
        """Erase a part of the messages that nobody can see any more, with the next commit.

        It takes a few milliseconds; without a batch the commit is made at once.

        Raises:
            StoreError: It failed; what is left is found again.
        """

    def rest(self) -> bool:
        """Do maintenance while the backend is idle, and tell whether it is done.

        Raises:
            StoreError: The maintenance failed; no data is lost.
        """

    def callbacks(self) -> list[OutgoingCallback]:
        """Return the callbacks that wait to be sent, the oldest first.

        Raises:
            StoreError: The store cannot be read.
        """

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Add callbacks to the batch; ``commit`` makes them durable."""

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers, to the batch."""

    def started(self) -> None:
        """Note that the backend started successfully."""

    @property
    def archive(self) -> Archive:
        """Return the messages, including the batch; reading them raises StoreError."""

    def close(self) -> None:
        """Close the store; uncommitted changes are lost."""

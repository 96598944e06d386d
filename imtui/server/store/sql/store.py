"""What stores of all engines do alike: they keep the changes until a commit."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from imtui.server.core.change import Change
from imtui.server.store.sql.pending import Pending
from imtui.server.store.store import StoreError
from imtui.server.webhook.request import OutgoingCallback


class SQLStore(ABC):
    """A store whose batch waits for its transaction."""

    def __init__(self, searched_max: int, *, keeps_statuses: bool) -> None:
        """Start with nothing that waits.

        Args:
            searched_max: How many messages a search in the archive steps through at most.
            keeps_statuses: Whether statuses outlive a restart.
        """
        self._searched_max = searched_max
        self._pending = Pending(keeps_statuses=keeps_statuses)
        self._failure: StoreError | None = None
        """Why the batch could not be executed; only a commit retries it."""

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart to the batch; ``commit`` makes them durable."""
        self._pending.write(changes)

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Add callbacks to the batch; ``commit`` makes them durable."""
        self._pending.queue_callbacks(callbacks)

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers, to the batch."""
        self._pending.forget_callbacks(numbers)

    @abstractmethod
    def commit(self) -> None:
        """Make the batch durable atomically.

        Raises:
            StoreError: The commit failed; the next one retries the batch.
        """

    @property
    def on_erased(self) -> Callable[[list[tuple[int, int]]], None]:
        """Called with the conversation and seq of each erased message, before the commit."""
        return self._pending.on_erased

    @on_erased.setter
    def on_erased(self, on_erased: Callable[[list[tuple[int, int]]], None]) -> None:
        self._pending.on_erased = on_erased

    @property
    def has_more_to_erase(self) -> bool:
        """Tell whether there may be messages to erase that nobody can see any more."""
        return self._pending.eraser.has_more

    def erase_some(self) -> None:
        """Erase a part of the messages that nobody can see any more, with the next commit.

        It takes a few milliseconds; without a batch the commit is made at once.

        Raises:
            StoreError: It failed; what is left is found again.
        """
        self._pending.is_erasing = True
        if not self._pending.has_waiting:
            try:
                self.commit()
            finally:
                self._pending.is_erasing = False

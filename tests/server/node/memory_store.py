"""A store in memory that fails while it is told to."""

from collections.abc import Callable, Iterable

from imtui.protocol.app_key import AppKey
from imtui.server.core.change import Change
from imtui.server.core.stored import StoredApp
from imtui.server.store.store import StoreError
from imtui.server.webhook.request import OutgoingCallback
from tests.server.memory_archive import MemoryArchive


class MemoryStore:
    """Keeps changes as they are."""

    def __init__(self) -> None:
        self.noted: list[Change] = []
        self.durable: list[Change] = []
        self.commits = 0
        self.rests = 0
        self.to_erase = 0
        """How many parts there are to erase."""
        self.erasing: Callable[[], None] = lambda: None
        """Called while a part is erased."""
        self.on_erased: Callable[[list[tuple[int, int]]], None] = lambda erased: None
        self.is_alone = True
        """Whether maintenance can be done: no other process reads."""
        self.is_failing = False
        self.failure = StoreError("It fails.")
        """What a commit raises then."""
        self.is_shared = False
        self.is_current = True
        self.archive = MemoryArchive()

    def load(self) -> StoredApp:
        return StoredApp(start=1)

    def app_key(self, given: AppKey | None) -> AppKey:
        return given or AppKey(1, "secret")

    def write(self, changes: Iterable[Change]) -> None:
        self.noted += changes

    def commit(self) -> None:
        self.commits += 1
        if self.is_failing:
            raise self.failure
        self.durable += self.noted
        self.noted = []

    @property
    def has_more_to_erase(self) -> bool:
        return self.to_erase > 0

    def erase_some(self) -> None:
        if self.is_failing:
            raise StoreError("It fails.")
        self.erasing()
        self.to_erase -= 1

    def rest(self) -> bool:
        self.rests += 1
        if self.is_failing:
            raise StoreError("It fails.")
        return self.is_alone

    def callbacks(self) -> list[OutgoingCallback]:
        return []

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Keep none."""

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Have none to forget."""

    def started(self) -> None:
        """Have nothing to note."""

    def close(self) -> None:
        """Have nothing to close."""

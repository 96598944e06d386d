"""What a measured client tells the benchmark on its standard output."""

import msgspec


class Received(msgspec.Struct, frozen=True):
    """What the client's app was told so far."""

    changes: int
    calls: int
    """In so many calls of a listener."""


class Counter:
    """Counts what a client's app is told, and says so after each batch."""

    def __init__(self, batch: int) -> None:
        """Count in batches of so many changes."""
        self._batch = batch
        self._changes = 0
        self._calls = 0

    def ready(self) -> None:
        """Say that the client knows its friends."""
        self._say()

    def take(self, texts: list[str]) -> None:
        """Take the custom statuses of one call; those without one only come or go."""
        if changes := len(texts) - texts.count(""):
            self._calls += 1
            self._changes += changes
            if self._changes % self._batch == 0:
                self._say()

    def _say(self) -> None:
        print(msgspec.json.encode(Received(self._changes, self._calls)).decode(), flush=True)

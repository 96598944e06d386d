"""The reports of a measured client to the benchmark, on standard output."""

import msgspec


class Received(msgspec.Struct, frozen=True):
    """The number of changes that the client's app has received so far."""

    changes: int
    calls: int
    """The number of listener calls that passed these changes."""


class Counter:
    """Count the changes that a client's app receives, and report after each batch."""

    def __init__(self, batch: int) -> None:
        """Create a counter that reports after each ``batch`` changes."""
        self._batch = batch
        self._changes = 0
        self._calls = 0

    def ready(self) -> None:
        """Report that the client has its friend list."""
        self._say()

    def take(self, texts: list[str]) -> None:
        """Count the custom statuses of one call; an empty one is only a login or logout."""
        if changes := len(texts) - texts.count(""):
            self._calls += 1
            self._changes += changes
            if self._changes % self._batch == 0:
                self._say()

    def _say(self) -> None:
        print(msgspec.json.encode(Received(self._changes, self._calls)).decode(), flush=True)

"""The app with a cursor, fed changes that it drops: ``python -m tests.benchmarks.bare.fed``.

What it costs over the one that is not fed is the price of the feeding itself.
"""

import sys

from tests.benchmarks.bare.cursor import Cursor
from tests.benchmarks.feed import Feed, crowd


class Fed(Cursor):
    """Two lines, and changes of so many friends."""

    def __init__(self, friends: int) -> None:
        """Make the app."""
        super().__init__()
        self._feed = Feed(crowd(friends), lambda statuses: None)

    def on_ready(self) -> None:
        """Begin to feed."""
        self._feed.start()


if __name__ == "__main__":
    Fed(int(sys.argv[1])).run()

"""The app with a cursor, fed changes that it drops: ``python -m tests.benchmarks.bare.fed``.

The difference in cost from the same app without the feed is the cost of the feed itself.
"""

import sys

from tests.benchmarks.bare.cursor import Cursor
from tests.benchmarks.feed import Feed, crowd


class Fed(Cursor):
    """An app that shows two lines and drops status changes of friends."""

    def __init__(self, friends: int) -> None:
        """Create the app with a feed for ``friends`` friends."""
        super().__init__()
        self._feed = Feed(crowd(friends), lambda statuses: None)

    def on_ready(self) -> None:
        """Start the feed."""
        self._feed.start()


if __name__ == "__main__":
    Fed(int(sys.argv[1])).run()

"""imtui with many friends and no network: ``python -m tests.benchmarks.crowd_app FOLDER FRIENDS``.

The SDK is a fake; the clock is real. With ``live`` as the third argument, 1,000 statuses change
each second. With ``log``, just enough statuses change to fill the event pane.
"""

import asyncio
import sys
from pathlib import Path
from typing import Final

from imtui.protocol.messages import FriendInfo
from imtui.protocol.status import UserStatus
from imtui.tui.app.entry import run
from imtui.tui.model.events import EVENTS_MAX
from imtui.tui.model.launch import Identity, Launch
from imtui.tui.model.model import BURST
from tests.benchmarks.feed import Feed, crowd
from tests.benchmarks.reports import report
from tests.tui.fake import FakeClient, FakeSdk, account

_FED_AFTER: Final = 1.0
_LOG_TICKS: Final = 50


class CrowdClient(FakeClient):
    """A client whose account has many friends."""

    def __init__(self, friends: int, how: str = "") -> None:
        """Create the client.

        Args:
            friends: The number of friends.
            how: ``live``, ``log``, or empty if the statuses do not change.
        """
        super().__init__()
        # The feed changes these same statuses, so there are as many as the SDK keeps.
        self._statuses = statuses = crowd(friends)
        self._feed: Feed | None = None
        if how == "live":
            self._feed = Feed(statuses, self._take)
        elif how == "log":
            # The lists are so short that each change becomes a separate event.
            changes = BURST - 1
            lists = -(-EVENTS_MAX // (_LOG_TICKS * changes))
            self._feed = Feed(statuses, self._take, lists=lists, changes=changes, ticks=_LOG_TICKS)

    def _take(self, statuses: list[UserStatus]) -> None:
        self.listener.on_user_status_changed(statuses)

    async def get_friend_list(self) -> list[FriendInfo]:
        """Return the friends; the first call also schedules the start of the feed."""
        friends = [FriendInfo(user_id, status) for user_id, status in self._statuses.items()]
        if self._feed is not None:
            asyncio.get_running_loop().call_later(_FED_AFTER, self._feed.start)
            self._feed = None
        report("data")
        return friends


def main(folder: Path, friends: int, how: str = "") -> int:
    """Run the app and return its exit status."""
    client = CrowdClient(friends, how)

    async def join() -> Identity:
        return account(folder)

    return run(Launch(join, folder / "settings.toml"), lambda: FakeSdk(client))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))

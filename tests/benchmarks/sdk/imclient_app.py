"""An app of our SDK: ``python -m tests.benchmarks.sdk.imclient_app URL SDK_APP_ID USER BATCH``.

It reads its UserSig from the first line of standard input.
"""

import asyncio
import sys

from imtui.protocol.status import UserStatus
from imtui.sdk import IMClient, IMSDKListener
from tests.benchmarks.sdk.received import Counter


class _Listener(IMSDKListener):
    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        self._counter.take([status.custom_status for status in statuses])


async def main(url: str, sdk_app_id: int, user_id: str, batch: int) -> None:
    """Log in, and count changes until the process is killed."""
    counter = Counter(batch)
    async with IMClient(url, sdk_app_id) as client:
        client.add_im_sdk_listener(_Listener(counter))
        await client.login(user_id, sys.stdin.readline().strip())
        await client.get_friend_list()
        counter.ready()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

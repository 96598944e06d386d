"""What clients notice of a change of nodes: nothing, but that they have to come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imtui.protocol.errors import IMError
from imtui.sdk import IMClient, LoginStatus, UserStatus, UserStatusType
from tests.sdk.recorder import Recorder
from tests.server.node.edges.edged_server import WITHIN


def told_of_alice(heard: Recorder) -> list[UserStatus]:
    """Return the statuses of alice that a client was told."""
    lists = (event[1] for event in heard.events if event[0] == "statuses")
    return [status for statuses in lists for status in statuses if status.user_id == "alice"]


async def until_back(*clients: IMClient) -> None:
    """Wait until clients are connected again, and what they ask is answered."""
    async with asyncio.timeout(WITHIN):
        for client in clients:
            while True:
                try:
                    await client.get_user_status(["alice"])
                    break
                except IMError:
                    await asyncio.sleep(0.05)
            assert client.get_login_status() is LoginStatus.LOGINED


@asynccontextmanager
async def unnoticed(alice: IMClient, bob: IMClient, heard: Recorder) -> AsyncIterator[None]:
    """Check that what happens in the context changes neither statuses nor messages."""
    await alice.set_self_status("On the call")
    await bob.subscribe_user_status(["alice"])
    await alice.send_c2c_text_message("before", "bob")
    (before,) = await bob.get_user_status(["alice"])
    yield
    await until_back(alice, bob)
    (now,) = await bob.get_user_status(["alice"])
    assert (now.custom_status, now.since) == ("On the call", before.since)
    await alice.send_c2c_text_message("after", "bob")
    page = await bob.get_c2c_history_message_list("alice")
    assert [message.text for message in page] == ["after", "before"]
    told = {one.status_type for one in told_of_alice(heard)}
    assert told <= {UserStatusType.ONLINE, UserStatusType.UNKNOWN}

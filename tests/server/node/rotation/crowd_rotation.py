"""A rotation of the key beside a crowd of connected clients: ``python -m`` this, or a test.

Each client of the crowd logged in with a UserSig of the old key. During the grace others log in
with UserSigs of both keys, and after its end with the new key only; nobody is disconnected.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from imtui.protocol.app_key import AppKey
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMError, IMSDKListener
from imtui.sdk.rest import RestClient
from imtui.server.edge.turns.fair_loop import new_loop
from imtui.server.instant import Instant
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig, present

GRACE = 3600
_AT_ONCE = 50


class Wall:
    """The clock of a backend, whose wall clock a test may set."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> Instant:
        """Return the present."""
        now = present()
        return Instant(now.monotonic, now.unix_ms + self.ahead * 1000)


class Dropped(IMSDKListener):
    """Counts what a client that is not dropped never hears."""

    def __init__(self) -> None:
        self.count = 0

    def on_reconnect_scheduled(self, delay: float) -> None:
        self.count += 1

    def on_connect_failed(self, code: int, message: str) -> None:
        self.count += 1

    def on_kicked_offline(self) -> None:
        self.count += 1

    def on_user_sig_expired(self) -> None:
        self.count += 1


def sig_of(key: AppKey, user_id: str) -> str:
    """Return a UserSig that outlives the grace."""
    return sign(user_id, key.sdk_app_id, key.secret_key, 10 * GRACE)


async def rotate(backend: Backend, grace: int) -> None:
    """Rotate the key as an admin, by the REST API."""
    key, admin = backend.app_key, "administrator"
    rest = RestClient(backend.address.rest, key.sdk_app_id, admin, sig_of(key, admin))
    await rest.call("imtui_key/rotate", {"Grace": grace})


async def code_of_login(backend: Backend, key: AppKey) -> int:
    """Return the code of a login with a new connection and a UserSig of a key."""
    async with IMClient(backend.address.ws, key.sdk_app_id) as client:
        try:
            await client.login("newcomer", sig_of(key, "newcomer"))
        except IMError as error:
            return int(error.code)
    return 0


async def rotate_beside(count: int, data: Path) -> dict[str, int]:
    """Rotate beside so many clients, and return what differed from what has to be, by name."""
    wall, dropped = Wall(), Dropped()
    async with (
        Backend(BackendConfig(data, clock=wall, max_per_address=count + 100)) as backend,
        AsyncExitStack() as stack,
    ):
        old = backend.app_key
        turn = asyncio.Semaphore(_AT_ONCE)

        async def join(number: int) -> IMClient:
            client = IMClient(backend.address.ws, old.sdk_app_id)
            stack.push_async_exit(client)
            client.add_im_sdk_listener(dropped)
            async with turn:
                await client.login(f"user{number}", sig_of(old, f"user{number}"))
            return client

        crowd = await asyncio.gather(*map(join, range(count)))
        await rotate(backend, GRACE)
        new = backend.app_key
        found = {"same key": int(new == old)}
        for name, seconds in (("at first", 0), ("at last", GRACE - 60)):
            wall.ahead = seconds
            found[f"old, {name}"] = await code_of_login(backend, old)
            found[f"new, {name}"] = await code_of_login(backend, new)
        wall.ahead = GRACE + 1
        found["old, after"] = await code_of_login(backend, old) - 70009
        found["new, after"] = await code_of_login(backend, new)
        await asyncio.gather(*(client.set_self_status("still here") for client in crowd))
        logged_in = backend.logged_in()
        found["not logged in"] = count - sum(logged_in[f"user{n}"] for n in range(count))
        found["dropped"] = dropped.count
    return {name: value for name, value in found.items() if value}


def main() -> None:
    """Rotate beside so many clients, and print what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000, metavar="N", help="(1,000)")
    count: int = parser.parse_args().clients
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=new_loop) as runner:
        wrong = runner.run(rotate_beside(count, Path(folder) / "data"))
    print(f"{count} clients, {time.monotonic() - began:.1f} s: {wrong or 'all right'}")


if __name__ == "__main__":
    main()

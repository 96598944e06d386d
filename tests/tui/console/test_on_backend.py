"""The console on a real backend."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from imtui.protocol.messages import ConsoleSettings
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener
from imtui.sdk.rest import RestClient
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.tui.console.app import ConsoleApp, ConsoleLaunch
from imtui.tui.console.model import Link
from tests.over_edges import new_backend


def user_sig(backend: Backend, user_id: str) -> str:
    key = backend.app_key
    return sign(user_id, key.sdk_app_id, key.secret_key)


async def until(app: ConsoleApp, condition: Callable[[], bool]) -> None:
    changed = asyncio.Event()
    app.model.watch(changed.set)
    async with asyncio.timeout(30):
        while not condition():
            changed.clear()
            await changed.wait()


@asynccontextmanager
async def console_on(backends: list[Backend]) -> AsyncIterator[tuple[ConsoleApp, Pilot[None]]]:
    """Run the console on the last backend of a list."""

    def connect() -> RestClient:
        backend = backends[-1]
        address = backend.address
        sig = user_sig(backend, "administrator")
        return RestClient(address.rest, address.sdk_app_id, "administrator", sig)

    app = ConsoleApp(ConsoleLaunch(connect, "here"))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(app, lambda: app.model.link is Link.UP)
        yield app, pilot


class SettingsRecorder(IMSDKListener):
    """Records the console settings that a client is notified of."""

    def __init__(self) -> None:
        self.settings: asyncio.Queue[ConsoleSettings] = asyncio.Queue()

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        self.settings.put_nowait(settings)


async def test_clients_are_notified_of_a_changed_switch(tmp_path: Path, edges: int) -> None:
    async with (
        new_backend(BackendConfig(tmp_path / "data"), edges) as backend,
        console_on([backend]) as (app, pilot),
        IMClient(backend.address.ws, backend.address.sdk_app_id, device_name="laptop") as client,
    ):
        recorder = SettingsRecorder()
        client.add_im_sdk_listener(recorder)
        await client.login("alice", user_sig(backend, "alice"))
        await client.set_self_status("Tea")
        await until(app, lambda: "ONLINE" in _status(app, "alice"))
        await until(app, lambda: "Tea" in _status(app, "alice"))
        await until(app, lambda: any(item.user_id == "alice" for item in app.model.log))
        await until(app, lambda: app.model.rates is not None)
        assert app.model.stats is not None
        assert (app.model.stats.devices, app.model.stats.accounts["ONLINE"]) == (1, 1)
        async with asyncio.timeout(30):
            await pilot.press("2", "y", "3", "y")
            await until(app, lambda: app.model.value("user_status") == "off")
            await until(app, lambda: app.model.value("friend_status") == "off")
            while (await recorder.settings.get()).friend_status != "off":
                pass


def _status(app: ConsoleApp, user_id: str) -> str:
    account = app.model.account(user_id)
    return "" if account is None else f"{account.status} {account.custom_status}"


async def test_a_backend_is_found_again_at_a_new_address(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data")
    async with Backend(config) as first:
        backends = [first]
        async with console_on(backends) as (app, _):
            await first.__aexit__(None, None, None)
            await until(app, lambda: app.model.link is Link.LOST)
            async with Backend(config) as second:
                backends.append(second)
                app.service.retry()
                await until(app, lambda: app.model.link is Link.UP)

"""The app on the bundled SDK and a real backend."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, Platform
from imtui.sdk.rest import RestClient
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.tui.app.app import ImtuiApp
from imtui.tui.model.connection import Link
from imtui.tui.model.launch import Identity, Launch


def user_sig(backend: Backend, user_id: str) -> str:
    key = backend.app_key
    return sign(user_id, key.sdk_app_id, key.secret_key)


async def until(app: ImtuiApp, condition: Callable[[], bool]) -> None:
    changed = asyncio.Event()
    app.model.feed.add_listener(changed.set)
    async with asyncio.timeout(30):
        while not condition():
            changed.clear()
            await changed.wait()


@asynccontextmanager
async def app_on(
    backend: Backend, folder: Path, *, instance_id: str = "here"
) -> AsyncIterator[tuple[ImtuiApp, Pilot[None]]]:
    address = backend.address
    identity = Identity(
        address.ws,
        address.sdk_app_id,
        "alice",
        user_sig(backend, "alice"),
        "laptop",
        instance_id,
        folder,
    )

    async def join() -> Identity:
        return identity

    app = ImtuiApp(Launch(join, folder / "settings.toml"))
    async with asyncio.TaskGroup() as group, app.run_test(size=(120, 40)) as pilot:
        session = group.create_task(app.live())
        await until(app, lambda: app.model.connection.link is Link.CONNECTED)
        try:
            yield app, pilot
        finally:
            session.cancel()


def other_client(backend: Backend) -> IMClient:
    address = backend.address
    return IMClient(address.ws, address.sdk_app_id, device_name="phone", platform=Platform.ANDROID)


def has_event(app: ImtuiApp, text: str, source: str) -> bool:
    return any(event.text == text and event.source == source for event in app.model.feed.events)


async def test_a_text_set_on_one_device_is_an_event_on_another(tmp_path: Path) -> None:
    async with (
        Backend(BackendConfig(tmp_path / "data")) as backend,
        app_on(backend, tmp_path) as (app, pilot),
        other_client(backend) as phone,
    ):
        await phone.login("alice", user_sig(backend, "alice"))
        await phone.set_self_status("Listening to music")
        await until(app, lambda: has_event(app, "Listening to music", "from phone (Android)"))
        assert len(app.model.account.devices()) == 2
        await pilot.press("ctrl+p", *"on the", "enter")
        await until(app, lambda: has_event(app, "On the call", "from this device"))
        (own,) = await phone.get_user_status(["alice"])
        assert own.custom_status == "On the call"


async def test_a_friend_and_a_stranger_come_and_go(tmp_path: Path) -> None:
    async with (
        Backend(BackendConfig(tmp_path / "data")) as backend,
        app_on(backend, tmp_path) as (app, _),
    ):
        async with other_client(backend) as bob, other_client(backend) as eve:
            await bob.login("bob", user_sig(backend, "bob"))
            await eve.login("eve", user_sig(backend, "eve"))
            await app.late.login_service.friend_requests.add_friend("bob")
            await app.late.login_service.presence.subscribe_to("eve")
            await bob.set_self_status("Tea")
            await eve.set_self_status("Coffee")
            await until(app, lambda: has_event(app, "Tea", "") and has_event(app, "Coffee", ""))
            await bob.logout()

        def status(user_id: str) -> str:
            person = app.model.person(user_id)
            return "" if person is None else person.status.name

        await until(app, lambda: (status("bob"), status("eve")) == ("UNLOGINED", "OFFLINE"))


async def test_the_text_is_restored_after_a_restart_of_the_backend(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data")
    async with Backend(config) as backend:
        port = int(backend.address.ws.rpartition(":")[2])
    config = BackendConfig(tmp_path / "data", port=port)
    async with AsyncExitStack() as first_run:
        backend = await first_run.enter_async_context(Backend(config))
        async with app_on(backend, tmp_path) as (app, _):
            await app.late.login_service.presence.set_status("Tea")
            await until(app, lambda: app.model.own.text == "Tea")
            await first_run.aclose()
            await until(app, lambda: app.model.connection.link is Link.WAITING)
            assert app.model.connection.stale
            async with Backend(config):
                app.late.login_service.retry()
                await until(
                    app, lambda: app.model.own.text == "Tea" and not app.model.connection.stale
                )


async def test_statuses_that_the_console_hides_become_unknown(
    tmp_path: Path,
) -> None:
    async with (
        Backend(BackendConfig(tmp_path / "data")) as backend,
        app_on(backend, tmp_path) as (app, _),
        other_client(backend) as bob,
        other_client(backend) as eve,
    ):
        await bob.login("bob", user_sig(backend, "bob"))
        await eve.login("eve", user_sig(backend, "eve"))
        await app.late.login_service.friend_requests.add_friend("bob")
        await app.late.login_service.presence.subscribe_to("eve")

        def statuses() -> dict[str, str]:
            return {person.user_id: person.status.name for person in app.model.listed()}

        async def set_console(**settings: str) -> None:
            app_id = backend.address.sdk_app_id
            sig = user_sig(backend, "administrator")
            rest = RestClient(backend.address.rest, app_id, "administrator", sig)
            await rest.call("imtui_console/set", {"Settings": settings})

        await until(app, lambda: statuses() == {"bob": "ONLINE", "eve": "ONLINE"})
        await set_console(friend_status="off", user_status="off")
        await until(app, lambda: statuses() == {"bob": "UNKNOWN", "eve": "UNKNOWN"})
        await set_console(friend_status="on", user_status="on")
        await until(app, lambda: statuses() == {"bob": "ONLINE", "eve": "ONLINE"})

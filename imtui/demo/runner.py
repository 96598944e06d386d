"""Running the demo: its people log in through the SDK like any other user."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Final

from imtui.demo.cast import CAST, Person
from imtui.demo.script import Director, Greet, LogIn, LogOut, LoseNetwork, SetStatus, Step
from imtui.demo.talker import Talker
from imtui.sdk import IMClient, IMError, IMSDKListener, LoginStatus, Platform, SelfDevice

_logger: Final = logging.getLogger(__name__)


def instance_id(user_id: str, platform: Platform) -> str:
    """Return the ID of a device of the demo; it is constant, so that a lost device can return."""
    return f"demo-{user_id}-{platform}"


class Demo:
    """The demo on one backend; a simulated user logs out while a person uses its account."""

    def __init__(
        self,
        url: str,
        sdk_app_id: int,
        sign: Callable[[str], str],
        rng: Random,
        cast: Iterable[Person] = CAST,
    ) -> None:
        """Prepare the demo; ``run`` logs in.

        Args:
            url: The address of the backend.
            sdk_app_id: Its app.
            sign: Returns a UserSig for a user ID.
            rng: The source of all random decisions.
            cast: The people of the demo.
        """
        self._url = url
        self._sdk_app_id = sdk_app_id
        self._sign = sign
        self._cast = tuple(cast)
        self._names = frozenset(person.user_id for person in self._cast)
        self._rng = rng
        self._talker: Talker
        self._director = Director(self._cast, rng)
        self._clients: dict[tuple[str, Platform], IMClient] = {}
        self._watches: dict[str, IMClient] = {}
        self._visited: dict[str, bool] = {}
        self._visits_changed = asyncio.Event()

    def connections(self) -> Counter[str]:
        """Return the number of connections that the demo has or is opening, by user ID."""
        clients = [(user_id, client) for (user_id, _), client in self._clients.items()]
        return Counter(
            user_id
            for user_id, client in [*clients, *self._watches.items()]
            if client.connected or client.get_login_status() is LoginStatus.LOGINING
        )

    async def run(self) -> None:
        """Run until cancelled, and then close all connections."""
        try:
            async with asyncio.TaskGroup() as talks:
                self._talker = Talker(talks, self._names, self._rng, time.monotonic)
                await self._open()
                await self._play()
        finally:
            await self._close_all()

    async def _open(self) -> None:
        # Watch first, because accounts that a person already uses must not log in.
        async with asyncio.TaskGroup() as group:
            for person in self._cast:
                group.create_task(self._watch(person))
        await self._handle_visits()
        async with asyncio.TaskGroup() as group:
            for steps in _by_person(self._director.opening()):
                group.create_task(self._perform_all(steps))

    async def _play(self) -> None:
        started = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._director.pause(time.monotonic() - started)):
                    await self._visits_changed.wait()
            if self._visits_changed.is_set():
                await self._handle_visits()
            else:
                step = self._director.next_step()
                await self._perform_all([] if step is None else [step])

    async def _watch(self, person: Person) -> None:
        """Log in passively as a person of the cast, to see other logins of the account."""
        client = IMClient(self._url, self._sdk_app_id, device_name="demo")
        client.add_im_sdk_listener(_VisitListener(person, self._on_visited))
        self._watches[person.user_id] = client
        try:
            await client.login(person.user_id, partial(self._sign, person.user_id), passive=True)
        except IMError as error:
            _logger.info("%s cannot be watched: %s", person.user_id, error)

    def _on_visited(self, user_id: str, visited: bool) -> None:
        if self._visited.get(user_id, False) != visited:
            self._visited[user_id] = visited
            self._visits_changed.set()

    async def _handle_visits(self) -> None:
        self._visits_changed.clear()
        for user_id, visited in list(self._visited.items()):
            if visited:
                await self._perform_all(self._director.leave_for_visitor(user_id))
            else:
                self._director.resume_after_visit(user_id)

    async def _perform_all(self, steps: Iterable[Step]) -> None:
        for step in steps:
            await self._perform(step)

    async def _perform(self, step: Step) -> None:
        try:
            match step:
                case LogIn():
                    await self._log_in(step)
                case LogOut() | LoseNetwork():
                    await self._leave(step)
                case SetStatus():
                    await self._set_status(step)
                case Greet():
                    await self._greet(step)
        except IMError as error:
            _logger.info("%s: %s", step, error)
            self._director.step_failed(step)
            await self._close_client(step)

    async def _log_in(self, step: LogIn) -> None:
        client = IMClient(
            self._url,
            self._sdk_app_id,
            device_name=f"{step.user_id}'s {step.platform}",
            platform=step.platform,
            instance_id=instance_id(step.user_id, step.platform),
        )
        self._clients[step.user_id, step.platform] = client
        client.add_im_sdk_listener(self._talker.listener(client, step.user_id))
        await client.login(step.user_id, partial(self._sign, step.user_id))

    async def _leave(self, step: LogOut | LoseNetwork) -> None:
        client = self._clients.get((step.user_id, step.platform))
        if client is not None and isinstance(step, LogOut):
            await client.logout()
        await self._close_client(step)

    async def _set_status(self, step: SetStatus) -> None:
        client = self._clients.get((step.user_id, step.platform))
        if client is None:
            return
        ends = None if step.lasts is None else int((time.time() + step.lasts) * 1000)
        await client.set_self_status(step.text, expires_at=ends)

    async def _greet(self, step: Greet) -> None:
        client = self._clients.get((step.user_id, step.platform))
        if client is not None:
            await self._talker.greet(client, step.user_id)

    async def _close_client(self, step: Step) -> None:
        client = self._clients.pop((step.user_id, step.platform), None)
        if client is not None:
            await client.close()

    async def _close_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for client in [*self._clients.values(), *self._watches.values()]:
                group.create_task(client.close())


class _VisitListener(IMSDKListener):
    """Reports whether a device outside the demo is logged in as a person of the cast."""

    def __init__(self, person: Person, report: Callable[[str, bool], None]) -> None:
        self._user_id = person.user_id
        self._own = {instance_id(person.user_id, platform) for platform in person.platforms}
        self._report = report

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        self._report(self._user_id, any(device.instance_id not in self._own for device in devices))


def _by_person(steps: Iterable[Step]) -> list[list[Step]]:
    by_person: dict[str, list[Step]] = {}
    for step in steps:
        by_person.setdefault(step.user_id, []).append(step)
    return list(by_person.values())

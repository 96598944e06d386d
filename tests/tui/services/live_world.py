"""The app's services and the real SDK on the real core, in virtual time and without sockets."""

import asyncio
import contextlib
import itertools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from websockets.exceptions import ConnectionClosedError

from imtui.protocol import usersig
from imtui.protocol.errors import IMError
from imtui.protocol.limits import SUBSCRIBE_MAX_USERS, SUBSCRIPTIONS_MAX
from imtui.protocol.messages import Method
from imtui.protocol.status import UserStatusType
from imtui.sdk.link.connection import Connection
from imtui.tui.commands.catalogue import COMMAND_IDS, DEFAULT_KEYS
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock, Handle
from imtui.tui.kit.key_names import key_parsers
from imtui.tui.model.launch import Identity, Launch
from imtui.tui.model.model import Model
from imtui.tui.services.bundled_sdk import BundledSdk
from imtui.tui.services.login_service import LoginService
from imtui.tui.settings.file import SettingsFile
from imtui.tui.state.memory import Memory
from tests.conformance.worlds.core_world import DrivenCore
from tests.conformance.worlds.raw_client import JSON, Refused
from tests.conformance.worlds.virtual_time import WALL_START
from tests.sdk.virtual_time import SocketlessLoop

ME: Final = "alice"
HERE: Final = "here"
OTHERS: Final = ["bob", "carol", "dave"]
CROWD: Final = [f"user-{number}" for number in range(SUBSCRIPTIONS_MAX)]


SETTLED: Final = 8.0
"""Seconds in which everything that a change causes is over: more than a window of the rates."""


class LoopClock:
    """The app's clock, on the time of the running loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> int:
        return WALL_START + round(self._loop.time() * 1000)

    def local(self, milliseconds: int) -> Any:
        raise NotImplementedError

    def follow_time_zone(self) -> None:
        raise NotImplementedError

    def monotonic(self) -> float:
        return self._loop.time()

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        return self._loop.call_later(delay, callback)


STATES: Final = ["onSelfDevicesChanged", "onConsoleChanged"]
"""The pushes of which the backend keeps the last one."""


def notice(method: str) -> bytes:
    """Return a push without parameters."""
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": {}}).encode()


class CoreSocket:
    """The client's end of a connection to the core."""

    def __init__(self, world: "LiveWorld", session_id: int) -> None:
        self._world = world
        self.session_id = session_id
        self.inbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.is_silent = False
        """Whether nothing passes in either direction any more."""
        self.dropped: dict[str, bytes] | None = None
        """While pushes are dropped, the last one of each method."""
        self.transport = self

    async def send(self, frame: bytes, *, text: bool) -> None:
        if self.is_silent:
            return
        request = json.loads(frame)
        answer: JSON = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            result = self._world.core.call(self.session_id, request["method"], request["params"])
            answer["result"] = result
        except Refused as error:
            answer["error"] = {"code": error.code, "message": error.message, "data": error.data}
        self.inbox.put_nowait(json.dumps(answer).encode())
        self._world.deliver()

    async def recv(self, *, decode: bool) -> bytes:
        frame = await self.inbox.get()
        if frame is None:
            raise ConnectionClosedError(None, None)
        return frame

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        self._world.close(self)


class LiveWorld:
    """Alice's app, and everything that others and the backend do."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._loop = SocketlessLoop()
        self.core = DrivenCore(folder / "core.db")
        self._session_ids = itertools.count(1)
        self._sockets: list[CoreSocket] = []
        self._sessions: dict[str, int] = {}
        self.clock: Clock = LoopClock(self._loop)
        self.model = Model(self.clock.now)
        settings = SettingsFile(folder / "settings.toml", key_parsers(COMMAND_IDS), DEFAULT_KEYS)
        self.service = LoginService(
            self.model,
            self.clock,
            Memory(lambda words: None),
            settings,
            Keys({}),
            BundledSdk,
            lambda identity: None,
            lambda user_id: False,
            lambda alert: None,
        )
        self._launch = Launch(self._join, folder / "settings.toml")
        self._identity = Identity(
            "ws://127.0.0.1:1", self.core.sdk_app_id, ME, self._sign, "", HERE, folder
        )
        self._app: asyncio.Task[None] | None = None
        self._patch = patch("imtui.sdk.client.open_connection", self._open)
        self._register(*OTHERS)
        self._has_crowd = False

    def _sign(self, user_id: str = ME) -> str:
        now = self.core.instant().unix_ms / 1000
        return usersig.sign(user_id, self.core.sdk_app_id, self.core.secret_key, now=now)

    async def _join(self) -> Identity:
        return self._identity

    # Running

    def start(self) -> None:
        """Start the app."""
        self._patch.start()
        self._app = self._loop.create_task(self.service.run(self._launch))
        self.run(SETTLED)

    def run(self, seconds: float) -> None:
        """Let time pass."""

        async def wait() -> None:
            for _ in range(round(seconds * 2)):
                await asyncio.sleep(0.5)
                self.core.advance(0.5)
                self.deliver()

        self._loop.run_until_complete(wait())

    def end(self) -> None:
        """End the app, and remove everything."""

        async def cancel() -> None:
            assert self._app is not None
            self._app.cancel()
            await asyncio.wait({self._app})

        self._loop.run_until_complete(cancel())
        self._patch.stop()
        self.core.end()
        self._loop.close()
        self._folder.cleanup()

    def call(self, call: Any) -> None:
        """Run a call of the app; a refusal is as good as an answer."""

        async def run() -> None:
            with contextlib.suppress(IMError):
                await call

        self._loop.run_until_complete(run())

    # The connection

    async def _open(self, _: object, on_push: Any, **__: object) -> Connection:
        socket: Any = CoreSocket(self, next(self._session_ids))
        self._sockets.append(socket)
        return Connection(socket, on_push)

    def deliver(self) -> None:
        """Pass on what the core has sent."""
        for socket in self._sockets:
            for push in self.core.told.pop(socket.session_id, []):
                document = {"jsonrpc": "2.0", "method": push.method, "params": push.params}
                frame = json.dumps(document).encode()
                if socket.dropped is not None:
                    socket.dropped[push.method] = frame
                elif not socket.is_silent:
                    socket.inbox.put_nowait(frame)

    def close(self, socket: CoreSocket) -> None:
        """End a connection on both sides."""
        if socket in self._sockets:
            self._sockets.remove(socket)
            self.core.lose(socket.session_id)
            socket.inbox.put_nowait(None)
            self.deliver()

    def cut(self) -> None:
        """End the app's connection."""
        for socket in list(self._sockets):
            self.close(socket)

    def stop_reading(self) -> None:
        """Let the app's connection take no more pushes than the backend keeps for it."""
        for socket in self._sockets:
            # What was dropped already stays so.
            if socket.dropped is None:
                socket.dropped = {}

    def read_again(self) -> None:
        """Let the app read what the backend kept, and that the rest was dropped."""
        for socket in self._sockets:
            if socket.dropped is None:
                continue
            dropped, socket.dropped = socket.dropped, None
            kept = [dropped.pop(state) for state in STATES if state in dropped]
            if dropped:
                kept += map(notice, ("onMessagesMissed", "onResyncNeeded"))
            if not socket.is_silent:
                for frame in kept:
                    socket.inbox.put_nowait(frame)

    def silence(self) -> None:
        """Let nothing pass any more over the app's connection."""
        for socket in self._sockets:
            socket.is_silent = True

    @property
    def is_silent(self) -> bool:
        """Tell whether the app still has a connection over which nothing passes."""
        return any(socket.is_silent for socket in self._sockets)

    def restart(self) -> None:
        """Restart the backend; all connections end."""
        for socket in list(self._sockets):
            self._sockets.remove(socket)
            socket.inbox.put_nowait(None)
        self._sessions.clear()
        self.core.restart()

    # Others

    def _register(self, *user_ids: str) -> None:
        for user_id in user_ids:
            self.log_in(user_id)
            self.log_out(user_id)

    def log_in(self, user_id: str, *, passive: bool = False) -> int:
        """Log a user in, and return the session."""
        session_id = next(self._session_ids)
        self.core.call(
            session_id,
            Method.LOGIN,
            {
                "sdkAppID": self.core.sdk_app_id,
                "userID": user_id,
                "userSig": self._sign(user_id),
                "instanceID": f"other-{session_id}",
                "passive": passive,
            },
        )
        if not passive:
            self._sessions[user_id] = session_id
        return session_id

    def log_out(self, user_id: str) -> None:
        """Log a user out, if they are logged in."""
        session_id = self._sessions.pop(user_id, None)
        if session_id is not None:
            # The session may have ended by silence.
            with contextlib.suppress(Refused):
                self.core.call(session_id, Method.LOGOUT, {})

    def lose(self, user_id: str) -> None:
        """Lose the connection of a user, if they have one."""
        session_id = self._sessions.pop(user_id, None)
        if session_id is not None:
            self.core.lose(session_id)

    def call_as(self, user_id: str, method: Method, **params: Any) -> JSON:
        """Call a method by a login of its own that makes nobody ONLINE; {} if it is refused."""
        session_id = self.log_in(user_id, passive=True)
        try:
            return self.core.call(session_id, method, params)
        except Refused:
            return {}
        finally:
            self.core.lose(session_id)
            self.deliver()

    def crowd_out(self) -> None:
        """Subscribe to so many others that every subscription before is evicted."""
        if not self._has_crowd:
            self._register(*CROWD)
            self._has_crowd = True
        for start in range(0, SUBSCRIPTIONS_MAX, SUBSCRIBE_MAX_USERS):
            some = CROWD[start : start + SUBSCRIBE_MAX_USERS]
            self.call_as(ME, Method.SUBSCRIBE_USER_STATUS, userIDList=some)

    def friends(self) -> set[str]:
        """Return the users in the app's friend list, as the backend has it."""
        infos = self.call_as(ME, Method.GET_FRIEND_LIST)["friendInfoList"]
        return {info["userID"] for info in infos}

    def subscriptions(self) -> set[str]:
        """Return the subscribed users, as the backend has them."""
        return {*self.call_as(ME, Method.GET_SUBSCRIPTIONS)["userIDList"]}

    def truth(self, user_id: str) -> tuple[UserStatusType, str]:
        """Return the true status and text of a user."""
        answer = self.call_as(user_id, Method.GET_USER_STATUS, userIDList=[user_id])
        (status,) = answer["userStatusList"]
        return UserStatusType(status["statusType"]), status["customStatus"]

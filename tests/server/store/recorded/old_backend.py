"""A backend of an old commit in a process of its own, and the clients that give it a history."""

import asyncio
import itertools
import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from imtui.protocol.usersig import sign
from tests.conformance.worlds.raw_client import JSON, RawClient, Refused
from tests.server.store.recorded.asking_admin import Running, ask_rest

SDK_APP_ID = 1_400_000_000
# Not a secret: the key of these recordings only.
SECRET_KEY = "recorded" * 8

_SERVING = Path(__file__).with_name("serving.py")
_POLLS_MAX = 500


class Device:
    """One connection of an account."""

    def __init__(self, backend: "OldBackend", raw: RawClient, user_id: str) -> None:
        """Speak through a raw client that is logged in."""
        self._backend = backend
        self._raw = raw
        self._numbers = itertools.count(1)
        self.user_id = user_id

    async def call(self, method: str, **params: Any) -> JSON:
        """Call a method; raises Refused."""
        result = await self._raw.call(method, **params)
        self._raw.take_pushes()
        return result

    async def refused(self, method: str, **params: Any) -> int:
        """Call a method that has to fail, and return the error code."""
        try:
            await self.call(method, **params)
        except Refused as error:
            return error.code
        raise AssertionError(f"{method} was not refused")

    async def say(self, user_id: str, text: str, **params: Any) -> JSON:
        """Send a text to a user, and return the message."""
        return await self.send(user_id, text=text, **params)

    async def send(self, user_id: str, **params: Any) -> JSON:
        """Send a message to a user, and return it."""
        msg_id = f"{self.user_id}-{user_id}-{next(self._backend.numbers)}"
        result = await self.call("sendMessage", **{"userID": user_id, "msgID": msg_id, **params})
        message: JSON = result["message"]
        return message

    async def log_out(self) -> None:
        """Log out, and close the connection."""
        await self.call("logout")
        await self._raw.close()

    async def lose(self) -> None:
        """Cut the connection, and wait until the backend has noticed."""
        before = await self._backend.pass_time()
        self._raw.abort()
        for _ in range(_POLLS_MAX):
            if await self._backend.pass_time() < before:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the backend did not notice that a connection is gone")

    def forget(self) -> None:
        """Drop a connection that the backend has logged out already."""
        self._raw.abort()


class OldBackend:
    """A running backend of an old commit."""

    def __init__(self, tree: Path, data_dir: Path, unix_ms: int) -> None:
        """Make a backend that does not run yet.

        Args:
            tree: A checkout of the commit.
            data_dir: Its data folder.
            unix_ms: What the wall clock shows; it moves only when it is told to.
        """
        self._tree = tree
        self._data_dir = data_dir
        self.unix_ms = unix_ms
        self.numbers = itertools.count(1)
        """Make message IDs unique."""

    async def __aenter__(self) -> Self:
        """Start it."""
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill it, if it still runs: whoever is connected stays recorded as such."""
        await self._http.aclose()
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _start(self) -> None:
        self._data_dir.mkdir(mode=0o700, exist_ok=True)
        key = {"sdkAppID": SDK_APP_ID, "secretKey": SECRET_KEY}
        (self._data_dir / "app_key.json").write_text(json.dumps(key))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_SERVING),
            str(self._data_dir),
            str(self.unix_ms),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=self._tree,
            env={**os.environ, "PYTHONPATH": str(self._tree)},
        )
        told = await self._told()
        self._ws, self._rest = told["ws"], told["rest"]
        self._http = httpx.AsyncClient(trust_env=False)

    async def stop(self) -> None:
        """Stop it in good order."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def restart(self) -> None:
        """Stop it in good order, and start it again."""
        await self._http.aclose()
        await self.stop()
        await self._start()

    @property
    def running(self) -> Running:
        """Return how it is reached now."""
        return Running(self._ws, self._rest, SDK_APP_ID, SECRET_KEY, self.unix_ms)

    async def pass_time(self, seconds: float = 0.0, *, monotonic: float = 0.0) -> int:
        """Move the wall clock, and maybe the other one, and return how many sessions there are."""
        assert self._process.stdin is not None
        step = json.dumps({"wall": seconds, "monotonic": monotonic})
        self._process.stdin.write(f"{step}\n".encode())
        self.unix_ms += round(seconds * 1000)
        return int((await self._told())["sessions"])

    async def device(self, user_id: str, instance_id: str = "laptop", **params: Any) -> Device:
        """Log an account in; raises Refused."""
        raw = await RawClient.connect(self._ws)
        login = {
            "sdkAppID": SDK_APP_ID,
            "userID": user_id,
            "userSig": self.user_sig(user_id),
            "instanceID": instance_id,
            "deviceName": f"{user_id}'s {instance_id}",
        }
        try:
            await raw.call("login", **{**login, **params})
        except Refused:
            raw.abort()
            raise
        return Device(self, raw, user_id)

    def user_sig(self, user_id: str) -> str:
        """Return a UserSig that is made now."""
        return sign(user_id, SDK_APP_ID, SECRET_KEY, now=self.unix_ms / 1000)

    async def admin(self, command: str, /, **body: Any) -> JSON:
        """Carry out a REST command that has to succeed, and return the answer."""
        answer = await self.try_admin(command, **body)
        assert answer["ErrorCode"] == 0, (command, body, answer)
        return answer

    async def try_admin(self, command: str, /, **body: Any) -> JSON:
        """Carry out a REST command, and return the answer."""
        return await ask_rest(self._http, self.running, command, **body)

    async def _told(self) -> JSON:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the old backend has ended"
        told: JSON = json.loads(line)
        return told

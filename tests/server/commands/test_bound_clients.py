"""Clients that we did not write, unmodified, which know no other host than the field's own.

The backend has a certificate of that host. The clients trust it, and find the backend where the
environment has a proxy.
"""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from timsdk import TimClient

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.certificates import FIELD, copy_of, trust_in
from tests.over_edges import new_backend
from tests.server.wire import Wire, wire

HOST = "console.tim.qq.com"
TIMEOUT = 30.0
NODE_FOLDER = Path(__file__).parent / "node"
SOURCE = "AddSource_Type_Server"

Answer = dict[str, Any]

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE_FOLDER / "node_modules").exists(),
    reason="needs Node.js, and `npm install` in tests/server/commands/node",
)


class Client(Protocol):
    """What every client can do."""

    async def import_account(self, user_id: str, nick: str) -> Answer: ...
    async def import_accounts(self, *user_ids: str) -> Answer: ...
    async def check_accounts(self, *user_ids: str) -> Answer: ...
    async def query_state(self, *user_ids: str) -> Answer: ...
    async def add_friend(self, user_id: str, friend: str) -> Answer: ...
    async def get_friends(self, user_id: str) -> Answer: ...
    async def send(self, sender: str, receiver: str, text: str) -> Answer: ...
    async def kick(self, user_id: str) -> Answer: ...


class PythonClient:
    """``timsdk``, which sends what the field's API had in 2020."""

    def __init__(self, backend: Backend) -> None:
        self.client = TimClient(backend.app_key.sdk_app_id, backend.app_key.secret_key)

    async def import_account(self, user_id: str, nick: str) -> Answer:
        return await _call(self.client.im_open_login_svc.account_import, user_id, nick)

    async def import_accounts(self, *user_ids: str) -> Answer:
        return await _call(self.client.im_open_login_svc.im_open_login_svc, list(user_ids))

    async def check_accounts(self, *user_ids: str) -> Answer:
        return await _call(self.client.im_open_login_svc.account_check, list(user_ids))

    async def query_state(self, *user_ids: str) -> Answer:
        return await _call(self.client.open_im.query_state, list(user_ids))

    async def add_friend(self, user_id: str, friend: str) -> Answer:
        item = {"To_Account": friend, "AddSource": SOURCE}
        return await _call(self.client.sns.friend_add, user_id, [item])

    async def get_friends(self, user_id: str) -> Answer:
        return await _call(self.client.sns.friend_get, user_id)

    async def send(self, sender: str, receiver: str, text: str) -> Answer:
        return await _call(self.client.open_im.send_text_msg, receiver, text, sender)

    async def kick(self, user_id: str) -> Answer:
        return await _call(self.client.im_open_login_svc.kick, user_id)


async def _call(method: Any, *arguments: Any) -> Answer:
    answer: Answer = await asyncio.to_thread(method, *arguments)
    return answer


class NodeClient:
    """``imsdk-restapi-nodejs-es6-sdk``, which leaves the bodies to its users."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def import_account(self, user_id: str, nick: str) -> Answer:
        body = {"Identifier": user_id, "Nick": nick, "FaceUrl": "https://example.org/face.png"}
        return await self._request("im_open_login_svc", "account_import", body)

    async def import_accounts(self, *user_ids: str) -> Answer:
        body = {"Accounts": user_ids}
        return await self._request("im_open_login_svc", "multiaccount_import", body)

    async def check_accounts(self, *user_ids: str) -> Answer:
        body = {"CheckItem": [{"UserID": user_id} for user_id in user_ids]}
        return await self._request("im_open_login_svc", "account_check", body)

    async def query_state(self, *user_ids: str) -> Answer:
        return await self._request("openim", "querystate", {"To_Account": user_ids})

    async def add_friend(self, user_id: str, friend: str) -> Answer:
        item = {"To_Account": friend, "AddSource": SOURCE}
        body = {"From_Account": user_id, "AddFriendItem": [item], "AddType": "Add_Type_Both"}
        return await self._request("sns", "friend_add", body)

    async def get_friends(self, user_id: str) -> Answer:
        body = {"From_Account": user_id, "StartIndex": 0, "StandardSequence": 0}
        return await self._request("sns", "friend_get", body)

    async def send(self, sender: str, receiver: str, text: str) -> Answer:
        element = {"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}
        body = {
            "From_Account": sender,
            "To_Account": receiver,
            "MsgRandom": 7,
            "MsgBody": [element],
        }
        return await self._request("openim", "sendmsg", body)

    async def kick(self, user_id: str) -> Answer:
        return await self._request("im_open_login_svc", "kick", {"Identifier": user_id})

    async def _request(self, *request: Any) -> Answer:
        await self.write(request)
        assert self.process.stdout is not None
        async with asyncio.timeout(TIMEOUT):
            answer: Answer = json.loads(await self.process.stdout.readline())
        return answer

    async def write(self, value: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(value).encode() + b"\n")
        await self.process.stdin.drain()


@pytest.fixture
async def backend(tmp_path: Path, edges: int) -> AsyncIterator[Backend]:
    config = BackendConfig(tmp_path / "data", tls=copy_of(FIELD, tmp_path))
    async with new_backend(config, edges) as running:
        yield running


@pytest.fixture(params=["Python", pytest.param("Node.js", marks=needs_node)])
async def client(
    request: pytest.FixtureRequest, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    if request.param == "Python":
        async with _proxy(backend) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(FIELD.certificate))
            python = PythonClient(backend)
            yield python
            python.client.sns.get_client()._http.close()
    else:
        # It sends requests for https to a proxy by TLS, with whole URLs as their targets.
        monkeypatch.setenv("HTTPS_PROXY", backend.address.rest)
        monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(FIELD.certificate))
        async with _node(backend) as node:
            yield node


@asynccontextmanager
async def _node(backend: Backend) -> AsyncIterator[NodeClient]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *("node", "--no-deprecation", NODE_FOLDER / "call.js"), stdin=pipe, stdout=pipe
    )
    node = NodeClient(process)
    key = backend.app_key
    who = {"sdkAppID": key.sdk_app_id, "secretKey": key.secret_key}
    await node.write(who | {"privateKeyPath": str(FIELD.key)})
    try:
        yield node
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(TIMEOUT):
            assert await process.wait() == 0


@asynccontextmanager
async def _proxy(backend: Backend) -> AsyncIterator[int]:
    """Run a proxy that takes the backend for the field's host, and give its port."""
    target = urlsplit(backend.address.rest)
    connections: list[asyncio.Task[None]] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(2**16):
                writer.write(data)
                await writer.drain()
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(connect(reader, writer)))

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(f"CONNECT {HOST}:443 ".encode())
        there = await asyncio.open_connection(target.hostname, target.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        async with asyncio.TaskGroup() as group:
            group.create_task(pipe(reader, there[1]))
            group.create_task(pipe(there[0], writer))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    async with asyncio.timeout(TIMEOUT):
        await asyncio.gather(*connections)


def device(backend: Backend) -> Any:
    """Return the connection of a device to the field's host."""
    return wire(backend, ssl=trust_in(FIELD), server_hostname=HOST, proxy=None)


@pytest.fixture
async def alice(client: Client, backend: Backend) -> AsyncIterator[Wire]:
    imported = await client.import_account("alice", "Alice")
    assert imported == {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
    async with device(backend) as connected:
        await connected.login("alice")
        yield connected


async def test_accounts_are_imported_and_found(client: Client, alice: Wire) -> None:
    assert (await client.import_accounts("bob", "carol"))["FailAccounts"] == []
    found = await client.check_accounts("alice", "bob", "nobody")
    words = [item["AccountStatus"] for item in found["ResultItem"]]
    assert words == ["Imported", "Imported", "NotImported"]
    infos = await alice.call("getUsersInfo", userIDList=["alice"])
    assert infos["result"]["userInfoList"][0]["nickName"] == "Alice"


async def test_who_is_online_is_told(client: Client, alice: Wire) -> None:
    await client.import_accounts("bob")
    told = await client.query_state("alice", "bob", "nobody")
    states = {one["To_Account"]: one["State"] for one in told["QueryResult"]}
    assert states == {"alice": "Online", "bob": "Offline"}


async def test_a_friend_who_is_added_appears_in_the_list(client: Client, alice: Wire) -> None:
    await client.import_accounts("bob")
    added = await client.add_friend("alice", "bob")
    assert [item["ResultCode"] for item in added["ResultItem"]] == [0]
    (friend,) = (await alice.push("onFriendListAdded"))["friendInfoList"]
    assert friend["userID"] == "bob"
    told = await client.get_friends("alice")
    assert [one["To_Account"] for one in told["UserDataItem"]] == ["bob"]
    assert (told["FriendNum"], told["CompleteFlag"]) == (1, 1)


async def test_a_message_arrives(client: Client, alice: Wire) -> None:
    await client.import_accounts("bob")
    sent = await client.send("bob", "alice", "héllo")
    assert (sent["ErrorCode"], sent["MsgKey"].count("_")) == (0, 2)
    (message,) = (await alice.push("onRecvNewMessage"))["messageList"]
    assert (message["sender"], message["text"]) == ("bob", "héllo")


async def test_a_kick_kicks_and_what_is_wrong_has_its_code(client: Client, alice: Wire) -> None:
    assert (await client.kick("alice"))["ErrorCode"] == 0
    assert await alice.push("onKickedOffline") == {}
    unknown = await client.kick("nobody")
    assert (unknown["ActionStatus"], unknown["ErrorCode"]) == ("FAIL", 70107)
    assert (await client.send("alice", "nobody", "hello"))["ErrorCode"] == 90012

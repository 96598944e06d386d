"""What passes through nginx, Caddy and HAProxy with the printed files, and what does not."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, UserStatusType
from imtui.server.core.console_values import HEARTBEAT_TIMEOUT_MAX
from imtui.server.edge.addresses import network
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.certificates import FIRST, copy_of, trust_in
from tests.cli.deploy.proxies import KINDS, Kind, Proxy, printed, running
from tests.sdk.recorder import Recorder
from tests.server.node.edges.edged_server import until

OUTSIDE = "127.0.0.2"
"""An address of this machine that is not among those that may read metrics."""
GUESSED = "203.0.113.9"

each_kind = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            id=kind.name,
            marks=pytest.mark.skipif(
                kind.is_missing, reason=f"{kind.name} is not there for this user; on CI, it is"
            ),
        )
        for kind in KINDS
    ],
)


@dataclass
class Fronted:
    """A backend behind a proxy."""

    backend: Backend
    proxy: Proxy

    def sig(self, user_id: str, secret: str = "") -> str:
        key = self.backend.app_key
        return sign(user_id, key.sdk_app_id, secret or key.secret_key)

    @asynccontextmanager
    async def client(self, user_id: str) -> AsyncIterator[IMClient]:
        """Log in through the proxy."""
        app_id = self.backend.app_key.sdk_app_id
        async with IMClient(self.proxy.wss, app_id, ssl=trust_in(FIRST)) as client:
            await client.login(user_id, self.sig(user_id))
            yield client

    def http(self, source: str = "127.0.0.1") -> httpx.AsyncClient:
        """Return an HTTP client at an address of this machine."""
        transport = httpx.AsyncHTTPTransport(verify=trust_in(FIRST), local_address=source)
        return httpx.AsyncClient(transport=transport, base_url=self.proxy.https, timeout=20)

    async def command(self, http: httpx.AsyncClient, body: bytes, secret: str = "") -> Any:
        """Return the answer to a REST command."""
        key = self.backend.app_key
        user_sig = self.sig("administrator", secret)
        query = {
            "sdkappid": str(key.sdk_app_id),
            "identifier": "administrator",
            "usersig": user_sig,
        }
        path = "/v4/im_open_login_svc/account_import"
        headers = {"X-Forwarded-For": GUESSED, "Forwarded": f"for={GUESSED}"}
        return await http.post(path, params=query, content=body, headers=headers)


@asynccontextmanager
async def fronted(
    kind: Kind, folder: Path, *options: object, has_tls: bool = False
) -> AsyncIterator[Fronted]:
    """Run a backend, and a proxy as its settings file says."""
    tls, data = copy_of(FIRST, folder) if has_tls else None, folder / "data"
    config = BackendConfig(data, trusted_proxies=(network("127.0.0.1"),), tls=tls)
    async with Backend(config) as backend:
        ports = [urlsplit(url).port for url in (backend.address.ws, backend.address.rest)]
        text = f"port = {ports[0]}\nrest_port = {ports[1]}\ntrusted_proxy = '127.0.0.1'\n"
        if tls is not None:
            text += f"tls_cert = '{tls.certificate}'\ntls_key = '{tls.key}'\n"
        (data / "imtui.toml").write_text(text)
        async with running(kind, folder / "proxy", "--data", data, *options) as proxy:
            yield Fronted(backend, proxy)


@each_kind
@pytest.mark.parametrize("has_tls", [False, True])
async def test_clients_log_in_and_are_told_of_changes(
    kind: Kind, tmp_path: Path, has_tls: bool
) -> None:
    options = ("--ca", FIRST.certificate) if has_tls else ()
    async with (
        fronted(kind, tmp_path, *options, has_tls=has_tls) as here,
        here.client("bob") as bob,
        here.client("alice") as alice,
    ):
        recorder = Recorder()
        alice.add_im_sdk_listener(recorder)
        await alice.subscribe_user_status(["bob"])
        await bob.set_self_status("On the call")
        wanted = (UserStatusType.ONLINE, "On the call")
        await recorder.until(lambda seen: wanted in seen.texts("bob"))
        async with here.http() as http:
            assert (await http.get("/healthz")).json()["status"] == "ok"


@each_kind
async def test_rest_passes_up_to_the_limit_of_the_wire(kind: Kind, tmp_path: Path) -> None:
    async with fronted(kind, tmp_path) as here, here.http() as http:
        imported = await here.command(http, b'{"UserID": "carol"}')
        assert imported.json()["ErrorCode"] == 0
        whole = b'{"UserID": "dave"' + b" " * (FRAME_MAX_BYTES - 18) + b"}"
        assert len(whole) == FRAME_MAX_BYTES
        assert (await here.command(http, whole)).json()["ErrorCode"] == 0
        refused = await here.command(http, whole + b" ")
        # nginx refuses it; others leave it to the backend, which may close before its end.
        assert refused.status_code in (413, 502) or refused.json()["ErrorCode"] != 0


@each_kind
async def test_metrics_are_for_the_inside_only(kind: Kind, tmp_path: Path) -> None:
    async with fronted(kind, tmp_path) as here, here.http() as inside, here.http(OUTSIDE) as out:
        assert "imtui_connections" in (await inside.get("/metrics")).text
        for path in ("/metrics", "//metrics", "/./metrics", "/x/../metrics", "/%6detrics"):
            answer = await out.get(path)
            assert answer.status_code >= 400, path
            assert "imtui_connections" not in answer.text
        assert (await out.get("/healthz")).status_code == 200
    (tmp_path / "two").mkdir()
    async with (
        fronted(kind, tmp_path / "two", "--inside", "127.0.0.0/8") as here,
        here.http(OUTSIDE) as out,
    ):
        assert "imtui_connections" in (await out.get("/metrics")).text


@each_kind
async def test_the_backend_knows_the_address_of_the_client(kind: Kind, tmp_path: Path) -> None:
    async with fronted(kind, tmp_path) as here, here.http(OUTSIDE) as http:
        answer = await here.command(http, b"{}", secret="f" * 64)
        assert answer.json()["ErrorCode"] != 0
        wrong = {"sdkAppID": here.backend.app_key.sdk_app_id, "userID": "ann"}
        params = {**wrong, "userSig": here.sig("ann", "f" * 64), "instanceID": "x"}
        async with connect(
            here.proxy.wss,
            ssl=trust_in(FIRST),
            local_addr=(OUTSIDE, 0),
            additional_headers={"X-Forwarded-For": GUESSED, "Forwarded": f"for={GUESSED}"},
        ) as socket:
            request = {"jsonrpc": "2.0", "id": 1, "method": "login", "params": params}
            await socket.send(json.dumps(request))
            assert "error" in json.loads(await socket.recv())
    lines = map(json.loads, (tmp_path / "data/audit.jsonl").read_text().splitlines())
    found = [(line["what"], line["address"]) for line in lines]
    assert found == [("rest", OUTSIDE), ("login", OUTSIDE)]


@each_kind
async def test_no_log_has_a_usersig(kind: Kind, tmp_path: Path) -> None:
    secret = f"secret-{uuid4()}"
    async with fronted(kind, tmp_path):
        pass
    # A proxy says most of what it cannot pass on.
    async with (
        running(kind, tmp_path / "alone", "--data", tmp_path / "data") as proxy,
        httpx.AsyncClient(verify=trust_in(FIRST), base_url=proxy.https) as http,
    ):
        path = f"/v4/openim/{uuid4().hex}"
        answer = await http.post(path, params={"usersig": secret})
        assert answer.status_code in (502, 503)
        await until(lambda: path in logged(kind, proxy))
    assert secret not in logged(kind, proxy)


def logged(kind: Kind, proxy: Proxy) -> str:
    """Return what a proxy has logged, perhaps with the lines of others."""
    logs = [proxy.log]
    if kind.name == "nginx":
        logs += [Path("/var/log/nginx/error.log"), Path("/var/log/nginx/imtui.log")]
    return "".join(log.read_text(errors="replace") for log in logs if log.exists())


@each_kind
async def test_a_node_that_is_away_is_passed_over(kind: Kind, tmp_path: Path) -> None:
    nodes = ("--node", "127.0.0.1", "--node", "127.0.0.3")
    async with fronted(kind, tmp_path, *nodes) as here, here.http() as http:
        for number in range(6):
            assert (await http.get("/healthz")).status_code == 200
            async with here.client(f"user{number}"):
                pass


@each_kind
async def test_connections_may_be_idle_for_as_long_as_the_backend_allows(kind: Kind) -> None:
    text, _ = await printed(kind.name, "--name", "chat.example.org", "--data", "/var/lib/imtui")
    hours = [int(found) for found in re.findall(r"(?:_timeout|tunnel) (\d+)h", text)]
    # Caddy has no such time-out.
    assert len(hours) == {"nginx": 2, "haproxy": 1, "caddy": 0}[kind.name]
    assert all(one * 3600 > HEARTBEAT_TIMEOUT_MAX for one in hours)

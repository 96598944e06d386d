"""The checks of the backend, its certificate and its clock."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from imtui.cli.doctor.backend import check_certificate, check_clock
from imtui.cli.doctor.check import Mark
from imtui.cli.doctor.probe import Certificate, probe
from imtui.protocol.messages import PROTOCOL_VERSION
from imtui.sdk import IMClient
from imtui.server.node.data_dir import Address, DataDir
from tests.certificates import EXPIRED, FIRST, copy_of
from tests.cli.conftest import Served
from tests.cli.processes import Home

_SILENT_NAME_SERVER = """
import socket, time
socket.getaddrinfo = lambda *_, **__: time.sleep(600)
"""

Checks = dict[str, dict[str, str]]


def doctor(home: Home, *arguments: object, **more_env: str) -> Checks:
    """Run ``imtui doctor``, and return what it found, by the name of the check."""
    done = home.run("doctor", "--json", *arguments, **more_env)
    assert done.stderr == ""
    checks = {check["check"]: check for check in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == any(check["mark"] == "wrong" for check in checks.values())
    return checks


def test_this_machines_backend_that_does_not_run_is_not_started(home: Home) -> None:
    checks = doctor(home)

    assert checks["backend"]["mark"] == "ok"
    assert "does not run" in checks["backend"]["text"]
    assert not home.local_data.exists()
    assert "clock" not in checks and "certificate" not in checks


async def test_this_machines_backend_that_runs(home: Home) -> None:
    async with home.start("serve", "--data", home.local_data, "--port", 0, "--rest-port", 0) as run:
        await run.json_line()
        data = DataDir(home.local_data)
        address = data.address()
        check = doctor(home)["backend"]
        assert check["mark"] == "ok"
        assert f"runs imtui 0.1.0 (process {run.process.pid})" in check["text"]

        data.publish(msgspec.structs.replace(address, protocol_version=PROTOCOL_VERSION + 1))
        check = doctor(home)["backend"]
        assert (check["mark"], check["advice"]) == ("wrong", "Update imtui, or end that one.")

        data.publish(msgspec.structs.replace(address, protocol_version=PROTOCOL_VERSION - 1))
        assert doctor(home)["backend"]["mark"] == "note"


def test_this_machines_backend_that_was_killed(home: Home) -> None:
    data = DataDir(home.local_data)
    data.make()
    data.publish(Address(f"ws+unix://{home.path}/gone", f"http+unix://{home.path}/gone", 1, 99))

    check = doctor(home)["backend"]

    assert (check["mark"], "(process 99) does not answer" in check["text"]) == ("note", True)


async def test_another_backend_that_answers(served: Served) -> None:
    checks = doctor(served.home, *served.account("alice"))

    assert checks["backend"]["text"] == f"{served.ws} answers, and alice can log in"
    assert (checks["backend"]["mark"], checks["clock"]["mark"]) == ("ok", "ok")
    assert "certificate" not in checks
    async with IMClient(served.ws, served.app_id) as client:
        await client.login("bob", served.user_sig("bob"), passive=True)
        [status] = await client.get_user_status(["alice"])
    assert status.status_type.name == "UNLOGINED"


async def test_a_saved_account(served: Served) -> None:
    served.home.run("login", *served.account("alice"))
    checks = doctor(served.home)
    assert checks["backend"]["text"] == f"{served.ws} answers, and alice can log in"

    file = served.home.path / "data/imtui/accounts.json"
    file.write_text("nothing")
    checks = doctor(served.home)
    assert (checks["backend"]["mark"], checks["keyring"]["mark"]) == ("wrong", "wrong")
    assert "is damaged" in checks["backend"]["text"]


async def test_one_of_two_addresses_that_is_dead(served: Served) -> None:
    account = served.account("alice")
    account[1] = f"{served.ws},ws://127.0.0.1:1"

    check = doctor(served.home, *account)["backend"]

    assert check["mark"] == "note"
    assert check["text"] == "1 of 2 addresses do not answer: ws://127.0.0.1:1"


async def test_a_user_sig_that_is_refused(served: Served) -> None:
    account = served.account("alice")
    (served.home.path / "alice.sig").write_text(served.user_sig("bob"))

    check = doctor(served.home, *account)["backend"]

    assert check["mark"] == "wrong"
    assert check["text"].startswith("alice cannot log in: ")


async def test_a_user_sig_that_expires_soon(served: Served) -> None:
    home, account = served.home, served.account("alice")
    made = home.run("usersig", "alice", "--data", served.data, "--expire", 3 * 86_400)
    (home.path / "alice.sig").write_text(made.stdout)

    check = doctor(home, *account)["backend"]

    assert check["mark"] == "note"
    assert check["text"].endswith("; the UserSig expires in 2 days")
    assert check["advice"] == "Get a new one: imtui login"


def test_a_backend_that_is_dead_or_silent(home: Home) -> None:
    account = ("--app-id", 1, "--user", "alice")
    env = {"IMTUI_USERSIG": "a UserSig"}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        silent = doctor(home, "--server", _url(listening), *account, **env)["backend"]
        url = _url(listening)
    dead = doctor(home, "--server", url, *account, **env)["backend"]

    assert silent["mark"] == dead["mark"] == "wrong"
    assert dead["text"].startswith(f"{url}: No backend listens there")


def _url(listening: socket.socket) -> str:
    return f"ws://127.0.0.1:{listening.getsockname()[1]}"


def test_a_name_server_that_does_not_answer(home: Home) -> None:
    site = home.path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_SILENT_NAME_SERVER)
    account = ("--server", "wss://chat.example.org", "--app-id", 1, "--user", "alice")

    # Otherwise the process would take longer than it may.
    check = doctor(home, *account, IMTUI_USERSIG="a UserSig", PYTHONPATH=str(site))["backend"]

    assert check["mark"] == "wrong"
    assert check["text"] == "wss://chat.example.org: Connecting to the backend took too long."


def test_an_address_that_may_not_be_unencrypted(home: Home) -> None:
    account = ("--server", "ws://chat.example.org", "--app-id", 1, "--user", "alice")
    check = doctor(home, *account, IMTUI_USERSIG="a UserSig")["backend"]
    assert check["mark"] == "wrong"
    assert "use wss://" in check["text"]


def test_options_that_contradict_each_other(home: Home) -> None:
    done = home.run("doctor", "--app-id", 1)
    assert done.returncode == 2
    assert "--server" in done.stderr


@pytest.mark.parametrize(
    ("files", "trusted", "mark", "text"),
    [
        (FIRST, True, "ok", "valid until 2126-11-05, signed by itself"),
        (FIRST, False, "wrong", "it is not trusted (self-signed certificate)"),
        (EXPIRED, True, "wrong", "it has expired"),
    ],
)
async def test_the_certificate(home: Home, files: Any, trusted: bool, mark: str, text: str) -> None:
    data, copies = home.path / "tls", copy_of(files, home.path)
    tls = ["--tls-cert", copies.certificate, "--tls-key", copies.key]
    ports = ["--port", 0, "--rest-port", 0]
    async with home.start("serve", "--data", data, *ports, *tls) as running:
        ready = await running.json_line()
        url = ready["ws"].replace("127.0.0.1", "localhost")
        served = Served(home, data, url, ready["rest"], ready["sdkAppID"], running)
        trust = {"SSL_CERT_FILE": str(copies.certificate)} if trusted else {}
        checks = doctor(home, *served.account("alice"), **trust)

    assert (checks["certificate"]["mark"], checks["certificate"]["text"]) == (mark, text)
    assert checks["backend"]["mark"] == mark


@pytest.mark.parametrize(("days", "mark"), [(15, Mark.OK), (13, Mark.NOTE)])
def test_a_certificate_that_expires_soon(days: int, mark: Mark) -> None:
    until = datetime.now(UTC) + timedelta(days=days, hours=1)
    check = check_certificate(Certificate(until=until, issuer="Some CA"))
    assert (check.mark, check.text) == (mark, f"valid until {until:%Y-%m-%d}, signed by Some CA")


@asynccontextmanager
async def dated(ahead: float | None) -> AsyncIterator[str]:
    """Serve handshakes with a clock so many seconds ahead, or without a date."""

    def set_date(_: ServerConnection, __: Request, response: Response) -> None:
        del response.headers["Date"]
        if ahead is not None:
            now = datetime.now(UTC) + timedelta(seconds=ahead)
            response.headers["Date"] = format_datetime(now, usegmt=True)

    async def wait(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(wait, "127.0.0.1", 0, process_response=set_date) as server:
        [listening] = server.sockets
        yield _url(listening)


@pytest.mark.parametrize(
    ("ahead", "mark", "text"),
    [
        (0, Mark.OK, "agrees with the backend's"),
        (60, Mark.NOTE, "seconds behind the backend's"),
        (-60, Mark.NOTE, "seconds ahead of the backend's"),
        (-3600, Mark.WRONG, "seconds ahead of the backend's"),
    ],
)
async def test_the_clock(ahead: float, mark: Mark, text: str) -> None:
    async with dated(ahead) as url:
        answer = await probe(url, insecure=False, seconds=30)

    assert answer.ahead is not None
    assert answer.ahead == pytest.approx(-ahead, abs=4)
    check = check_clock(answer.ahead)
    assert (check.mark, text in check.text) == (mark, True)


async def test_a_backend_that_does_not_tell_the_time() -> None:
    async with dated(None) as url:
        answer = await probe(url, insecure=False, seconds=30)

    assert (answer.error, answer.ahead) == (None, None)


async def test_a_server_that_is_no_backend() -> None:
    def refuse(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(404, "not here")

    async def wait(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(wait, "127.0.0.1", 0, process_request=refuse) as server:
        [listening] = server.sockets
        answer = await probe(_url(listening), insecure=False, seconds=30)

    assert answer.error is not None
    assert "HTTP status 404" in answer.error.message


async def test_nobody_is_led_to_another_address() -> None:
    visits: list[str] = []

    def note(_: ServerConnection, request: Request) -> None:
        visits.append(request.path)

    async def wait(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(wait, "127.0.0.1", 0, process_request=note) as inside:
        [within] = inside.sockets

        def lead(connection: ServerConnection, _: Request) -> Response:
            response = connection.respond(302, "there")
            response.headers["Location"] = f"{_url(within)}/inside"
            return response

        async with serve(wait, "127.0.0.1", 0, process_request=lead) as server:
            [listening] = server.sockets
            answer = await probe(_url(listening), insecure=False, seconds=30)

    assert answer.error is not None
    assert "HTTP status 302" in answer.error.message
    assert visits == []


@pytest.mark.parametrize("proxy", ["socks5h://127.0.0.1:1", "http://[bad", "http://a:99999999"])
def test_a_proxy_that_cannot_be_used_is_named(home: Home, proxy: str) -> None:
    account = ["--server", "wss://192.0.2.1", "--app-id", 1, "--user", "alice"]
    for verb in ("doctor", "status"):
        done = home.run(verb, *account, https_proxy=proxy, IMTUI_USERSIG="x")
        assert done.returncode == 1
        assert "https_proxy" in done.stdout + done.stderr


def test_wrong_usage_is_told_before_anything_is_checked(home: Home) -> None:
    done = home.run("doctor", "--app-id", 5)
    assert (done.returncode, done.stdout) == (2, "")

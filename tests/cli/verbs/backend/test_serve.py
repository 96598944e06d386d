"""``imtui serve`` as a process of its own."""

import asyncio
import gc
import hashlib
import json
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imtui.cli.embedded import process
from imtui.cli.main import main
from imtui.cli.verbs.backend import serve
from imtui.sdk import IMClient
from imtui.server.garbage import Spared
from imtui.server.node.edges import child
from tests.cli.conftest import Served
from tests.cli.processes import Home
from tests.server.callbacks.callback_receiver import callback_receiver


async def test_ready_line_has_the_addresses(home: Home) -> None:
    async with home.start(
        "serve", "--port", 0, "--rest-port", 0, "--data", home.path / "d"
    ) as running:
        ready = await running.json_line()

        assert ready["event"] == "ready"
        assert urlsplit(ready["ws"]).scheme == "ws"
        assert urlsplit(ready["rest"]).scheme == "http"
        assert urlsplit(ready["ws"]).hostname == urlsplit(ready["rest"]).hostname == "127.0.0.1"
        assert urlsplit(ready["ws"]).port and urlsplit(ready["rest"]).port
        assert isinstance(ready["sdkAppID"], int)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(served: Served, number: signal.Signals) -> None:
    status, errors = await served.running.end(number)

    assert status == 0
    assert "Traceback" not in errors
    assert not (served.data / "backend.json").exists()


async def test_log_has_no_secrets(served: Served) -> None:
    user_sig = served.user_sig("alice")
    shown = served.home.run("console", "show", "--data", served.data)
    own = served.home.run("status", *served.account("alice"))
    assert (shown.returncode, own.returncode) == (0, 0), shown.stderr + own.stderr

    _, errors = await served.running.end()

    key = (served.data / "app_key.json").read_text()
    assert user_sig not in errors
    assert "usersig=" not in errors
    assert not any(part in errors for part in key.split('"') if len(part) > 30)


@pytest.mark.parametrize("option", ["--port", "--rest-port"])
def test_port_in_use(served: Served, option: str) -> None:
    taken = urlsplit(served.ws).port
    ports = {"--port": 0, "--rest-port": 0} | {option: taken}

    failed = served.home.run(
        "serve",
        *[part for pair in ports.items() for part in pair],
        "--data",
        served.home.path / "e",
    )

    assert failed.returncode == 1
    assert failed.stdout == ""
    assert f"Port {taken}" in one_line(failed.stderr)
    assert option in failed.stderr


def test_data_folder_in_use(served: Served) -> None:
    failed = served.home.run("serve", "--port", 0, "--rest-port", 0, "--data", served.data)

    assert failed.returncode == 1
    assert str(served.data) in one_line(failed.stderr)


def test_data_folder_is_a_file(home: Home) -> None:
    file = home.path / "file"
    file.write_text("")

    failed = home.run("serve", "--port", 0, "--rest-port", 0, "--data", file)

    assert failed.returncode == 1
    assert "--data" in one_line(failed.stderr)


@pytest.mark.parametrize("name", ["imtui.db", "app_key.json"])
def test_damaged_file(home: Home, name: str) -> None:
    data = home.path / "d"
    data.mkdir()
    (data / name).write_text("this is neither a database nor a key\n" * 100)

    failed = home.run("serve", "--port", 0, "--rest-port", 0, "--data", data)

    assert failed.returncode == 1
    assert name in one_line(failed.stderr)
    assert (data / name).read_text().startswith("this is neither")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--port", "65536"],
        ["--port", "x"],
        ["--heartbeat-timeout", "0"],
        ["--heartbeat-timeout", "nan"],
        ["--disk-reserve", "-1"],
        ["--disk-reserve", "1.5"],
        ["--disk-reserve", "1" * 13],
        ["--webhook", "ftp://localhost/"],
        ["--webhook", "http://"],
        ["--webhook", "http://a b/"],
        ["--webhook", "http://localhost:65536/"],
        ["--webhook", "http://localhost/", "--webhook-commands", ""],
    ],
)
def test_wrong_usage(home: Home, arguments: list[str]) -> None:
    data = ["--data", home.path / "d"] if arguments else []

    failed = home.run("serve", *arguments, *data)

    assert failed.returncode == 2
    assert "usage: imtui serve" in failed.stderr
    assert not (home.path / "d").exists()


def test_unknown_callback(home: Home) -> None:
    commands = ["--webhook-commands", "State.StateChange,C2C.CallbackAfterSend"]

    failed = home.run("serve", "--webhook", "http://localhost/", *commands, "--data", home.path)

    assert failed.returncode == 2
    assert "'C2C.CallbackAfterSend' is none; there are: State.StateChange, " in failed.stderr
    assert "Sns.CallbackPrevFriendAdd" in failed.stderr


def test_webhook_with_a_password_in_its_address(home: Home) -> None:
    failed = home.run("serve", "--webhook", "https://me:secret@host/", "--data", home.path / "d")

    assert failed.returncode == 2
    assert "secret" not in failed.stderr


async def test_options_of_the_app_are_kept_for_a_start_without_them(home: Home) -> None:
    (home.path / "token").write_text("a token that nobody may see\n")
    ports = ("--port", 0, "--rest-port", 0, "--data", home.path / "d")
    options = ("--webhook", "http://localhost:1/", "--webhook-token-file", home.path / "token")
    for given in ((*options, "--heartbeat-timeout", "77"), ()):
        async with home.start("serve", *ports, *given) as running:
            await running.json_line()
            shown = await asyncio.to_thread(
                home.run, "console", "show", "--data", home.path / "d", "--json"
            )
        settings = json.loads(shown.stdout)
        assert settings["webhook_url"] == "http://localhost:1/"
        assert settings["webhook_token"] == "(set)"
        assert settings["heartbeat_timeout"] == 77


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff"])
def test_webhook_token_file_without_a_token(home: Home, content: bytes | None) -> None:
    file = home.path / "token"
    if content is not None:
        file.write_bytes(content)
    options = ["--webhook", "http://localhost/", "--webhook-token-file", file]

    failed = home.run("serve", *options, "--data", home.path / "d")

    assert failed.returncode == 1
    assert str(file) in one_line(failed.stderr)


@pytest.mark.parametrize("in_file", [True, False])
async def test_webhook_is_called_and_its_token_is_not_logged(home: Home, in_file: bool) -> None:
    token = "a token that nobody may see"
    (home.path / "token").write_text(f"{token}\n")
    options = ["--webhook-token-file", home.path / "token"] if in_file else []
    data = home.path / "d"
    async with (
        callback_receiver() as receiver,
        home.start(
            *("serve", "--port", 0, "--rest-port", 0, "--data", data),
            *("--webhook", receiver.url, "--webhook-commands", "State.StateChange", *options),
            IMTUI_WEBHOOK_TOKEN="" if in_file else token,
        ) as running,
    ):
        receiver.statuses = [500]
        ready = await running.json_line()
        made = await asyncio.to_thread(home.run, "usersig", "alice", "--data", data)
        async with IMClient(ready["ws"], sdk_app_id=ready["sdkAppID"]) as client:
            await client.login("alice", made.stdout.strip())
            (login, again) = await receiver.wait_for(2)
        status, errors = await running.end()

    assert status == 0
    assert login.body == again.body
    assert login.body["Info"]["Action"] == "Login"
    signed = hashlib.sha256((token + login.query["RequestTime"]).encode()).hexdigest()
    assert login.query["Sign"] == signed
    assert "State.StateChange: HTTP status 500" in errors
    assert not any(secret in errors for secret in (token, "Sign=", signed))


def one_line(text: str) -> str:
    """Return the only line of a text that is not an INFO record."""
    lines = [line for line in text.splitlines() if " INFO " not in line]
    assert len(lines) == 1, text
    assert lines[0].startswith("imtui: ")
    return lines[0]


@pytest.mark.parametrize(
    "option",
    [("--trusted-proxy", "proxy.example"), ("--max-connections", 0), ("--max-per-address", "x")],
)
def test_a_limit_or_proxy_that_is_none_is_refused(home: Home, option: tuple[str, object]) -> None:
    failed = home.run("serve", "--data", home.path / "d", *option)
    assert failed.returncode == 2
    assert option[0] in failed.stderr
    assert not (home.path / "d").exists()


@pytest.mark.parametrize("options", [(), ("--embedded",), ("--child", "edge")])
def test_every_process_keeps_collections_short(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that the app and a backend with edges start."""
    monkeypatch.setattr(gc, "callbacks", [])
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    found: list[object] = []

    def run(served: Coroutine[Any, Any, None], new_loop: object) -> None:
        served.close()
        found.extend(gc.callbacks)

    def run_child(*_: object) -> int:
        found.extend(gc.callbacks)
        return 0

    for module in (serve, process):
        monkeypatch.setattr(module, "run_async", run)
        monkeypatch.setattr(module, "configure_logging", lambda handler: handler.close())
    monkeypatch.setattr(child, "run_child", run_child)

    assert main(["serve", "--data", str(tmp_path / "d"), *options]) == 0
    assert list(map(type, found)) == [Spared]

"""What the SDK's page says is true."""

import asyncio
import re
from pathlib import Path

import pytest

import imtui.sdk
from imtui.protocol.usersig import sign
from imtui.sdk import ErrorCode, IMClient, IMSDKListener
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.pages import blocks, page_of, section, table_names

PAGE = page_of("sdk")


def public_names(kind: type) -> set[str]:
    """Return the names of what a class offers."""
    return {name for name in dir(kind) if not name.startswith("_")}


async def test_the_sdk_in_ten_lines_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (script,) = blocks(PAGE, "python")
    names: dict[str, object] = {}
    exec(script, names)
    main = names["main"]
    assert callable(main)
    async with Backend(BackendConfig(tmp_path)) as backend:
        key = backend.app_key
        user_sig = sign("alice", key.sdk_app_id, key.secret_key)
        async with asyncio.timeout(20):
            async with IMClient(backend.address.ws, key.sdk_app_id) as bob:
                await bob.login("bob", sign("bob", key.sdk_app_id, key.secret_key))
            await main(backend.address.ws, key.sdk_app_id, user_sig)
    assert "alice ONLINE Listening to music" in capsys.readouterr().out


def test_the_methods_are_those_of_the_client() -> None:
    assert table_names(PAGE, "Methods") == public_names(IMClient)


def test_the_events_are_those_of_the_listener() -> None:
    assert table_names(PAGE, "Listeners") == public_names(IMSDKListener)


def test_the_arguments_are_those_of_the_client() -> None:
    arguments = IMClient.__init__.__annotations__.keys() - {"return", "sdk_app_id"}
    assert table_names(PAGE, "The client") >= arguments


def test_the_errors_exist() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", section(PAGE, "Errors"), re.MULTILINE)
    codes = [int(code) for row in rows for code in row.split(", ")]
    assert len(codes) > 10
    assert set(codes) <= {int(code) for code in ErrorCode}


def test_the_names_it_imports_are_exported() -> None:
    (script,) = blocks(PAGE, "python")
    (imported,) = re.findall(r"^from imtui.sdk import (.+)$", script, re.MULTILINE)
    assert set(imported.split(", ")) <= set(imtui.sdk.__all__)

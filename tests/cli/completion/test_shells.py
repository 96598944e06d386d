"""What TAB gives in real shells."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.sdk import IMClient
from tests.cli.completion.shells import Complete, completing
from tests.cli.conftest import Served
from tests.cli.processes import Home

SHELLS = ("bash", "zsh", "fpath", "fish")


@pytest.fixture(params=SHELLS)
async def complete(request: pytest.FixtureRequest, home: Home) -> AsyncIterator[Complete]:
    async with completing(request.param, home) as asked:
        yield asked


async def test_commands_and_their_commands(complete: Complete) -> None:
    assert await complete("imtui hi\t") == ["history"]
    assert {"status", "send", "serve", "completion"} <= set(await complete("imtui "))
    assert await complete("imtui status ") == ["clear", "get", "set"]
    assert await complete("imtui --local status ") == ["clear", "get", "set"]
    # The command that the scripts call is nobody else's.
    assert await complete("imtui completion ") == ["bash", "fish", "zsh"]


async def test_options_and_their_choices(complete: Complete) -> None:
    assert await complete("imtui --loc") == ["--local"]
    assert await complete("imtui watch --pl") == ["--plain"]
    assert await complete("imtui status get bob --js") == ["--json"]
    assert await complete("imtui admin add anna --role ") == ["full", "read", "support"]


async def test_files_and_folders(complete: Complete, home: Home) -> None:
    (home.path / "folder").mkdir()
    (home.path / "file").touch()

    files = await complete("imtui account delete --from f")
    assert [Path(file).name for file in files if "functions" not in file] == ["file", "folder"]
    folders = await complete("imtui usersig --data fo")
    assert [Path(folder).name for folder in folders] == ["folder"]


@pytest.mark.parametrize("shell", SHELLS)
async def test_user_ids_of_a_running_backend(shell: str, served: Served) -> None:
    home, data = served.home, served.data
    home.run("account", "import", "alice", "bob", "bella", "carol", "--data", data)
    home.run("friend", "add", "alice", "bob", "bella", "--data", data)
    assert home.run("login", *served.account("alice")).returncode == 0

    async with completing(shell, home) as complete:
        for line in ("imtui watch ", "imtui send ", "imtui status --json get "):
            assert await complete(line) == ["bella", "bob"], line
        assert await complete("imtui history --count 5 bo\t") == ["bob"]
        assert await complete("imtui watch bob ") == ["bella"]
        assert await complete("imtui --user alice status get bob ") == ["bella"]
        assert await complete("imtui logout --user ") == ["alice"]
        # Of this machine's own backend, which is not running.
        assert await complete("imtui --local watch ") == []
        assert await complete("imtui kick ") == []
        assert await complete(f"imtui kick --data {data} b") == ["bella", "bob"]
        assert await complete("imtui account delete --data ./served alice b") == ["bella", "bob"]
        assert await complete("imtui friend list --data ~/served c") == ["carol"]
        # These are new.
        assert await complete("imtui account import --data ./served ") == []

    async with IMClient(served.ws, served.app_id) as client:
        await client.login("carol", served.user_sig("carol"), passive=True)
        [status] = await client.get_user_status(["alice"])
    assert status.status_type.name == "UNLOGINED"


async def test_friends_on_this_machines_backend(home: Home) -> None:
    data = home.local_data
    ports = ["--port", 0, "--rest-port", 0]
    async with home.start("serve", "--data", data, *ports) as running:
        await running.json_line()
        home.run("account", "import", "alice", "bob", "--data", data)
        home.run("friend", "add", "alice", "bob", "--data", data)
        async with completing("bash", home) as complete:
            assert await complete("imtui watch ") == ["bob"]
            assert await complete("imtui kick a") == ["alice"]
            # Nobody is registered by a TAB.
            assert await complete("imtui --user carol watch ") == []
        listed = home.run("account", "list", "--data", data, "--json").stdout
    assert [json.loads(line)["userID"] for line in listed.splitlines()] == ["alice", "bob"]

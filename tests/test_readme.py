"""What README says is true."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from imtui.cli.main import build_parser
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient
from imtui.server.node.backend import Backend, BackendConfig
from imtui.tui.commands.catalogue import COMMAND_IDS, keys_table
from imtui.tui.kit.key_names import key_parsers
from imtui.tui.settings.reading import parse_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """Return README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_table_of_keys_is_the_registrys() -> None:
    table = re.search(r"<!-- keys:.*?-->\n(.*?)<!-- /keys -->", README, re.DOTALL)
    assert table is not None
    assert table[1].strip() == keys_table().strip()


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_what_it_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_commands_it_shows_can_be_typed() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("imtui")]
    assert len(commands) > 6
    for _, *arguments in commands:
        build_parser().parse_args(arguments)


def test_the_unit_file_starts_the_backend() -> None:
    (unit,) = blocks("ini")
    (command,) = re.findall(r"^ExecStart=\S+/imtui (.*)$", unit, re.MULTILINE)
    arguments = build_parser().parse_args(shlex.split(command))
    assert arguments.data == Path("/var/lib/imtui")


async def test_the_sdk_in_ten_lines_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (script,) = blocks("python")
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


def test_the_settings_it_shows_are_read() -> None:
    (text,) = blocks("toml")
    parsed = parse_settings(text, "settings.toml", key_parsers(COMMAND_IDS))
    assert not parsed.problems
    assert parsed.settings.theme == "nord"


def test_ci_ends_in_the_second_command() -> None:
    test_command = blocks("sh")[-1].strip()
    assert (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1] == test_command

"""The snippets of README for status bars, each run by its tool where it can be had."""

import asyncio
import configparser
import json
import os
import shutil
import stat
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from imtui.sdk import IMClient, IMSDKListener, UserStatus
from tests.cli.conftest import Served
from tests.cli.processes import TIMEOUT
from tests.pages import ROOT, blocks, section
from tests.terminal.pty_terminal import terminal

SECTION = section((ROOT / "README.md").read_text(encoding="utf-8"), "In your bar")
HOSTILE = "#[reverse]a %{A1:touch x:}b%{A} <b>c</b> #(touch x)"
"""A status that would be markup in one bar or another."""


def snippet(language: str, number: int = 0) -> str:
    """Return a code block of the section."""
    return blocks(SECTION, language)[number]


def write_program(file: Path, text: str) -> None:
    """Write a file that can be run."""
    file.write_text(text)
    file.chmod(stat.S_IRWXU)


def needs(tool: str) -> pytest.MarkDecorator:
    """Skip where a tool is not installed."""
    reason = f"{tool} is not installed; CI has it"
    return pytest.mark.skipif(shutil.which(tool) is None, reason=reason)


@pytest.fixture
async def bob(served: Served) -> AsyncIterator[IMClient]:
    """Log bob in with a hostile status, and save alice's account as the default."""
    done = await asyncio.to_thread(served.home.run, "login", *served.account("alice"))
    assert done.returncode == 0, done.stderr
    async with IMClient(served.ws, served.app_id) as client:
        await client.login("bob", served.user_sig("bob"))
        await client.set_self_status(HOSTILE)
        yield client


@pytest.fixture
def env(served: Served) -> dict[str, str]:
    """Return the environment of a user who has installed imtui."""
    programs = served.home.path / "bin"
    programs.mkdir()
    write_program(programs / "imtui", f'#!/bin/sh\nexec "{sys.executable}" -m imtui "$@"\n')
    return served.home.env | {"PATH": f"{programs}:{os.environ['PATH']}", "LANG": "C.UTF-8"}


@asynccontextmanager
async def running(command: str, env: dict[str, str]) -> AsyncIterator[asyncio.StreamReader]:
    """Run a shell command, yield its standard output, and end it."""
    process = await asyncio.create_subprocess_shell(
        f"exec {command}", env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(TIMEOUT):
            yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_line(command: str, env: dict[str, str]) -> str:
    """Return the first line that a shell command prints."""
    async with running(command, env) as output:
        return (await output.readline()).decode().removesuffix("\n")


@needs("tmux")
async def test_tmux_shows_the_text_as_it_is(
    served: Served, bob: IMClient, env: dict[str, str]
) -> None:
    config = served.home.path / "tmux.conf"
    config.write_text(
        "set -g status-right-length 100\nset -g status-interval 1\n" + snippet("tmux")
    )
    tmux = ["tmux", "-u", "-f", str(config), "-S", str(served.home.path / "tmux")]
    async with terminal([*tmux, "new-session", "sh"], env) as shown:
        await shown.shows(f"◉ {HOSTILE}")
        await bob.set_self_status("%H #S #{pid} #[x] #(x) #,}")
        await shown.shows("◉ %H #S #{pid} #[x] #(x) #,}")
        killer = await asyncio.create_subprocess_exec(*tmux, "kill-server", env=env)
        await killer.wait()
        await shown.ended()
    assert not [*served.home.path.rglob("x")]


async def test_waybar_gets_no_markup(bob: IMClient, env: dict[str, str]) -> None:
    module = json.loads(snippet("json"))["custom/imtui"]
    line = await first_line(module["exec"], env)
    assert line == f"◉ {HOSTILE}".replace("<", "&lt;").replace(">", "&gt;")


async def test_polybar_gets_no_markup(bob: IMClient, env: dict[str, str]) -> None:
    config = configparser.RawConfigParser()
    config.read_string(snippet("ini", 0))
    module = config["module/imtui"]
    assert (module["type"], module["tail"]) == ("custom/script", "true")
    line = await first_line(module["exec"], env)
    assert line == f"◉ {HOSTILE}".replace("%{", "%\u200b{")


@needs("i3blocks")
async def test_i3blocks_shows_each_change(
    served: Served, bob: IMClient, env: dict[str, str]
) -> None:
    config = served.home.path / "i3blocks"
    config.write_text(snippet("ini", 1))
    async with running(f"i3blocks -c {config}", env) as output:
        texts: list[str] = []
        while f"◉ {HOSTILE}" not in texts:
            texts = [block["full_text"] for block in await next_blocks(output)]
        await bob.set_self_status("back")
        while "◉ back" not in texts:
            texts = [block["full_text"] for block in await next_blocks(output)]


async def next_blocks(output: asyncio.StreamReader) -> list[dict[str, str]]:
    """Return the next array of the protocol of i3bar."""
    while True:
        line = (await output.readline()).decode()
        assert line, "i3blocks has ended"
        if line.lstrip(",").startswith("[{"):
            blocks_of_line: list[dict[str, str]] = json.loads(line.lstrip(","))
            return blocks_of_line


async def test_starship_gets_the_own_status(bob: IMClient, env: dict[str, str]) -> None:
    module = tomllib.loads(snippet("toml"))["custom"]["imtui"]
    assert module["when"] is True
    assert await first_line(module["command"], env) == "◌ "


@needs("nvim")
async def test_the_status_line_of_neovim_shows_each_change(
    served: Served, bob: IMClient, env: dict[str, str]
) -> None:
    config = served.home.path / "init.lua"
    config.write_text(snippet("lua"))
    probe = served.home.path / "probe.lua"
    probe.write_text(
        """
        local function line() return vim.api.nvim_eval_statusline(vim.o.statusline, {}).str end
        for _, wanted in ipairs({ os.getenv("WANTED"), "back" }) do
          vim.wait(20000, function() return line():find(wanted, 1, true) ~= nil end, 20)
          io.stdout:write(line() .. "\\n")
          io.stdout:flush()
        end
        """
    )
    command = f"nvim --headless -u {config} +'set columns=200' +'luafile {probe}' +'qa!'"
    async with running(command, env | {"WANTED": HOSTILE}) as output:
        assert f"◉ {HOSTILE}" in (await output.readline()).decode()
        await bob.set_self_status("back")
        assert "◉ back" in (await output.readline()).decode()


class OwnText(IMSDKListener):
    """Tells how the own custom status changes."""

    def __init__(self) -> None:
        self.texts: asyncio.Queue[str] = asyncio.Queue()

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        for status in statuses:
            self.texts.put_nowait(status.custom_status)


@needs("git")
async def test_a_git_hook_says_what_is_worked_on(
    served: Served, bob: IMClient, env: dict[str, str]
) -> None:
    place = served.home.path / "work"
    as_bob = await asyncio.to_thread(served.home.run, "login", *served.account("bob"))
    assert as_bob.returncode == 0
    branch = "a-branch-" + "é" * 60

    async def git(*arguments: str) -> None:
        done = await asyncio.create_subprocess_exec(
            "git", *arguments, env=env, cwd=served.home.path
        )
        assert await done.wait() == 0

    await git("init", "-q", str(place))
    write_program(place / ".git/hooks/post-checkout", snippet("bash"))
    who = ["-c", "user.name=bob", "-c", "user.email=bob@example.org"]
    await git("-C", str(place), *who, "commit", "-q", "--allow-empty", "-m", "begin")
    own = OwnText()
    bob.add_im_sdk_listener(own)
    await git("-C", str(place), "checkout", "-q", "-b", branch)
    async with asyncio.timeout(TIMEOUT):
        assert await own.texts.get() == f"On {branch}".encode()[:100].decode()
    await bob.logout()
    await git("-C", str(place), "checkout", "-q", "-b", "other")

"""Real shells in which a test presses TAB."""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.cli.processes import Home
from tests.terminal.pty_terminal import Terminal, terminal

Complete = Callable[[str], Awaitable[list[str]]]
"""Returns what a shell completes a line with, sorted; what TAB gives at once if it ends in TAB."""

_BIN: Final = Path(sys.executable).parent
_TIMEOUT: Final = 60
_TAB: Final = "\t"
_INSERT_ALL: Final = "\x14"
_TO_START: Final = "\x01"
_END: Final = "<end>"
_SAY: Final = "say() { printf '<%s>' \"$@\"; echo '<e''nd>'; }"
"""A function that shows its words; only its output has ``_END``, not its text."""

_BASH: Final = (
    "bind 'set bell-style none'",
    "bind '\"\\C-t\": insert-completions'",
    'eval "$(imtui completion bash)"',
    _SAY,
)
_ZSH: Final = (
    "autoload -Uz compinit; compinit -u -D",
    "zle -C all-matches complete-word _generic; bindkey '^T' all-matches",
    "zstyle ':completion:all-matches:*' insert true",
    "zstyle ':completion:all-matches:*' completer _all_matches _complete",
    _SAY,
)
_FISH: Final = "imtui completion fish | source; complete -C $LINE"


@asynccontextmanager
async def completing(shell: str, home: Home) -> AsyncIterator[Complete]:
    """Start a shell in a home folder; ``shell`` is bash, zsh, fpath (also zsh) or fish."""
    program = "zsh" if shell == "fpath" else shell
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    env = home.env | {
        "PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "IMTUI_COMPLETION_TIMEOUT": str(_TIMEOUT),
    }
    if shell == "fish":
        yield lambda line: asyncio.to_thread(_in_fish, home, env, line)
        return
    options = ["--norc", "--noprofile"] if shell == "bash" else ["-f"]
    set_up = {"bash": _BASH, "zsh": (*_ZSH, 'eval "$(imtui completion zsh)"')}.get(shell)
    if set_up is None:
        folder = home.path / "functions"
        folder.mkdir()
        script = home.run("completion", "zsh").stdout
        (folder / "_imtui").write_text(script)
        set_up = (f"fpath=({shlex.quote(str(folder))} $fpath)", *_ZSH)
    async with terminal([program, *options], env, size=(200, 50)) as screen:
        asked = _Asked(screen)
        screen.send(f"cd {shlex.quote(str(home.path))}\n")
        for line in set_up:
            screen.send(f"{line}\n")
        screen.send("say ready\n")
        await asked.answer()
        yield asked.complete


class _Asked:
    def __init__(self, screen: Terminal) -> None:
        self._screen = screen
        self._answers = 0

    async def complete(self, line: str) -> list[str]:
        key = _TAB if line.endswith(_TAB) else _INSERT_ALL
        line = line.removesuffix(_TAB)
        self._screen.send(f"{line}{key}{_TO_START}say \n")
        words = await self.answer()
        given = len(shlex.split(line + "x")) - 1
        assert words[0] == "imtui"
        return sorted(words[given:])

    async def answer(self) -> list[str]:
        self._answers += 1
        end = _END.encode()
        await self._screen.until(
            lambda: self._screen.output.count(end) == self._answers, f"to have {_END} once more"
        )
        answer = self._screen.output.split(end)[-2].rpartition(b"\n")[2]
        return answer.decode().partition("<")[2].removesuffix(">").split("><")


def _in_fish(home: Home, env: Mapping[str, str], line: str) -> list[str]:
    done = subprocess.run(
        ["fish", "-N", "-c", _FISH],
        cwd=home.path,
        env={**env, "LINE": line.removesuffix(_TAB)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=True,
    )
    assert done.stderr == ""
    return sorted(found.partition("\t")[0] for found in done.stdout.splitlines())

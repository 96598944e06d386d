"""A fresh home folder for each test, in which imtui has never run."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest

from tests.terminal.pty_terminal import Terminal, terminal

Open = Callable[..., AbstractAsyncContextManager[Terminal]]

_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user with a fresh home folder."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONDEVMODE": ""}


@pytest.fixture
def imtui(home: dict[str, str]) -> Iterator[Open]:
    """Return a function that runs ``imtui`` with some arguments in a new terminal."""

    def open_terminal(
        *arguments: str, size: tuple[int, int] = (120, 40)
    ) -> AbstractAsyncContextManager[Terminal]:
        return terminal([sys.executable, "-m", "imtui", *arguments], home, size)

    yield open_terminal
    for address in Path(home["HOME"]).rglob("backend.json"):
        os.kill(msgspec.json.decode(address.read_bytes())["pid"], signal.SIGTERM)

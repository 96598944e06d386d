"""A home folder for each test, and a backend as a process of its own."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.processes import Home, Running


@dataclass(frozen=True)
class Served:
    """A running backend with its addresses."""

    home: Home
    data: Path
    ws: str
    rest: str
    app_id: int
    running: Running

    def user_sig(self, user_id: str) -> str:
        """Return a UserSig for a user."""
        made = self.home.run("usersig", user_id, "--data", self.data)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def account(self, user_id: str) -> list[object]:
        """Return the options to log in as a user, and write the file with the UserSig."""
        file = self.home.path / f"{user_id}.sig"
        if not file.exists():
            file.write_text(self.user_sig(user_id) + "\n")
        server = ["--server", self.ws, "--app-id", self.app_id]
        return [*server, "--user", user_id, "--usersig-file", file]


@pytest.fixture
def home() -> Iterator[Home]:
    # Not tmp_path, because the path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="im-") as folder:
        path = Path(folder).resolve()
        (path / "run").mkdir(mode=0o700)
        yield Home(path)


@pytest.fixture
async def served(home: Home) -> AsyncIterator[Served]:
    data = home.path / "served"
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(
            home.start("serve", "--port", 0, "--rest-port", 0, "--data", data)
        )
        ready = await running.json_line()
        yield Served(home, data, ready["ws"], ready["rest"], ready["sdkAppID"], running)

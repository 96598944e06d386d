"""The app on the fake client, for tests in a real terminal: ``python -m tests.tui.terminal_app``.

The first argument is a folder for its files; the second one may be ``fault`` or ``evil``.
"""

import sys
from pathlib import Path

from imtui.tui.app.entry import run
from imtui.tui.kit.terminal import print_last
from imtui.tui.model.launch import Identity, Launch
from tests.tui.fake import ONLINE, FakeClient, FakeSdk, account, sample_client, status

EVIL = "a\x1b]52;c;ZXZpbA==\x07\x1b[31mred\x9b1m[bold]\u202eevil"


class _FaultyClient(FakeClient):
    async def get_friend_list(self) -> list[object]:  # type: ignore[override]
        raise RuntimeError("a fault\nof two lines")


def _evil(fake: FakeClient) -> FakeClient:
    for name in (EVIL, "eve"):
        fake.friends[name] = status(name, ONLINE, EVIL)
    fake.own = status("alice", ONLINE, EVIL)
    return fake


def main(folder: Path, how: str = "") -> int:
    """Run the app, and print on standard error whether its client was closed."""
    fake = _FaultyClient() if how == "fault" else sample_client()
    if how == "evil":
        fake = _evil(fake)

    async def join() -> Identity:
        return account(folder)

    exit_status = run(Launch(join, folder / "settings.toml"), lambda: FakeSdk(fake))
    print_last("closed" if fake.closed else "left open", sys.stderr)
    return exit_status


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), *sys.argv[2:]))

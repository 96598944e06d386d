"""The app on the fake client, for tests in a real terminal: ``python -m tests.tui.terminal_app``.

The first argument is a folder for its files; the second one may be ``fault``, ``evil`` or
``emoji``.
"""

import sys
from pathlib import Path

from imtui.tui.app.entry import run
from imtui.tui.kit.terminal import print_last
from imtui.tui.model.launch import Identity, Launch
from tests.tui.fake import ONLINE, FakeClient, FakeSdk, account, sample_client, status

EVIL = "a\x1b]52;c;ZXZpbA==\x07\x1b[31mred\x9b1m[bold]\u202eevil"


EMOJI = (
    *(
        "👍🏻 up",
        "👋🏿👋🏽 all",
        "🧑🏾\u200d💻 at work",
        "👨\u200d👩\u200d👧 at home",
        "🏴\u200d☠\ufe0f ahoy",
        "☝🏻✌🏽",
    ),
    *(
        "🇩🇪 🇫🇷🇯🇵",
        "🇩",
        "1\ufe0f\u20e3 and #\ufe0f\u20e3",
        "❤\ufe0f ☀\ufe0f ©\ufe0f",
        "👁\ufe0f\u200d🗨\ufe0f",
        "🫱🏻\u200d🫲🏿",
    ),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
"""Texts on whose width terminals disagree."""


class _FaultyClient(FakeClient):
    async def get_friend_list(self) -> list[object]:  # type: ignore[override]
        raise RuntimeError("a fault\nof two lines")


def _evil(fake: FakeClient) -> FakeClient:
    for name in (EVIL, "eve"):
        fake.friends[name] = status(name, ONLINE, EVIL)
    fake.own = status("alice", ONLINE, EVIL)
    return fake


def _emoji(fake: FakeClient) -> FakeClient:
    fake.friends.clear()
    for place, text in enumerate(EMOJI):
        name = f"user{place:02}"
        fake.friends[name] = status(name, ONLINE, text)
    fake.own = status("alice", ONLINE, EMOJI[0])
    fake.add_conversation("user00", *EMOJI)
    return fake


def main(folder: Path, how: str = "") -> int:
    """Run the app, and print on standard error whether its client was closed."""
    fake = _FaultyClient() if how == "fault" else sample_client()
    if how == "evil":
        fake = _evil(fake)
    if how == "emoji":
        fake = _emoji(fake)

    async def join() -> Identity:
        return account(folder)

    exit_status = run(Launch(join, folder / "settings.toml"), lambda: FakeSdk(fake))
    print_last("closed" if fake.closed else "left open", sys.stderr)
    return exit_status


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), *sys.argv[2:]))

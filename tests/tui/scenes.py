"""The scenes that the screenshots and the snapshot tests show."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import Platform, UserStatus, UserStatusType
from tests.tui.fake import (
    HERE,
    OFFLINE,
    ONLINE,
    PHONE,
    THIS_DEVICE,
    UNKNOWN,
    UNLOGINED,
    FakeClient,
    at,
    device,
    status,
)
from tests.tui.harness import Running, running

FOLDER = Path(__file__).parents[2] / "screenshots"

_ONLINE = {
    "bob": "On the call",
    "carol": "",
    "dave": "Writing tests",
    "jose-luis": "De camino",
    "judy": "東京で会議中",
    "mei": "",
    "Olu_A": "Listening to music",
    "priya": "Back at three, then in a meeting until five",
    "tomas": "",
    "trent": "",
    "victor": "Reviewing a pull request",
    "yuki": "散歩中",
}
_AWAY = (
    *("amina", "anton", "beate", "chen", "dmitri", "ella", "erin", "farid", "frank", "grace"),
    *("hana", "heidi", "ines", "ivan", "jonas", "kaya", "lena", "luca", "marta", "nadia"),
    *("niko", "omar", "paula", "peggy", "rosa", "sven", "walter", "zoltan"),
)


def town() -> FakeClient:
    """Return a client whose account has forty friends, twelve of them online."""
    friends: dict[str, UserStatus | None] = {
        name: status(name, ONLINE, text, since=at(9 + place % 5, 7 * place % 60))
        for place, (name, text) in enumerate(_ONLINE.items())
    }
    statuses = cycle([OFFLINE, OFFLINE, UNLOGINED])
    for place, name in enumerate(_AWAY):
        friends[name] = status(name, next(statuses), since=at(place % 12, 11 * place % 60))
    friends["walter"] = None
    others = {
        "weather-bot": status("weather-bot", ONLINE, "Light rain until 16:00", since=at(6)),
        "mallory": status("mallory", UNLOGINED, since=at(7, 7)),
    }
    devices = [device(HERE, "laptop"), device("phone", "phone", Platform.ANDROID)]
    return FakeClient(
        friends=friends,
        others=others,
        subscriptions=["weather-bot", "mallory"],
        devices=devices,
    )


async def afternoon(run: Running) -> None:
    """Let an afternoon pass."""
    fake = run.fake

    async def later(minutes: float, *statuses: UserStatus) -> None:
        run.clock.advance(minutes * 60)
        fake.push(*statuses)
        await run.settle()

    await later(3, status("bob", ONLINE, "Lunch"))
    fake.push_own("Writing a report", THIS_DEVICE)
    await later(4, status("erin", ONLINE))
    await later(6, status("bob", ONLINE, "On the call", since=at(14, 5)))
    fake.listener.on_self_devices_changed(fake.devices[:1])
    await later(2, status("erin", OFFLINE, since=at(14, 20)))
    await later(1, status("weather-bot", ONLINE, "Sunny until 18:00", since=at(6)))
    fake.listener.on_self_devices_changed(fake.devices)
    fake.push_own("Listening to music", PHONE)
    await later(2, status("grace", UNKNOWN))
    await later(1, status("carol", ONLINE, "Tea?", since=at(10, 7)))
    fake.push(*(status(name, ONLINE, since=at(14, 24)) for name in _AWAY[:9]))
    fake.listener.on_subscriptions_changed(["mallory"], [], SubscriptionReason.SUBSCRIBED)
    await run.settle()
    await later(1, *(status(name, UserStatusType.OFFLINE, since=at(14, 25)) for name in _AWAY[:9]))
    fake.fail("get_user_status", IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND))
    await run.settle()


async def nothing(run: Running) -> None:
    """Leave the screen as it is."""


async def open_palette(run: Running) -> None:
    """Open the palette and type a letter."""
    await run.press("ctrl+p")
    await run.type("l")


async def open_status_box(run: Running) -> None:
    """Open the status box and type a word."""
    await run.press("s")
    await run.type("listening")


async def lose_connection(run: Running) -> None:
    """Lose the connection."""
    run.fake.lose(4.2)
    await run.settle(0.2)


@dataclass(frozen=True)
class Scene:
    """One picture."""

    name: str
    size: tuple[int, int]
    act: Callable[[Running], Awaitable[None]] = nothing
    ascii: bool = False


SCENES = (
    Scene("main", (120, 40)),
    Scene("main-80x24", (80, 24)),
    Scene("palette", (80, 24), open_palette),
    Scene("status-box", (80, 24), open_status_box),
    Scene("connection-lost", (80, 24), lose_connection),
    Scene("ascii", (80, 24), ascii=True),
)


async def picture(scene: Scene, folder: Path) -> str:
    """Return the scene as an SVG."""
    async with running(folder, town(), size=scene.size, ascii=scene.ascii) as run:
        await afternoon(run)
        await scene.act(run)
        return _plain(run.app.export_screenshot())


def _plain(svg: str) -> str:
    """Take out what an image must not fetch, and number its styles alike each time."""
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"

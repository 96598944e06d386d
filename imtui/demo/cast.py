"""The people of the demo."""

from dataclasses import dataclass
from typing import Final

from imtui.protocol.status import Platform


@dataclass(frozen=True)
class Person:
    """A simulated user of the demo."""

    user_id: str
    platforms: tuple[Platform, ...]
    """The platforms on which they log in, the usual one first."""
    texts: tuple[str, ...]
    """Their status texts; at least two, so that each can be followed by another."""
    friend: bool = True
    """Whether new accounts of this machine become friends with them."""


CAST: Final = (
    Person(
        "amina",
        (Platform.MAC, Platform.IPHONE),
        ("Reviewing a pull request", "Lunch, back at two", "Deep work"),
    ),
    Person(
        "bob",
        (Platform.LINUX, Platform.ANDROID),
        ("Listening to music", "On the call", "Chasing a flaky test"),
    ),
    Person(
        "carol", (Platform.WINDOWS, Platform.IPAD), ("On the call", "Out for a walk", "At home")
    ),
    Person("dmitri", (Platform.LINUX,), ("Пью чай", "Компилируется…", "На связи")),
    Person(
        "jose-luis", (Platform.ANDROID, Platform.WEB), ("En la reunión", "De camino", "Café ☕")
    ),
    Person("mei", (Platform.IPHONE, Platform.MAC), ("在听音乐 🎵", "开会中", "去吃饭了 🍜")),
    Person("Olu_A", (Platform.ANDROID,), ("On the train", "Listening to music", "Battery is low")),
    Person(
        "priya",
        (Platform.WEB, Platform.ANDROID),
        ("On the call", "Writing the release notes", "Half day"),
    ),
    Person("tomas", (Platform.LINUX, Platform.WEB), ("Píšu testy", "Oběd", "Poslouchám hudbu")),
    Person("yuki", (Platform.IPAD, Platform.MAC), ("散歩中 🌿", "会議中", "音楽を聴いています 🎧")),
    Person(
        "hugo", (Platform.WINDOWS,), ("At the front desk", "Away for five minutes"), friend=False
    ),
    Person("noor", (Platform.IPHONE, Platform.WEB), ("On call this week", "Resting"), friend=False),
    Person(
        "zoe",
        (Platform.MAC, Platform.ANDROID),
        ("Streaming live 🔴", "Planning the next stream", "Listening to music"),
        friend=False,
    ),
)

FIRST_SUBSCRIPTIONS: Final = ("carol", "zoe")
"""The subscriptions of a new account: a friend and a stranger."""

_STRANGERS: Final = frozenset(person.user_id for person in CAST if not person.friend)


def are_friends(one: str, other: str) -> bool:
    """Return whether two accounts of this machine start as friends: all except strangers do."""
    return one not in _STRANGERS and other not in _STRANGERS

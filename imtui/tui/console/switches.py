"""The switches of the console: what they are called, and what each position means."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Switch(Struct, frozen=True):
    """A setting with a few positions."""

    key: str
    """Its name in the REST API."""
    title: str
    """What the field's console calls it."""
    short: str
    """A title for a narrow screen."""
    means: Mapping[str, str]
    """What follows from each position, from the one that grants most to the strictest."""
    asks: Mapping[str, str] = {}
    """What to ask before a position takes something away, in one line."""

    def question(self, before: str, value: str) -> str:
        """Return the question before a change of position; empty unless it takes something away.

        A position that we do not know may grant anything.
        """
        order = list(self.means)
        is_stricter = before not in order or order.index(value) > order.index(before)
        return self.asks.get(value, "") if is_stricter else ""

    def after(self, value: str) -> str:
        """Return the position that comes after one; the first after one that we do not know."""
        positions = list(self.means)
        place = positions.index(value) if value in self.means else -1
        return positions[(place + 1) % len(positions)]


SWITCHES: Final = (
    Switch(
        "edition",
        "Edition",
        "Edition",
        {
            "ultimate": "statuses can be queried and subscribed to",
            "standard": "queries and subscriptions answer 7013",
        },
        {"standard": "Edition standard? Queries and subscriptions answer 7013."},
    ),
    Switch(
        "user_status",
        "Set user status query and status change notification",
        "User status",
        {
            "on": "queries are answered, subscribers are told",
            "off": "queries and subscriptions answer 72001",
        },
        {"off": "User status off? Queries and subscriptions answer 72001."},
    ),
    Switch(
        "friend_status",
        "Automatic notifications of friends' statuses",
        "Friends' statuses",
        {
            "on": "friends are told of changes without subscribing",
            "off": "friends are told of nothing unless they subscribe",
        },
        {"off": "Friends' statuses off? Only subscribers are told then."},
    ),
    Switch(
        "login_policy",
        "Login policy",
        "Login policy",
        {
            "multi": "10 devices at once on each platform",
            "platform": "one device on each platform, the newest",
            "single": "one device in all, the newest; others are kicked",
        },
        {
            "platform": "One device on each platform? Others are kicked at once.",
            "single": "One device in all? All others are kicked at once.",
        },
    ),
    Switch(
        "auto_register",
        "Auto register",
        "Auto register",
        {
            "on": "a first login makes the account",
            "off": "a login without an account answers 70107",
        },
    ),
)

_BY_KEY: Final = {switch.key: switch for switch in SWITCHES}


def consequence(switch: Switch, settings: Mapping[str, str]) -> str:
    """Return what follows from the position of a switch, among those of the others."""
    value = settings.get(switch.key, "")
    if (switch.key, value, settings.get("edition")) == ("user_status", "on", "standard"):
        return "nothing: the edition comes first, with 7013"
    return switch.means.get(value, "")


def switch_named(key: str) -> Switch:
    """Return the switch with this name; KeyError if there is none."""
    return _BY_KEY[key]

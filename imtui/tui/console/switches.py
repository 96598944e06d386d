"""The switches of the console: their titles, positions and effects."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Switch(Struct, frozen=True):
    """A setting with a few positions."""

    key: str
    """The name of the setting in the REST API."""
    title: str
    """The title in full."""
    short: str
    """A title for a narrow screen."""
    effects: Mapping[str, str]
    """The effect of each position, from the most permissive to the strictest."""
    questions: Mapping[str, str] = {}
    """The question, in one line, before a change to a stricter position."""

    def question(self, before: str, value: str) -> str:
        """Return the question before a change of position; empty if it needs none.

        Only a change to a stricter position needs one. An unknown position may be the most
        permissive, so any change from it counts as stricter.
        """
        order = list(self.effects)
        is_stricter = before not in order or order.index(value) > order.index(before)
        return self.questions.get(value, "") if is_stricter else ""

    def next_position(self, value: str) -> str:
        """Return the position after this one; the first one after an unknown position."""
        positions = list(self.effects)
        place = positions.index(value) if value in self.effects else -1
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
    Switch(
        "block_hides_status",
        "Blocking hides the status",
        "Blocking hides",
        {
            "off": "blocked users see who has blocked them as ever",
            "on": "who blocks is UNLOGINED to those they block",
        },
    ),
    Switch(
        "before_callback_failure",
        "Failure of a callback before an event",
        "Failed callbacks",
        {
            "pass": "requests pass if your server does not reply",
            "deny": "requests answer 80003 if it does not reply",
        },
        {"deny": "Deny at a failure? Requests answer 80003 then."},
    ),
)

_BY_KEY: Final = {switch.key: switch for switch in SWITCHES}


def effect(switch: Switch, settings: Mapping[str, str]) -> str:
    """Return the effect of a switch's position, given the other settings."""
    value = settings.get(switch.key, "")
    if (switch.key, value, settings.get("edition")) == ("user_status", "on", "standard"):
        return "nothing: the edition comes first, with 7013"
    return switch.effects.get(value, "")


def switch_named(key: str) -> Switch:
    """Return the switch with this key.

    Raises:
        KeyError: There is no such switch.
    """
    return _BY_KEY[key]

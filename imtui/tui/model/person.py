"""People as the model knows them, and what to tell when one of them changes."""

from collections import Counter
from enum import Enum

from msgspec import Struct

from imtui.protocol.messages import FriendInfo
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.model.events import Event, EventKind, Tally, counted


class UpdateSource(Enum):
    """By which way the app hears of somebody's changes."""

    FRIENDS = "as a friend: the console has friends' notifications on"
    SUBSCRIPTION = "by subscription"
    BOTH = "as a friend and by subscription"
    NOTHING = "not at all: subscribe to hear of changes"


class Person(Struct):
    """A user of whom the app knows."""

    user_id: str
    status: UserStatusType = UserStatusType.UNKNOWN
    text: str = ""
    since: int = 0
    """When the general status last changed, in Unix milliseconds; 0 when unknown."""
    friend: bool = False
    subscribed: bool = False
    changed_at: int = 0
    """When anything that shows of them last changed, in Unix milliseconds; 0 when unknown."""
    name: str = ""
    """What they are called beside their ID: by oneself, else by themselves; empty for nothing."""
    signature: str = ""
    """What they say of themselves for good, if they are a friend."""
    platforms: tuple[str, ...] = ()
    """What they are connected with, as last told; only an answer to a query is sure to be fresh."""


def update_name(person: Person, info: FriendInfo) -> None:
    """Take what a friend is called: one's own remark goes before their nickname."""
    person.name = safe_text(info.friend_remark or info.nick_name).strip()
    person.signature = safe_text(info.self_signature).strip()


def update_source(
    person: Person, *, friends_notified: bool, subscribers_notified: bool
) -> UpdateSource:
    """Return by which way a person's changes arrive, as the console is set now."""
    as_friend = person.friend and friends_notified
    by_subscription = person.subscribed and subscribers_notified
    if as_friend and by_subscription:
        return UpdateSource.BOTH
    if as_friend:
        return UpdateSource.FRIENDS
    return UpdateSource.SUBSCRIPTION if by_subscription else UpdateSource.NOTHING


def update_status(person: Person, status: UserStatus, now: int) -> bool:
    """Put a status into a person and tell whether anything that shows is different."""
    new = status.status_type, safe_text(status.custom_status), status.since
    moved = new != (person.status, person.text, person.since)
    if moved:
        first = person.changed_at == 0 and person.status is UserStatusType.UNKNOWN
        person.changed_at = status.since if first else now
    person.status, person.text, person.since = new
    person.platforms = tuple(map(safe_text, status.online_devices))
    return moved


def snapshot(person: Person) -> Person:
    """Return what shows of a person, to compare with after a change."""
    return Person(person.user_id, person.status, person.text)


def change_event(
    at: int, kind: EventKind, who: str, before: Person, after: Person, source: str = ""
) -> Event | None:
    """Return what to tell of a change, or None if nothing of it shows."""
    status = after.status if after.status is not before.status else None
    text = after.text if source or after.text != before.text else ""
    words = ""
    if status is None and before.text and not after.text:
        words = "cleared the text" if source or kind is not EventKind.OWN else "the text ended"
    if status is None and not text and not words:
        return None
    return Event(at, kind, who, status, text, words, source)


def names_or_count(user_ids: list[str], noun: str) -> str:
    """Return a few users by their IDs, and many as a count."""
    return ", ".join(user_ids) if len(user_ids) <= 3 else counted(len(user_ids), noun)


def summary_event(at: int, changes: list[Event]) -> Event:
    """Make one line of many changes."""
    kinds = {change.kind for change in changes}
    kind = EventKind.OTHER if kinds == {EventKind.OTHER} else EventKind.FRIEND
    noun = "friend" if kinds == {EventKind.FRIEND} else "user"
    tally = Tally(noun, tuple(Counter(change.status for change in changes).items()))
    return Event(at, kind, description=str(tally), tally=tally)

"""People as the store knows them, and what to tell when one of them changes."""

from collections import Counter
from dataclasses import dataclass

from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.events import Event, EventKind


@dataclass
class Person:
    """A user of whom the app knows."""

    user_id: str
    status: UserStatusType = UserStatusType.UNKNOWN
    text: str = ""
    since: int = 0
    friend: bool = False
    subscribed: bool = False


def update(person: Person, status: UserStatus) -> bool:
    """Put a status into a person and tell whether anything that shows is different."""
    new = status.status_type, safe_text(status.custom_status), status.since
    moved = new != (person.status, person.text, person.since)
    person.status, person.text, person.since = new
    return moved


def change(
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


def counted(number: int, noun: str) -> str:
    """Return ``1 friend`` or ``2 friends``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def named(user_ids: list[str], noun: str) -> str:
    """Return a few users by their IDs, and many as a count."""
    return ", ".join(user_ids) if len(user_ids) <= 3 else counted(len(user_ids), noun)


def summary(at: int, changes: list[Event]) -> Event:
    """Make one line of many changes."""
    kinds = {change.kind for change in changes}
    kind = EventKind.OTHER if kinds == {EventKind.OTHER} else EventKind.FRIEND
    noun = "friend" if kinds == {EventKind.FRIEND} else "user"
    by_status = Counter(change.status for change in changes)
    parts = [
        f"{counted(number, noun)} {status.name.lower()}"
        for status in UserStatusType
        if (number := by_status.get(status, 0))
    ]
    if texts := by_status.get(None, 0):
        parts.append(f"{counted(texts, 'new text')}")
    return Event(at, kind, words=" · ".join(parts))

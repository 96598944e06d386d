"""People, and the events for their changes."""

from collections import Counter

from msgspec import Struct

from imtui.protocol.messages import FriendInfo
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.model.events import Burst, Event, EventKind, Tally, burst, counted


class Person(Struct, gc=False):
    """A user known to the app."""

    user_id: str
    status: UserStatusType = UserStatusType.UNKNOWN
    text: str = ""
    since: int = 0
    """The start of the general status in Unix milliseconds; 0 if unknown."""
    friend: bool = False
    subscribed: bool = False
    changed_at: int = 0
    """The last visible change in Unix milliseconds; 0 if unknown."""
    name: str = ""
    """The own remark for them, else their nickname; may be empty."""
    signature: str = ""
    """Their profile signature, if they are a friend."""
    platforms: tuple[str, ...] = ()
    """The platforms they are connected from; only sure to be current after a query."""
    login: int = 0
    """The number of the login during which a source confirmed the status; 0 if it is not live."""
    asked_at: int = 0
    """The time of the answer that the status is from, in Unix milliseconds; 0 if from none."""

    @property
    def live(self) -> bool:
        """Tell whether a source keeps the status up to date."""
        return self.login != 0

    @property
    def live_status(self) -> UserStatusType:
        """Return the status if it is live, else UNKNOWN."""
        return self.status if self.login else UserStatusType.UNKNOWN

    def as_of(self, stale_since: int | None) -> int | None:
        """Return the time that the status is as of, in Unix milliseconds; None if it is now.

        Args:
            stale_since: When live statuses were last up to date, if they are stale.
        """
        return stale_since if self.login else self.asked_at or None


def update_name(person: Person, info: FriendInfo) -> None:
    """Update the name and the signature; the own remark has priority over the nickname."""
    person.name = safe_text(info.friend_remark or info.nick_name).strip()
    person.signature = safe_text(info.self_signature).strip()


def update_status(person: Person, status: UserStatus, now: int) -> bool:
    """Apply a status to a person, and return whether the visible state changed."""
    new = status.status_type, safe_text(status.custom_status), status.since
    moved = new != (person.status, person.text, person.since)
    if moved:
        first = person.changed_at == 0 and person.status is UserStatusType.UNKNOWN
        person.changed_at = status.since if first else now
    person.status, person.text, person.since = new
    person.platforms = tuple(map(safe_text, status.online_devices))
    return moved


def snapshot(person: Person) -> Person:
    """Return a copy of a person's visible state, to compare with after a change."""
    return Person(person.user_id, person.status, person.text)


def change_event(
    at: int, kind: EventKind, who: str, before: Person, after: Person, source: str = ""
) -> Event | None:
    """Return the event for a change, or None if nothing visible changed."""
    status = after.status if after.status is not before.status else None
    text = after.text if source or after.text != before.text else ""
    words = ""
    if status is None and before.text and not after.text:
        words = "cleared the text" if source or kind is not EventKind.OWN else "the text ended"
    if status is None and not text and not words:
        return None
    return Event(at, kind, who, status, text, words, source)


def names_or_count(user_ids: list[str], noun: str) -> str:
    """Return up to three user IDs as a list, and more as a count."""
    return ", ".join(user_ids) if len(user_ids) <= 3 else counted(len(user_ids), noun)


def summary_event(at: int, changes: list[Event]) -> Burst:
    """Return one event that counts many changes."""
    kinds = {change.kind for change in changes}
    kind = EventKind.OTHER if kinds == {EventKind.OTHER} else EventKind.FRIEND
    noun = "friend" if kinds == {EventKind.FRIEND} else "user"
    tally = Tally(noun, tuple(Counter(change.status for change in changes).items()))
    return burst(at, kind, tally)

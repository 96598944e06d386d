"""Who stands in the friend list, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imtui.protocol.status import UserStatusType
from imtui.tui.people import Person

_RANK: Final = {
    UserStatusType.ONLINE: 0,
    UserStatusType.OFFLINE: 1,
    UserStatusType.UNLOGINED: 2,
    UserStatusType.UNKNOWN: 3,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the friend list: a person, or a heading if there is no ``user_id``."""

    user_id: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the friends are online."""

    online: int
    all: int

    def __str__(self) -> str:
        """Return ``12 of 40 online``."""
        return f"{self.online} of {self.all} online"


def count(people: Iterable[Person]) -> Counts:
    """Count the people and those of them who are online."""
    statuses = [person.status for person in people]
    return Counts(statuses.count(UserStatusType.ONLINE), len(statuses))


def _order(person: Person) -> tuple[int, str, str]:
    return _RANK[person.status], person.user_id.casefold(), person.user_id


def arrange(people: Iterable[Person]) -> list[Row]:
    """Return the rows: friends by presence and name, then the subscribed who are no friends."""
    everybody = sorted(people, key=_order)
    friends = [person for person in everybody if person.friend]
    others = [person for person in everybody if not person.friend]
    rows = [Row(person.user_id) for person in friends]
    if others:
        rows.append(Row(heading=f"Not friends  {count(others)}"))
        rows.extend(Row(person.user_id) for person in others)
    return rows

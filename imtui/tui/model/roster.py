"""The friend list: its people, their order and the headings of groups."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final

from msgspec import Struct, field

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.search_key import search_key
from imtui.tui.model.person import Person
from imtui.tui.settings.schema import Order

FRIENDS: Final = "Friends"
NOT_FRIENDS: Final = "Not friends"

_RANK: Final = {
    UserStatusType.ONLINE: 0,
    UserStatusType.OFFLINE: 1,
    UserStatusType.UNLOGINED: 2,
    UserStatusType.UNKNOWN: 3,
}


class Heading(Struct, frozen=True):
    """The heading of a group."""

    name: str
    note: str = ""
    """Text after the name."""
    folded: bool = False


Row = str | Heading
"""A row of the friend list: the user ID of a person, or a heading."""


class View(Struct, frozen=True):
    """The options by which the list is arranged."""

    order: Order = Order.PRESENCE
    favourites: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict)
    """The group of each user in one, by user ID."""
    folded: frozenset[str] = frozenset()
    """Groups of which only the heading is shown."""
    query: str = ""
    """Show only matching people, including those in folded groups."""
    last_messages: Mapping[str, int] = field(default_factory=dict)
    """The time of the last message in Unix milliseconds, by user ID."""


class Counts(Struct, frozen=True):
    """The number of people, and of those known to be online now."""

    online: int
    all: int

    def __str__(self) -> str:
        """Return ``12 of 40 online``."""
        return f"{self.online} of {self.all} online"


def count(people: Iterable[Person]) -> Counts:
    """Count the people, and those online."""
    statuses = [person.live_status for person in people]
    return Counts(statuses.count(UserStatusType.ONLINE), len(statuses))


def matches(person: Person, query: str) -> bool:
    """Tell whether each word of ``query`` is in a person's name or text, or begins their status."""
    name, text = search_key(f"{person.user_id} {person.name}"), search_key(person.text)
    word = person.live_status.name.casefold()
    return all(
        part in name or part in text or word.startswith(part) for part in search_key(query).split()
    )


def _name(person: Person) -> str:
    name = person.name or person.user_id
    folded = name.casefold()
    # A name without capitals needs no copy.
    return name if folded == name else folded


def _rank(person: Person) -> int:
    return _RANK[person.live_status]


def _sort(people: list[Person], view: View) -> None:
    """Sort people by name, and then by the order of the view.

    Each step keeps the order of the step before among equals. Keys of several values would take
    more memory than everything else that the app knows of the people.
    """

    def change(person: Person) -> int:
        return -max(person.changed_at, person.since)

    def message(person: Person) -> int:
        return -view.last_messages.get(person.user_id, 0)

    people.sort(key=attrgetter("user_id"))
    people.sort(key=_name)
    for key in {
        Order.PRESENCE: [_rank],
        Order.NAME: [],
        Order.CHANGE: [change],
        Order.MESSAGE: [_rank, message],
    }[view.order]:
        people.sort(key=key)


def arrange_roster(people: Iterable[Person], view: View) -> list[Row]:
    """Return the rows: favourites, named groups, other friends, and users who are not friends."""
    shown = [person for person in people if not view.query or matches(person, view.query)]
    _sort(shown, view)
    rows: list[Row] = [one.user_id for one in shown if one.user_id in view.favourites]
    groups: dict[str, list[Person]] = {}
    for person in shown:
        if person.user_id not in view.favourites:
            groups.setdefault(_group_of(person, view), []).append(person)
    for name in sorted(groups, key=_group_sort_key):
        plain = name == FRIENDS and not any(map(_is_named, groups))
        rows += _members(groups[name]) if plain else _group(name, groups[name], view)
    return rows


def _group_of(person: Person, view: View) -> str:
    return view.groups.get(person.user_id) or (FRIENDS if person.friend else NOT_FRIENDS)


def _is_named(group: str) -> bool:
    return group not in (FRIENDS, NOT_FRIENDS)


def _group_sort_key(name: str) -> tuple[int, str, str]:
    return {FRIENDS: 1, NOT_FRIENDS: 2}.get(name, 0), name.casefold(), name


def _group(name: str, members: list[Person], view: View) -> list[Row]:
    folded = name in view.folded and not view.query
    heading = Heading(name, str(count(members)), folded)
    return [heading] if folded else [heading, *_members(members)]


def _members(members: list[Person]) -> list[Row]:
    return [person.user_id for person in members]

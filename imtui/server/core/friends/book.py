"""Users' notes on their friends, such as remarks, and their friend groups."""

from collections.abc import Iterable, Mapping, Set
from typing import Final

from msgspec import Struct


class FriendNote(Struct, frozen=True):
    """A user's note on a friend."""

    remark: str = ""
    """The user's own name for the friend; empty for none."""
    add_source: str = ""
    """Where the friend was found, such as ``AddSource_Type_Android``."""
    add_wording: str = ""
    """The text of the friend request."""
    custom: dict[str, str | int] = {}
    """The app's custom fields, by tag."""


NO_NOTE: Final = FriendNote()


class FriendBook:
    """The notes and friend groups of all users; it does not check friendships."""

    def __init__(self) -> None:
        """Start empty."""
        self._notes: dict[tuple[str, str], FriendNote] = {}
        self._groups: dict[str, dict[str, set[str]]] = {}

    def remark(self, owner: str, friend: str) -> str:
        """Return a user's remark on a friend; empty if there is none."""
        return self.note(owner, friend).remark

    def note(self, owner: str, friend: str) -> FriendNote:
        """Return a user's note on a friend."""
        return self._notes.get((owner, friend), NO_NOTE)

    def set_note(self, owner: str, friend: str, note: FriendNote) -> None:
        """Replace a user's note on a friend."""
        if note == NO_NOTE:
            self._notes.pop((owner, friend), None)
        else:
            self._notes[owner, friend] = note

    def groups(self, owner: str) -> Mapping[str, Set[str]]:
        """Return the groups of a user with their friends, in the order of their creation."""
        return self._groups.get(owner, {})

    def groups_of(self, owner: str, friend: str) -> list[str]:
        """Return the names of the groups that a friend is in, sorted."""
        return sorted(name for name, friends in self.groups(owner).items() if friend in friends)

    def make_group(self, owner: str, name: str) -> None:
        """Create a group; its name has to be new."""
        self._groups.setdefault(owner, {})[name] = set()

    def drop_group(self, owner: str, name: str) -> None:
        """Remove a group."""
        del self._groups[owner][name]
        if not self._groups[owner]:
            del self._groups[owner]

    def rename_group(self, owner: str, old: str, new: str) -> None:
        """Rename a group; its new name has to be new, and its place stays the same."""
        groups = self._groups[owner].items()
        self._groups[owner] = {new if name == old else name: friends for name, friends in groups}

    def put(self, owner: str, name: str, friends: Iterable[str]) -> None:
        """Put friends into a group."""
        self._groups[owner][name].update(friends)

    def take(self, owner: str, name: str, friends: Iterable[str]) -> None:
        """Remove friends from a group."""
        self._groups[owner][name].difference_update(friends)

    def forget(self, owner: str, friend: str) -> None:
        """Remove the note and group entries of a former friend."""
        self._notes.pop((owner, friend), None)
        for friends in self._groups.get(owner, {}).values():
            friends.discard(friend)

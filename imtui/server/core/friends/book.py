"""What users note of their friends: remarks and the like, and groups."""

from collections.abc import Iterable, Mapping, Set
from typing import Final

from msgspec import Struct


class FriendNote(Struct, frozen=True):
    """What is noted of a friendship, beside the groups."""

    remark: str = ""
    """What the user calls the friend; empty for nothing of their own."""
    add_source: str = ""
    """From where the friend was added, such as ``AddSource_Type_Android``."""
    add_wording: str = ""
    """The words of the request."""
    custom: dict[str, str | int] = {}
    """Fields of the app's own, by their tags."""


NO_NOTE: Final = FriendNote()


class FriendBook:
    """The notes and friend groups of all users; who is a friend is not its concern."""

    def __init__(self) -> None:
        """Start with nothing noted."""
        self._notes: dict[tuple[str, str], FriendNote] = {}
        self._groups: dict[str, dict[str, set[str]]] = {}

    def remark(self, owner: str, friend: str) -> str:
        """Return what a user calls a friend; empty if nothing of their own."""
        return self.note(owner, friend).remark

    def note(self, owner: str, friend: str) -> FriendNote:
        """Return what a user noted of a friend."""
        return self._notes.get((owner, friend), NO_NOTE)

    def set_note(self, owner: str, friend: str, note: FriendNote) -> None:
        """Note something of a friend, in place of what was noted before."""
        if note == NO_NOTE:
            self._notes.pop((owner, friend), None)
        else:
            self._notes[owner, friend] = note

    def groups(self, owner: str) -> Mapping[str, Set[str]]:
        """Return the groups of a user, each with its friends, in the order of their making."""
        return self._groups.get(owner, {})

    def groups_of(self, owner: str, friend: str) -> list[str]:
        """Return the names of the groups that a friend is in, in order."""
        return sorted(name for name, friends in self.groups(owner).items() if friend in friends)

    def make_group(self, owner: str, name: str) -> None:
        """Make a group; there is none of this name."""
        self._groups.setdefault(owner, {})[name] = set()

    def drop_group(self, owner: str, name: str) -> None:
        """Forget a group."""
        del self._groups[owner][name]
        if not self._groups[owner]:
            del self._groups[owner]

    def rename_group(self, owner: str, old: str, new: str) -> None:
        """Call a group by a name that no group has; it keeps its place."""
        groups = self._groups[owner].items()
        self._groups[owner] = {new if name == old else name: friends for name, friends in groups}

    def put(self, owner: str, name: str, friends: Iterable[str]) -> None:
        """Put friends into a group."""
        self._groups[owner][name].update(friends)

    def take(self, owner: str, name: str, friends: Iterable[str]) -> None:
        """Take friends out of a group."""
        self._groups[owner][name].difference_update(friends)

    def forget(self, owner: str, friend: str) -> None:
        """Forget what a user noted of somebody who is a friend no longer."""
        self._notes.pop((owner, friend), None)
        for friends in self._groups.get(owner, {}).values():
            friends.discard(friend)

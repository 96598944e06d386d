"""Who has whom in a list: friends, subscriptions, and whom somebody blocks."""

from collections.abc import Collection, Iterator, Sequence


class Relation:
    """Ordered lists of user IDs, one for each owner, that can be asked from both ends.

    The other end is a plain list: half the memory, for which a removal looks through it.
    """

    def __init__(self) -> None:
        """Start with empty lists."""
        self._lists: dict[str, dict[str, int]] = {}
        self._owners: dict[str, list[str]] = {}

    def append(self, owner: str, member: str, since: int = 0) -> None:
        """Put ``member`` at the end of the owner's list, wherever it was before.

        ``since`` says when, in Unix seconds, if anybody will ask.
        """
        members = self._lists.setdefault(owner, {})
        if members.pop(member, None) is None:
            self._owners.setdefault(member, []).append(owner)
        members[member] = since

    def remove(self, owner: str, member: str) -> bool:
        """Take ``member`` off the owner's list; tell whether it was there."""
        members = self._lists.get(owner, {})
        if member not in members:
            return False
        del members[member]
        owners = self._owners[member]
        owners.remove(owner)
        if not members:
            del self._lists[owner]
        if not owners:
            del self._owners[member]
        return True

    def has(self, owner: str, member: str) -> bool:
        """Tell whether ``member`` is on the owner's list."""
        return member in self._lists.get(owner, ())

    def since(self, owner: str, member: str) -> int:
        """Return when ``member`` came onto the owner's list, as was said then."""
        return self._lists[owner][member]

    def members(self, owner: str) -> Collection[str]:
        """Return the owner's list in its order."""
        return self._lists.get(owner, {}).keys()

    def owners(self, member: str) -> Sequence[str]:
        """Return who has ``member`` in their list."""
        return self._owners.get(member, ())

    def __iter__(self) -> Iterator[str]:
        """Iterate over the owners that have a list."""
        return iter(self._lists)


class ShortRelation:
    """A relation of lists with a few hundred members at most, in a third of the memory.

    Both ends are plain lists, and whatever asks for one member looks through them.
    """

    def __init__(self) -> None:
        """Start with empty lists."""
        self._lists: dict[str, list[str]] = {}
        self._owners: dict[str, list[str]] = {}

    def append(self, owner: str, member: str) -> None:
        """Put ``member`` at the end of the owner's list, wherever it was before."""
        members = self._lists.setdefault(owner, [])
        if member in members:
            members.remove(member)
        else:
            self._owners.setdefault(member, []).append(owner)
        members.append(member)

    def remove(self, owner: str, member: str) -> bool:
        """Take ``member`` off the owner's list; tell whether it was there."""
        if not self.has(owner, member):
            return False
        for lists, one, other in ((self._lists, owner, member), (self._owners, member, owner)):
            lists[one].remove(other)
            if not lists[one]:
                del lists[one]
        return True

    def has(self, owner: str, member: str) -> bool:
        """Tell whether ``member`` is on the owner's list."""
        return member in self._lists.get(owner, ())

    def members(self, owner: str) -> Collection[str]:
        """Return the owner's list in its order."""
        return self._lists.get(owner, ())

    def owners(self, member: str) -> Sequence[str]:
        """Return who has ``member`` in their list."""
        return self._owners.get(member, ())

    def __iter__(self) -> Iterator[str]:
        """Iterate over the owners that have a list."""
        return iter(self._lists)

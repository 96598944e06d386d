"""Relations between users: friend lists, subscriptions and blocklists."""

from collections.abc import Collection, Iterator, Sequence


class Relation:
    """An ordered list of members for each owner, with the owners of each member.

    Members are kept in dicts, and owners in plain lists, which take half the memory; a removal
    has to search the owners.
    """

    def __init__(self) -> None:
        """Start with empty lists."""
        self.edits = 0
        """How often a list was edited."""
        self._count = 0
        self._lists: dict[str, dict[str, int]] = {}
        self._owners: dict[str, list[str]] = {}

    def append(self, owner: str, member: str, since: int = 0) -> None:
        """Add ``member`` to the end of the owner's list, or move it there.

        ``since`` is the time to remember with it, in Unix seconds.
        """
        self.edits += 1
        members = self._lists.setdefault(owner, {})
        if members.pop(member, None) is None:
            self._owners.setdefault(member, []).append(owner)
            self._count += 1
        members[member] = since

    def remove(self, owner: str, member: str) -> bool:
        """Remove ``member`` from the owner's list; tell whether it was there."""
        members = self._lists.get(owner, {})
        if member not in members:
            return False
        self.edits += 1
        self._count -= 1
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
        """Return the time that was given when ``member`` was added to the owner's list."""
        return self._lists[owner][member]

    def members(self, owner: str) -> Collection[str]:
        """Return the owner's list, in order."""
        return self._lists.get(owner, {}).keys()

    def owners(self, member: str) -> Sequence[str]:
        """Return the owners whose lists have ``member``."""
        return self._owners.get(member, ())

    def __len__(self) -> int:
        """Return how many members all lists have together."""
        return self._count

    def __iter__(self) -> Iterator[str]:
        """Iterate over the owners whose lists are not empty."""
        return iter(self._lists)


class ShortRelation:
    """A relation for lists with a few hundred members at most; it takes a third of the memory.

    Members and owners are kept in plain lists, which have to be searched.
    """

    def __init__(self) -> None:
        """Start with empty lists."""
        self.edits = 0
        """How often a list was edited."""
        self._count = 0
        self._lists: dict[str, list[str]] = {}
        self._owners: dict[str, list[str]] = {}

    def append(self, owner: str, member: str) -> None:
        """Add ``member`` to the end of the owner's list, or move it there."""
        self.edits += 1
        members = self._lists.setdefault(owner, [])
        if member in members:
            members.remove(member)
        else:
            self._owners.setdefault(member, []).append(owner)
            self._count += 1
        members.append(member)

    def remove(self, owner: str, member: str) -> bool:
        """Remove ``member`` from the owner's list; tell whether it was there."""
        if not self.has(owner, member):
            return False
        self.edits += 1
        self._count -= 1
        for lists, one, other in ((self._lists, owner, member), (self._owners, member, owner)):
            lists[one].remove(other)
            if not lists[one]:
                del lists[one]
        return True

    def has(self, owner: str, member: str) -> bool:
        """Tell whether ``member`` is on the owner's list."""
        return member in self._lists.get(owner, ())

    def members(self, owner: str) -> Collection[str]:
        """Return the owner's list, in order."""
        return self._lists.get(owner, ())

    def owners(self, member: str) -> Sequence[str]:
        """Return the owners whose lists have ``member``."""
        return self._owners.get(member, ())

    def __len__(self) -> int:
        """Return how many members all lists have together."""
        return self._count

    def __iter__(self) -> Iterator[str]:
        """Iterate over the owners whose lists are not empty."""
        return iter(self._lists)

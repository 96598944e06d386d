"""Pending friend requests, by asker and by receiver."""

from collections.abc import ValuesView

from msgspec import Struct


class FriendRequest(Struct, frozen=True):
    """A pending friend request; durable."""

    asker: str
    receiver: str
    add_time: int
    """When it was last sent, in Unix milliseconds."""
    wording: str = ""
    remark: str = ""
    """What the asker will call the receiver."""
    group: str = ""
    """The friend group into which the asker will put the receiver."""
    is_read: bool = False
    """Whether the receiver has read it."""
    source: str = ""
    """Where the asker found the receiver, such as ``AddSource_Type_Android``."""


class FriendRequests:
    """All pending friend requests; those of a user are in the order in which they were sent."""

    def __init__(self) -> None:
        """Start without requests."""
        self._incoming: dict[str, dict[str, FriendRequest]] = {}
        self._outgoing: dict[str, dict[str, FriendRequest]] = {}

    def get(self, asker: str, receiver: str) -> FriendRequest | None:
        """Return the request of one user to another, if there is one."""
        return self._incoming.get(receiver, {}).get(asker)

    def put(self, request: FriendRequest) -> None:
        """Add a request, in place of an earlier one of the same asker to the same receiver."""
        asker, receiver = request.asker, request.receiver
        self.remove(asker, receiver)
        self._incoming.setdefault(receiver, {})[asker] = request
        self._outgoing.setdefault(asker, {})[receiver] = request

    def remove(self, asker: str, receiver: str) -> FriendRequest | None:
        """Remove a request, and return it if there was one."""
        found = self.get(asker, receiver)
        if found is not None:
            for lists, owner, other in (
                (self._incoming, receiver, asker),
                (self._outgoing, asker, receiver),
            ):
                del lists[owner][other]
                if not lists[owner]:
                    del lists[owner]
        return found

    def incoming(self, receiver: str) -> ValuesView[FriendRequest]:
        """Return the requests that a user received."""
        return self._incoming.get(receiver, {}).values()

    def outgoing(self, asker: str) -> ValuesView[FriendRequest]:
        """Return the requests that a user sent."""
        return self._outgoing.get(asker, {}).values()

    def read(self, request: FriendRequest) -> None:
        """Replace an unread request by the same one marked as read."""
        asker, receiver = request.asker, request.receiver
        self._incoming[receiver][asker] = self._outgoing[asker][receiver] = request

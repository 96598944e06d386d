"""Friend requests that wait for an answer, to be found from both sides."""

from collections.abc import ValuesView

from msgspec import Struct


class FriendRequest(Struct, frozen=True):
    """A request of one user to be the friend of another; durable."""

    asker: str
    receiver: str
    add_time: int
    """When it was last made, in Unix milliseconds."""
    wording: str = ""
    remark: str = ""
    """What the asker will call the receiver."""
    group: str = ""
    """The friend group into which the asker will put the receiver."""
    is_read: bool = False
    """Read by the receiver."""
    source: str = ""
    """Where the asker found the receiver, such as ``AddSource_Type_Android``."""


class FriendRequests:
    """All friend requests, those of a user in the order in which they were last made."""

    def __init__(self) -> None:
        """Start with none."""
        self._incoming: dict[str, dict[str, FriendRequest]] = {}
        self._outgoing: dict[str, dict[str, FriendRequest]] = {}

    def get(self, asker: str, receiver: str) -> FriendRequest | None:
        """Return the request of one user to another, if there is one."""
        return self._incoming.get(receiver, {}).get(asker)

    def put(self, request: FriendRequest) -> None:
        """Add a request, in place of an earlier one between the same two."""
        asker, receiver = request.asker, request.receiver
        self.remove(asker, receiver)
        self._incoming.setdefault(receiver, {})[asker] = request
        self._outgoing.setdefault(asker, {})[receiver] = request

    def remove(self, asker: str, receiver: str) -> FriendRequest | None:
        """Take a request away, and return it if there was one."""
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
        """Return the requests that a user made."""
        return self._outgoing.get(asker, {}).values()

    def read(self, request: FriendRequest) -> None:
        """Put a request that was read in the place of the one that was not."""
        asker, receiver = request.asker, request.receiver
        self._incoming[receiver][asker] = self._outgoing[asker][receiver] = request

"""Friend requests that wait for an answer, to be found from both sides."""

from collections.abc import ValuesView

from msgspec import Struct


class Application(Struct, frozen=True):
    """A request of one user to be another one's friend; durable."""

    asker: str
    receiver: str
    add_time: int
    """When it was last made, in Unix milliseconds."""
    wording: str = ""
    remark: str = ""
    """What the asker will call the other one."""
    group: str = ""
    """Into which friend group the asker will put the other one."""
    is_read: bool = False
    """Read by the receiver."""
    source: str = ""
    """From where the asker adds the other one, such as ``AddSource_Type_Android``."""


class Applications:
    """All friend requests, those of a user in the order in which they were last made."""

    def __init__(self) -> None:
        """Start with none."""
        self._incoming: dict[str, dict[str, Application]] = {}
        self._outgoing: dict[str, dict[str, Application]] = {}

    def get(self, asker: str, receiver: str) -> Application | None:
        """Return the request of one user to another, if there is one."""
        return self._incoming.get(receiver, {}).get(asker)

    def put(self, application: Application) -> None:
        """Add a request, in place of an earlier one between the same two."""
        asker, receiver = application.asker, application.receiver
        self.remove(asker, receiver)
        self._incoming.setdefault(receiver, {})[asker] = application
        self._outgoing.setdefault(asker, {})[receiver] = application

    def remove(self, asker: str, receiver: str) -> Application | None:
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

    def incoming(self, receiver: str) -> ValuesView[Application]:
        """Return the requests that a user received."""
        return self._incoming.get(receiver, {}).values()

    def outgoing(self, asker: str) -> ValuesView[Application]:
        """Return the requests that a user made."""
        return self._outgoing.get(asker, {}).values()

    def read(self, application: Application) -> None:
        """Put a request that was read in the place of the one that was not."""
        asker, receiver = application.asker, application.receiver
        self._incoming[receiver][asker] = self._outgoing[asker][receiver] = application

"""What the core and an edge call of each other."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from imtui.protocol.jsonrpc import Request
from imtui.protocol.messages import CloseCode
from imtui.protocol.proof import Proof
from imtui.protocol.status import Platform


class HTTPRequest(Struct, frozen=True):
    """A request to the HTTP port, whole."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    problem: str = ""
    """Why there is no body: ``too large`` or ``too slow``."""


class HTTPAnswer(Struct, frozen=True):
    """The answer to it."""

    content: bytes
    media_type: str
    status: int = 200


class CorePort(Protocol):
    """The core, as an edge calls it. A session is a number that the edge chose."""

    def login(self, session_id: int, proof: Proof, request: Request) -> None:
        """Log a connection in whose UserSig was checked; the answer comes to the edge's port."""

    def request(self, session_id: int, request: Request, *, is_dropped: bool = False) -> None:
        """Carry out a request; the answer comes to the edge's port.

        Args:
            session_id: Who calls.
            request: What; without an ID it is not answered.
            is_dropped: The app's own server drops it: only its caller is to see what it does.
        """

    def lost(self, session_id: int, *, is_silent: bool = False) -> None:
        """Note that a connection ended without a logout.

        Args:
            session_id: Which one; it may not be logged in.
            is_silent: Nothing was received from it for the heartbeat time-out.
        """

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        """Answer a request to the HTTP port."""


class EdgePort(Protocol):
    """An edge, as the core calls it. Sessions that the edge does not have any more are skipped.

    What comes for one session is sent in its order. ``flush`` ends what belongs together.
    """

    def answer(self, session_id: int, data: bytes) -> None:
        """Send the answer to the session's earliest request that is not answered, in JSON."""

    def push(self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool) -> None:
        """Send a push, in JSON.

        Args:
            session_ids: To whom.
            data: What.
            is_chat: It tells of messages: if it has to be dropped, the client is told so.
        """

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a status of a watched user, in JSON; a later one takes the place of this one."""

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None:
        """Drop the statuses of some users that were not sent yet."""

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        """Note who is logged in on a connection, and on which platform; empty for nobody."""

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        """Close a connection."""

    def flush(self) -> None:
        """Send what came since the last time."""

"""The interfaces between the core and an edge."""

from collections.abc import Mapping
from typing import Final, Protocol

from msgspec import Struct

from imtui.protocol.app_key import KeyRing
from imtui.protocol.errors import ErrorCode
from imtui.protocol.jsonrpc import ErrorObject, Request, encode
from imtui.protocol.messages import CloseCode
from imtui.protocol.proof import Proof
from imtui.protocol.status import Platform

EDGE_SHIFT: Final = 40
"""A session ID has the number of its edge above so many bits."""


class HTTPRequest(Struct, frozen=True):
    """A complete request to the HTTP port."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    problem: str = ""
    """Why the body is missing: ``too large`` or ``too slow``."""
    address: str = ""
    """The IP address of the client; empty if unknown."""
    proof: Proof | None = None
    """The proof that an admin calls, if it was checked."""
    refusal: ErrorObject | None = None
    """Why the caller is no admin."""


class HTTPAnswer(Struct, frozen=True):
    """The answer to an HTTP request."""

    content: bytes
    media_type: str
    status: int = 200


COME_BACK: Final = HTTPAnswer(
    encode(
        {
            "ActionStatus": "FAIL",
            "ErrorCode": int(ErrorCode.ERR_SVR_COMM_REQUEST_TIMEOUT),
            "ErrorInfo": "The core of the backend restarts; try again.",
        }
    ),
    "application/json",
    503,
)
"""The answer to a REST request whose core has ended: it may have been carried out, or not."""


class CorePort(Protocol):
    """The core, as an edge calls it. The edge chooses the session IDs.

    Answers arrive at the edge's port.
    """

    def login(
        self, session_id: int, proof: Proof, request: Request, address: str, spent: float
    ) -> float:
        """Log in a connection whose UserSig was checked.

        Args:
            session_id: The connection.
            proof: The verified UserSig.
            request: The request.
            address: The IP address of the client; empty if unknown.
            spent: What the login has cost the edge, in seconds of CPU time.

        Returns:
            What it has cost in all, if no account pays for it, as it failed; else 0.
        """

    def request(
        self, session_id: int, request: Request, spent: float, *, is_dropped: bool = False
    ) -> float:
        """Carry out a request.

        Args:
            session_id: The calling session.
            request: The request; without an ID it gets no answer.
            spent: What it has cost the edge, in seconds of CPU time.
            is_dropped: The app's own server drops it: only the caller sees its effect.

        Returns:
            What it has cost in all, if no account pays for it, as nobody is logged in; else 0.
        """

    def uncommitted_size(self, session_id: int) -> int:
        """Return how many bytes of answers to a session wait for a commit."""

    def lost(self, session_id: int, *, is_silent: bool = False) -> None:
        """Note that a connection ended without a logout.

        Args:
            session_id: The connection; it need not be logged in.
            is_silent: Nothing was received from it for the heartbeat time-out.
        """

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        """Answer a request to the HTTP port."""


class EdgePort(Protocol):
    """An edge, as the core calls it. Sessions that have ended are skipped.

    Each session receives everything in the order of the calls. ``flush`` ends a group of calls.
    """

    def answer(self, session_id: int, data: bytes) -> None:
        """Send the answer to the session's earliest request that is not answered, in JSON."""

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None:
        """Send a push, in JSON.

        Args:
            session_ids: The receiving sessions.
            data: The push.
            is_chat: It concerns messages: if it is dropped, the client is notified of that.
            state: What it describes as a whole, if it does: of several that wait, only the last
                one need be sent.
        """

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a watched user's status, in JSON; only their last unsent status is sent.

        The list of sessions must not change afterwards. ``flush`` follows.
        """

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None:
        """Drop the statuses of some users that are still to be sent."""

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        """Set the user and platform of a connection; an empty user ID means nobody."""

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        """Close a connection."""

    def keys_changed(self, key_ring: KeyRing) -> None:
        """Verify UserSigs with these keys from now on."""

    def admins_changed(self, user_ids: frozenset[str]) -> None:
        """Let in requests of these admins from now on."""

    def heartbeat_timeout_changed(self, timeout: float) -> None:
        """Set how long a session may be silent, in seconds; those logged in keep a longer one."""

    def flush(self) -> None:
        """Send everything that was added since the last flush."""


class LinkedEdge(EdgePort, Protocol):
    """An edge whose core is in another process."""

    def charge(self, session_id: int, cost: float) -> None:
        """Let a connection pay for what its requests have cost the core, in seconds."""

    def go_away(self, session_ids: set[int]) -> None:
        """Close connections, whose clients come back."""

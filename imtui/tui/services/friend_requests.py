"""Friend requests, blocked users, remarks and the own profile."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import FriendApplication, FriendApplicationType
from imtui.protocol.profiles import FriendAllowType
from imtui.protocol.safe_text import safe_text
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.model.alert import Alert, AlertKind
from imtui.tui.model.events import EventKind

if TYPE_CHECKING:
    from imtui.tui.model.model import Model
    from imtui.tui.services.client import ChatClient


class Request(Struct, frozen=True):
    """A friend request; all of its text is safe to show."""

    user_id: str
    is_incoming: bool
    """Whether the other user sent it."""
    at: int
    """The time in Unix milliseconds."""
    wording: str


class FriendRequests:
    """The friend requests and the blocked users, and the calls about them."""

    def __init__(
        self,
        model: "Model",
        keys: Keys,
        client: "Callable[[], ChatClient]",
        alert: Callable[[Alert], None],
    ) -> None:
        """Create the service.

        Args:
            model: The model.
            keys: The keys of the commands, for sentences.
            client: Returns the client, or raises IMError 6014.
            alert: Called with each alert.
        """
        self._model = model
        self._keys = keys
        self._client = client
        self._alert = alert
        self._requests: dict[str, Request] = {}
        self.blocked: list[str] = []
        """The IDs of the blocked users, the earliest first."""

    @property
    def requests(self) -> list[Request]:
        """Return the incoming requests, then the others, each with the newest first."""
        return sorted(self._requests.values(), key=lambda one: (not one.is_incoming, -one.at))

    # Events

    async def sync(self) -> None:
        """Load the requests and the blocked users.

        Raises:
            IMError: The codes of the two calls.
        """
        answer = await self._client().get_friend_application_list()
        known, self._requests = self._requests, {}
        self.requests_added(one for one in answer.friend_application_list if one.user_id in known)
        self.requests_added(
            one for one in answer.friend_application_list if one.user_id not in known
        )
        self.blocked = await self._client().get_black_list()
        self._model.feed.roster_changed()

    def requests_added(self, applications: Iterable[FriendApplication]) -> None:
        """Handle new requests, incoming or own."""
        for one in applications:
            is_incoming = one.type is FriendApplicationType.COME_IN
            request = Request(one.user_id, is_incoming, one.add_time, safe_text(one.add_wording))
            before = self._requests.get(one.user_id)
            self._requests[one.user_id] = request
            if is_incoming and before != request:
                asks = with_keys("asks to be your friend ({requests}: answer)", self._keys)
                words = f": {request.wording}" if request.wording else ""
                self._alert(Alert(AlertKind.REQUEST, one.user_id, f"{asks}{words}", asks))
        self._model.feed.roster_changed()

    def requests_deleted(self, user_ids: Iterable[str]) -> None:
        """Handle requests that were answered or withdrawn."""
        for user_id in user_ids:
            self._requests.pop(user_id, None)
        self._model.feed.roster_changed()

    def users_blocked(self, user_ids: Iterable[str]) -> None:
        """Handle newly blocked users."""
        self.blocked += [one for one in user_ids if one not in self.blocked]
        self._model.feed.roster_changed()

    def users_unblocked(self, user_ids: Iterable[str]) -> None:
        """Handle unblocked users."""
        unblocked = set(user_ids)
        self.blocked = [one for one in self.blocked if one not in unblocked]
        self._model.feed.roster_changed()

    # Calls for the user; each raises IMError with the codes of its SDK call

    async def add_friend(self, user_id: str, wording: str = "") -> None:
        """Add a friend, or send a request if they have to confirm."""
        person = self._model.person(user_id)
        if person is not None and person.friend:
            # Call the backend anyway, because they may have deleted the user.
            self._model.feed.emit(EventKind.NOTICE, "is a friend already", who=user_id)
        try:
            await self._client().add_friend(user_id, add_wording=wording)
        except IMError as error:
            if error.code != ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM:
                raise
            self._model.feed.emit(EventKind.NOTICE, "was asked, and has to agree", who=user_id)

    async def delete_friend(self, user_id: str) -> None:
        """Delete a friend from both friend lists."""
        await self._client().delete_from_friend_list([user_id])

    async def accept_request(self, user_id: str) -> None:
        """Accept a request; both users are then friends."""
        await self._client().accept_friend_application(user_id)

    async def refuse_request(self, user_id: str) -> None:
        """Refuse an incoming request, or withdraw an own one."""
        request = self._requests.get(user_id)
        if request is not None and not request.is_incoming:
            await self._client().delete_friend_application(user_id)
        else:
            await self._client().refuse_friend_application(user_id)

    async def block(self, user_id: str) -> None:
        """Block a user, which ends the friendship."""
        await self._client().add_to_black_list([user_id])
        self._model.feed.emit(
            EventKind.NOTICE,
            "is blocked: no messages, no requests, and does not see your status",
            who=user_id,
        )

    async def unblock(self, user_id: str) -> None:
        """Unblock a user."""
        await self._client().delete_from_black_list([user_id])
        self._model.feed.emit(EventKind.NOTICE, "is no longer blocked", who=user_id)

    async def set_remark(self, user_id: str, remark: str) -> None:
        """Set the remark for a friend; an empty one removes it."""
        await self._client().set_friend_info(user_id, remark)

    async def set_nick_name(self, nick_name: str) -> None:
        """Set the own nickname; an empty one removes it."""
        await self._client().set_self_info(nick_name=nick_name)

    async def set_signature(self, signature: str) -> None:
        """Set the own profile signature; an empty one removes it."""
        await self._client().set_self_info(self_signature=signature)

    async def set_allow_type(self, allow_type: FriendAllowType) -> None:
        """Set who may become a friend."""
        await self._client().set_self_info(allow_type=allow_type)

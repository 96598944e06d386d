"""The friend list of a user, as an admin sees it."""

from typing import TYPE_CHECKING

from imtui.cli.admin.calls import call
from imtui.cli.admin.client import AdminClient
from imtui.protocol.errors import ErrorCode, IMError

if TYPE_CHECKING:
    from imtui.cli.admin.answers import Friend


async def list_friends(client: AdminClient, user: str) -> "list[Friend]":
    """Return all friends of a user.

    Raises:
        CommandError: The admin's UserSig is refused, or no backend is running.
        IMError: The command is refused; 6001 if the backend repeats a page; a connection error.
    """
    from imtui.cli.admin.answers import FriendPage

    friends: list[Friend] = []
    at, is_complete = 0, False
    while not is_complete:
        body = {"From_Account": user, "StartIndex": at}
        page = await call(client, "sns/friend_get", body, FriendPage)
        friends += page.friends or ()
        is_complete = bool(page.complete)
        if not is_complete and page.next_index <= at:
            raise IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED, "The backend repeats a page.")
        at = page.next_index
    return friends

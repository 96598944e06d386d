"""Callbacks before events, as commands and edges call them."""

from collections.abc import Sequence
from typing import Protocol

from imtui.protocol.chat import SendMessageParams
from imtui.protocol.errors import IMError
from imtui.protocol.messages import AddFriendParams
from imtui.protocol.rest.callback import OptPlatform
from imtui.protocol.rest.message_body import Elements


class MessageDropped(Exception):
    """The app's server drops a message without telling its sender.

    The sender's answer is the same as for a sent message, and only the sender keeps it.
    """


class BeforeCallbacks(Protocol):
    """Asks the app's own server before events."""

    async def before_send(
        self,
        sender: str,
        params: SendMessageParams,
        *,
        msg_body: Elements | None = None,
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> SendMessageParams:
        """Ask whether a message may be sent, and return the message to send.

        Raises:
            IMError: 20006 if the message is forbidden; a code from 120001 to 130000 that the
                app's server chose; 80003 if it could not be asked; 7008.
            MessageDropped: Drop the message without telling the sender.
        """

    async def before_friend_add(
        self,
        requester: str,
        owner: str,
        params: Sequence[AddFriendParams],
        *,
        source: str = "",
        is_forced: bool = False,
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> dict[str, IMError]:
        """Ask whether a user may add friends, and return the refusals by user ID.

        Raises:
            IMError: 80003 if the app's server could not be asked; 7008.
        """

"""Asking the app's own server before something happens, as commands and edges see it."""

from collections.abc import Sequence
from typing import Protocol

from imtui.protocol.chat import SendMessageParams
from imtui.protocol.errors import IMError
from imtui.protocol.messages import AddFriendParams
from imtui.protocol.rest.callback import OptPlatform
from imtui.protocol.rest.message_body import Elements


class MessageDropped(Exception):
    """The app's server takes a message away, and its sender is not to know.

    The sender is answered as if it had been sent, and has it; nobody else does.
    """


class BeforeCallbacks(Protocol):
    """The callbacks that ask."""

    async def before_send(
        self,
        sender: str,
        params: SendMessageParams,
        *,
        msg_body: Elements | None = None,
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> SendMessageParams:
        """Ask whether a message may be sent, and return it as it is to be sent.

        Raises:
            IMError: 20006 if it may not; a code from 120001 to 130000 of the app's server.
            MessageDropped: It goes nowhere, and the sender is not to know.
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
        """Ask whether somebody may add friends, and return why not for those who may not be."""

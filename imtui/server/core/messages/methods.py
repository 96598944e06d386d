"""The methods of messages and conversations."""

from collections.abc import Mapping
from typing import Final

from imtui.protocol import chat
from imtui.protocol.messages import Method
from imtui.server.core.endpoint import Endpoint
from imtui.server.core.messages import listing, reading, removing, sending

METHODS: Final[Mapping[Method, Endpoint]] = {
    Method.SEND_MESSAGE: Endpoint(
        chat.SendMessageParams, sending.send_message, dropped=sending.send_dropped
    ),
    Method.GET_C2C_HISTORY_MESSAGE_LIST: Endpoint(chat.GetHistoryParams, reading.get_history),
    Method.GET_CHANGED_MESSAGES: Endpoint(
        chat.GetChangedMessagesParams, reading.get_changed_messages
    ),
    Method.REVOKE_MESSAGE: Endpoint(chat.RevokeMessageParams, removing.revoke_message),
    Method.DELETE_MESSAGES: Endpoint(chat.DeleteMessagesParams, removing.delete_messages),
    Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT: Endpoint(
        chat.CleanUnreadParams, listing.clean_unread
    ),
    Method.GET_CONVERSATION_LIST: Endpoint(chat.GetConversationListParams, listing.get_list),
    Method.PIN_CONVERSATION: Endpoint(chat.PinConversationParams, listing.pin),
    Method.SET_C2C_RECEIVE_MESSAGE_OPT: Endpoint(chat.SetReceiveOptParams, listing.set_receive_opt),
    Method.DELETE_CONVERSATION: Endpoint(chat.DeleteConversationParams, listing.delete),
}

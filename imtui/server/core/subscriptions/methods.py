"""The methods of subscriptions."""

from collections.abc import Mapping
from typing import Final

from imtui.protocol.messages import Empty, Method, UnsubscribeParams, UserIDListParams
from imtui.server.core.endpoint import Endpoint
from imtui.server.core.subscriptions import subscribing

METHODS: Final[Mapping[Method, Endpoint]] = {
    Method.SUBSCRIBE_USER_STATUS: Endpoint(UserIDListParams, subscribing.subscribe),
    Method.UNSUBSCRIBE_USER_STATUS: Endpoint(UnsubscribeParams, subscribing.unsubscribe),
    Method.GET_SUBSCRIPTIONS: Endpoint(Empty, subscribing.get_subscriptions, is_durable=False),
}

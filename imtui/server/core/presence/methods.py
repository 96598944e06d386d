"""The methods of statuses."""

from collections.abc import Mapping
from typing import Final

from imtui.protocol.messages import Method, SetSelfStatusParams, UserIDListParams
from imtui.server.core.endpoint import Endpoint
from imtui.server.core.presence import statuses

METHODS: Final[Mapping[Method, Endpoint]] = {
    Method.SET_SELF_STATUS: Endpoint(
        SetSelfStatusParams, statuses.set_self_status, is_durable=False
    ),
    Method.GET_USER_STATUS: Endpoint(UserIDListParams, statuses.get_user_status, is_durable=False),
}

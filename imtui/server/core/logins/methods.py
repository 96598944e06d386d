"""The methods of logins."""

from collections.abc import Mapping
from typing import Final

from imtui.protocol.messages import Empty, LoginParams, Method
from imtui.server.core.endpoint import Endpoint
from imtui.server.core.logins import login

METHODS: Final[Mapping[Method, Endpoint]] = {
    Method.LOGIN: Endpoint(LoginParams, login.login),
    Method.LOGOUT: Endpoint(Empty, login.logout),
    Method.HEARTBEAT: Endpoint(Empty, login.heartbeat, is_durable=False),
}

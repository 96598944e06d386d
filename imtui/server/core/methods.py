"""The table of all methods."""

from collections.abc import Mapping
from typing import Final

from imtui.protocol.messages import Method
from imtui.server.core.endpoint import Endpoint
from imtui.server.core.friends.methods import METHODS as FRIENDS
from imtui.server.core.logins.methods import METHODS as LOGINS
from imtui.server.core.messages.methods import METHODS as MESSAGES
from imtui.server.core.presence.methods import METHODS as PRESENCE
from imtui.server.core.subscriptions.methods import METHODS as SUBSCRIPTIONS

METHODS: Final[Mapping[str, Endpoint]] = {
    method.value: endpoint
    for table in (LOGINS, PRESENCE, SUBSCRIPTIONS, FRIENDS, MESSAGES)
    for method, endpoint in table.items()
}
"""All endpoints, by the name of the method on the wire."""

assert METHODS.keys() == {method.value for method in Method}

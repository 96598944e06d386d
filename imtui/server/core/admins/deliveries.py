"""Deliveries for changes of the admins."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.server.core.admins.changes import AdminAdded, AdminRemoved
from imtui.server.core.change import Change
from imtui.server.core.delivery import AdminsDelivery, Deliver
from imtui.server.core.state import State


def _admins_changed(state: State, change: AdminAdded | AdminRemoved) -> Iterable[AdminsDelivery]:
    yield AdminsDelivery(change.user_ids)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    AdminAdded: _admins_changed,
    AdminRemoved: _admins_changed,
}

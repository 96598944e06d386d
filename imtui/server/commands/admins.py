"""``imtui_admin``, which the field does not have: the admins of the app."""

from typing import Final

from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Answer, Call, Command, extension
from imtui.server.core.admins.administering import add_admin, list_admins, remove_admin

_SERVICE: Final = extension("imtui_admin")


class AdminAdd(Body, frozen=True):
    """The admin to add, or to give another role."""

    user_id: str
    role: Role


class AdminRemove(Body, frozen=True):
    """The admin to remove."""

    user_id: str


class AdminItem(Body, frozen=True):
    """An admin."""

    user_id: str
    role: Role
    since: int
    """When they were added, in Unix milliseconds; 0 for the first admin."""


class AdminsTold(Body, frozen=True):
    """All admins, the first one first."""

    admin_item: list[AdminItem]


def _add(call: Call, params: AdminAdd) -> Answer:
    add_admin(call.context, params.user_id, params.role)
    return Answer()


def _list(call: Call, params: Answer) -> AdminsTold:
    return AdminsTold(
        [AdminItem(one.user_id, one.role, one.since) for one in list_admins(call.context)]
    )


def _remove(call: Call, params: AdminRemove) -> Answer:
    remove_admin(call.context, params.user_id)
    return Answer()


COMMANDS: Final = (
    Command(_SERVICE, "add", "Add an admin, or give one another role.", AdminAdd, Answer, _add),
    Command(
        _SERVICE,
        "list",
        "Return all admins.",
        Answer,
        AdminsTold,
        _list,
        role=Role.READ,
        is_read_only=True,
    ),
    Command(
        _SERVICE,
        "remove",
        "Remove an admin, and revoke their UserSigs.",
        AdminRemove,
        Answer,
        _remove,
    ),
)

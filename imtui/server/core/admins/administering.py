"""Adding, listing and removing admins."""

from msgspec import structs

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR, check_user_id
from imtui.protocol.limits import ADMINS_MAX
from imtui.protocol.rest.role import Role
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.admins.admin import Admin
from imtui.server.core.admins.admins import Admins
from imtui.server.core.admins.changes import AdminAdded, AdminRemoved
from imtui.server.core.context import Context


def get_role(context: Context, user_id: str) -> Role | None:
    """Return the role of an admin; None if there is no such admin."""
    admin = context.state[Admins].get(user_id)
    return None if admin is None else admin.role


def list_admins(context: Context) -> list[Admin]:
    """Return all admins, the first one first and the others by user ID."""
    return list(context.state[Admins])


def get_admin_ids(context: Context) -> frozenset[str]:
    """Return the user IDs of all admins."""
    return context.state[Admins].user_ids


def add_admin(context: Context, user_id: str, role: Role) -> None:
    """Add an admin, or give one another role.

    Raises:
        IMError: 6017 for an invalid ID; 70402 for the first admin, the name of an account, or more
            than 100 admins.
    """
    check_user_id(user_id, "UserID")
    admins = context.state[Admins]
    if user_id == ADMINISTRATOR:
        raise _invalid(f"{ADMINISTRATOR} is the first admin, always with the role full.")
    if user_id in context.state[Accounts]:
        raise _invalid(f"{user_id} is an account. Choose a name that no user has.")
    known = admins.get(user_id)
    if known is None and len(admins) >= ADMINS_MAX:
        raise _invalid(f"There are {ADMINS_MAX} admins, which is the most. Remove one first.")
    if known is not None and known.role is role:
        return
    admin = (
        Admin(user_id, role, context.now.unix_ms)
        if known is None
        else structs.replace(known, role=role)
    )
    admins.put(admin)
    context.state.emit(AdminAdded(admin, admins.user_ids))


def remove_admin(context: Context, user_id: str) -> None:
    """Remove an admin, and revoke their UserSigs that were made until now.

    So these are of no use if the name becomes an admin's or an account's again.

    Raises:
        IMError: 70402 for the first admin; 70107 if there is no such admin.
    """
    state, second = context.state, context.now.unix_ms // 1000
    admins = state[Admins]
    if user_id == ADMINISTRATOR:
        raise _invalid(f"{ADMINISTRATOR} is the first admin, and cannot be removed.")
    if admins.get(user_id) is None:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND, "There is no such admin.")
    admins.remove(user_id)
    state[Accounts].user_sigs.revoke(user_id, second, ())
    state.emit(AdminRemoved(user_id, second, admins.user_ids))


def _invalid(message: str) -> IMError:
    return IMError(ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS, message)

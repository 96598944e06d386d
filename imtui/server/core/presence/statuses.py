"""Setting the custom status, and querying statuses."""

from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.messages import (
    Method,
    SetSelfStatusParams,
    UserIDListParams,
    UserStatusList,
)
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.caller import Session
from imtui.server.core.context import Context
from imtui.server.core.friends.hiding import status_for
from imtui.server.core.presence.recompute import recompute
from imtui.server.core.rates import Rates


def set_self_status(context: Context, params: SetSelfStatusParams) -> None:
    """Set or clear the custom status of the caller's account.

    A text of white space only clears it. At ``expires_at``, in Unix milliseconds, the text ends
    and the earlier one returns.

    Raises:
        IMError: 6017; 7014 through a passive login while the account is not ONLINE.
    """
    now, expires_at = context.now, params.expires_at
    text = identifiers.check_custom_status(params.custom_status)
    if expires_at is not None and not now.unix_ms < expires_at <= limits.UNIX_MS_MAX:
        raise invalid_parameters("expiresAt", "an end is in the future and before 2^53, in Unix ms")
    account = context.state[Accounts][context.user_id]
    if not account.live:
        raise IMError(
            ErrorCode.ERR_SDK_INVALID_OPERATION,
            f"{account.user_id} is not online on any device; log in there first.",
        )
    account.custom = account.custom.at(now.unix_ms).set(text, expires_at)
    caller = context.caller
    changed_by = caller.device if isinstance(caller, Session) else None
    recompute(context.state, account, now, changed_by, was_set=True)


def get_user_status(context: Context, params: UserIDListParams) -> UserStatusList:
    """Return the statuses of users that exist, in the order of the request.

    Querying others needs the edition and the console's switch, and is limited to 500 users a call
    and 20 calls in 5 s. Querying oneself alone is always possible.

    Raises:
        IMError: 6017, 7013, 72001, 7008; 70107 if none of them exists.
    """
    unique = identifiers.check_user_ids(params.user_id_list, limits.QUERY_MAX_USERS)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    state, own = context.state, context.user_id
    if unique != [own]:
        state.console.check_user_status()
        state[Rates].count(own, Method.GET_USER_STATUS, context.now.monotonic)
    accounts = state[Accounts]
    found = [account for user_id in unique if (account := accounts.get(user_id))]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    return UserStatusList(
        [
            account.own_status if account.user_id == own else status_for(state, own, account)
            for account in found
        ]
    )

"""``im_open_login_svc``: accounts and their logins."""

from typing import Annotated, Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.reading import formerly
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import BULK_RATE, Answer, Call, Command, Service, result_of
from imtui.server.core.logins import registration

ACCOUNTS_MAX: Final = 100
"""The most accounts that are imported, checked or deleted in one call."""

_UserID = Annotated[str, formerly("Identifier")]

_SERVICE: Final = Service(
    "im_open_login_svc",
    malformed=ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS,
    internal=ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR,
    codes={6017: ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS},
)


class AccountImport(Body, frozen=True):
    """An account and fields of its profile; absent ones stay as they are."""

    user_id: _UserID
    nick: str | None = None
    face_url: str | None = None


class MultiaccountImport(Body, frozen=True):
    """Accounts, by user ID or with fields of their profiles."""

    accounts: tuple[str, ...] = ()
    account_list: tuple[AccountImport, ...] = ()


class MultiaccountImported(Body, frozen=True):
    """The accounts that could not be imported."""

    fail_accounts: list[str]


class AccountItem(Body, frozen=True):
    """One of several accounts."""

    user_id: _UserID


class AccountDelete(Body, frozen=True):
    """The accounts to delete."""

    delete_item: list[AccountItem]


class AccountResult(Body, frozen=True):
    """The result for one account."""

    user_id: str
    result_code: int
    result_info: str


class AccountsDeleted(Body, frozen=True):
    """The result for each account."""

    result_item: list[AccountResult]


class AccountCheck(Body, frozen=True):
    """The accounts to check."""

    check_item: list[AccountItem]


class AccountChecked(Body, frozen=True):
    """Whether one account exists."""

    user_id: str
    result_code: int
    result_info: str
    account_status: str
    """``Imported`` or ``NotImported``."""


class AccountsChecked(Body, frozen=True):
    """Whether each account exists."""

    result_item: list[AccountChecked]


def _account_import(call: Call, params: AccountImport) -> Answer:
    registration.import_account(call.context, params.user_id, params.nick, params.face_url)
    return Answer()


def _multiaccount_import(call: Call, params: MultiaccountImport) -> MultiaccountImported:
    items = [*map(AccountImport, params.accounts), *params.account_list]
    _check_count(items)
    results = [
        (item.user_id, result_of(_SERVICE, _account_import, call, item)[0]) for item in items
    ]
    return MultiaccountImported([user_id for user_id, code in results if code])


async def _account_delete(call: Call, params: AccountDelete) -> AccountsDeleted:
    _check_count(params.delete_item)
    deleted = []
    for item in params.delete_item:
        result = result_of(_SERVICE, registration.delete, call.context, item.user_id)
        deleted.append(AccountResult(item.user_id, *result))
        # Each may have thousands of friends.
        await call.checkpoint()
    return AccountsDeleted(deleted)


def _account_check(call: Call, params: AccountCheck) -> AccountsChecked:
    _check_count(params.check_item)
    checked = [
        AccountChecked(
            item.user_id,
            0,
            "",
            "Imported" if call.is_registered(item.user_id) else "NotImported",
        )
        for item in params.check_item
    ]
    return AccountsChecked(checked)


def _kick(call: Call, params: AccountItem) -> Answer:
    if params.user_id == ADMINISTRATOR and call.role is not Role.FULL:
        raise IMError(
            ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN, f"Only a full admin may kick {ADMINISTRATOR}."
        )
    if params.user_id == ADMINISTRATOR and not call.is_registered(ADMINISTRATOR):
        # The admin has no account by default, but its UserSigs have to be revocable.
        registration.register(call.context, ADMINISTRATOR)
    registration.kick(call.context, params.user_id)
    return Answer()


def _check_count(items: list[AccountImport] | list[AccountItem]) -> None:
    if not 1 <= len(items) <= ACCOUNTS_MAX:
        raise IMError(
            ErrorCode.ERR_SVR_ACCOUNT_INVALID_COUNT, f"1 to {ACCOUNTS_MAX} accounts a call."
        )


COMMANDS: Final = (
    Command(
        _SERVICE,
        "account_import",
        "Register an account, or change its nick name and picture.",
        AccountImport,
        Answer,
        _account_import,
        role=Role.SUPPORT,
    ),
    Command(
        _SERVICE,
        "multiaccount_import",
        "Register accounts.",
        MultiaccountImport,
        MultiaccountImported,
        _multiaccount_import,
        rate=BULK_RATE,
        role=Role.SUPPORT,
    ),
    Command(
        _SERVICE,
        "account_delete",
        "Delete accounts and all their data.",
        AccountDelete,
        AccountsDeleted,
        _account_delete,
        rate=BULK_RATE,
    ),
    Command(
        _SERVICE,
        "account_check",
        "Check which accounts exist.",
        AccountCheck,
        AccountsChecked,
        _account_check,
        rate=BULK_RATE,
        role=Role.READ,
    ),
    Command(
        _SERVICE,
        "kick",
        "End all logins of an account, and revoke its UserSigs.",
        AccountItem,
        Answer,
        _kick,
        role=Role.SUPPORT,
    ),
)

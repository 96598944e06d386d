"""Notes on a user's friends, and imported friends, as an admin sets them."""

from typing import Final

from msgspec import Struct, structs

from imtui.protocol import identifiers
from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.context import Context
from imtui.server.core.friends import custom_fields, friendships, groups, requests
from imtui.server.core.friends.book import NO_NOTE, FriendNote
from imtui.server.core.friends.friends import Friends
from imtui.server.core.room import Room

_INVALID: Final = ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS


class NoteParams(Struct, frozen=True):
    """The fields to set for a friend; None leaves a field unchanged."""

    remark: str | None = None
    add_source: str | None = None
    """Already checked, as are the custom fields."""
    add_wording: str | None = None
    custom: dict[str, custom_fields.Value] = {}
    """An empty text removes a field."""
    groups: tuple[str, ...] | None = None
    """All groups that the friend will be in; missing ones are created."""
    since: int | None = None
    """When the friendship began, in Unix seconds."""


def update(context: Context, member: str, params: NoteParams) -> None:
    """Change the caller's note on a friend: everything in ``params``, or nothing.

    Raises:
        IMError: 6017; 9002, 9003 or 9005 for a text that is too long; 30003 for an unknown
            account; 30001 if it is not a friend, or for more than 20 custom fields; 30011 for
            more than 32 groups.
    """
    state, owner = context.state, context.user_id
    if identifiers.check_user_id(member) not in state[Accounts]:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    friends = state[Friends]
    if not friends.lists.has(owner, member):
        raise IMError(_INVALID, "Not a friend.")
    note, names = _checked(context, friends.book.note(owner, member), params)
    friendships.set_note(state, owner, member, note, params.since)
    if names is not None:
        groups.assign(state, owner, member, names)


def import_friend(context: Context, member: str, params: NoteParams) -> None:
    """Add an account to the caller's list without asking it; if it is there, update its note.

    Raises:
        IMError: As for ``update``; 30001 for oneself; 30515 or 30525 if one has blocked the
            other; 30010 if the list is full; 70500 while the disk is almost full.
    """
    state, owner = context.state, context.user_id
    if state[Friends].lists.has(owner, member):
        update(context, member, params)
        return
    requests.check_possible(state, owner, identifiers.check_user_id(member))
    state[Room].check()
    friendships.check_room(state, owner, member, ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    note, names = _checked(context, NO_NOTE, params)
    requests.take(state, owner, member)
    at = context.now.unix_ms if params.since is None else params.since * 1000
    friendships.add(state, owner, member, at, note)
    groups.assign(state, owner, member, names or ())


def _checked(
    context: Context, before: FriendNote, params: NoteParams
) -> tuple[FriendNote, list[str] | None]:
    custom = custom_fields.merged(before.custom, params.custom, _INVALID)
    note = structs.replace(before, custom=custom)
    if params.remark is not None:
        note = structs.replace(note, remark=identifiers.check_friend_remark(params.remark))
    if params.add_source is not None:
        note = structs.replace(note, add_source=params.add_source)
    if params.add_wording is not None:
        wording = identifiers.check_add_wording(params.add_wording)
        note = structs.replace(note, add_wording=wording)
    if params.groups is None:
        return note, None
    names = [identifiers.check_group_name(name) for name in params.groups]
    if not groups.has_room(context.state, context.user_id, *names):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    return note, names

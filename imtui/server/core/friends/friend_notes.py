"""What an admin notes of somebody's friends, and friends whom an admin imports."""

from typing import Final

from msgspec import Struct, structs

from imtui.protocol import identifiers
from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.friends import applications, custom_fields, friend_groups, friendships
from imtui.server.core.friends.friend_book import NO_NOTE, FriendNote

_INVALID: Final = ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS


class NoteWish(Struct, frozen=True):
    """What is to be noted of a friend; what is None stays as it is."""

    remark: str | None = None
    add_source: str | None = None
    """Checked by whoever wishes it, as are the custom fields."""
    add_wording: str | None = None
    custom: dict[str, custom_fields.Value] = {}
    """An empty text takes a field away."""
    groups: tuple[str, ...] | None = None
    """The groups that the friend is in, and no others; made where they are not there."""
    since: int | None = None
    """Since when they are friends, in Unix seconds."""


def update(app: App, owner: str, member: str, wish: NoteWish) -> None:
    """Change what an account noted of a friend: all that is wished, or nothing.

    Raises:
        IMError: 6017; 9002, 9003 or 9005 for a text that is too long; 30003 for an unknown
            account; 30001 if they are no friend, or for more than 20 custom fields; 30011 for
            more than 32 groups.
    """
    if identifiers.check_user_id(member) not in app.accounts:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    if not app.friends.has(owner, member):
        raise IMError(_INVALID, "Not a friend.")
    note, groups = _checked(app, owner, app.book.note(owner, member), wish)
    friendships.set_note(app, owner, member, note, wish.since)
    if groups is not None:
        friend_groups.assign(app, owner, member, groups)


def import_friend(app: App, owner: str, member: str, wish: NoteWish, now: Moment) -> None:
    """Put an account on the list of another one without asking; if it is there, update it.

    Raises:
        IMError: What ``update`` raises; 30001 for oneself; 30515 or 30525 if one has blocked the
            other; 30010 if the list is full.
    """
    if app.friends.has(owner, member):
        update(app, owner, member, wish)
        return
    applications.check_possible(app, owner, identifiers.check_user_id(member))
    friendships.check_room(app, owner, member, ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    note, groups = _checked(app, owner, NO_NOTE, wish)
    applications.take(app, owner, member)
    at = now.unix_ms if wish.since is None else wish.since * 1000
    friendships.add(app, owner, member, at, note)
    friend_groups.assign(app, owner, member, groups or ())


def _checked(
    app: App, owner: str, before: FriendNote, wish: NoteWish
) -> tuple[FriendNote, list[str] | None]:
    note = structs.replace(
        before, custom=custom_fields.merged(before.custom, wish.custom, _INVALID)
    )
    if wish.remark is not None:
        note = structs.replace(note, remark=identifiers.check_friend_remark(wish.remark))
    if wish.add_source is not None:
        note = structs.replace(note, add_source=wish.add_source)
    if wish.add_wording is not None:
        wording = identifiers.check_add_wording(wish.add_wording)
        note = structs.replace(note, add_wording=wording)
    if wish.groups is None:
        return note, None
    groups = [identifiers.check_group_name(name) for name in wish.groups]
    if not friend_groups.has_room(app, owner, *groups):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    return note, groups

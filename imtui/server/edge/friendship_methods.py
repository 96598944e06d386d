"""What each JSON-RPC method of friendship and profiles asks of the core."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from msgspec import Struct

from imtui.protocol import friendship as f
from imtui.protocol import messages as m
from imtui.protocol import profiles as p
from imtui.server.clock import Moment
from imtui.server.core.friendship_service import FriendshipService


class FriendshipMethod(NamedTuple):
    """How a method is carried out."""

    params: type[Struct]
    carry_out: Callable[[FriendshipService, int, Any, Moment], Struct | None]
    """Given the core, the session, the parameters and the time; None is an empty answer."""
    is_durable: bool = True


FRIENDSHIP_METHODS: Final[dict[m.Method, FriendshipMethod]] = {
    m.Method.ADD_FRIEND: FriendshipMethod(
        m.AddFriendParams, lambda core, session, wish, now: core.add_friend(session, wish, now)
    ),
    m.Method.DELETE_FROM_FRIEND_LIST: FriendshipMethod(
        m.DeleteFromFriendListParams,
        lambda core, session, wish, now: core.delete_from_friend_list(
            session, wish.user_id_list, wish.delete_type
        ),
    ),
    m.Method.GET_FRIEND_LIST: FriendshipMethod(
        m.GetFriendListParams,
        lambda core, session, wish, now: core.get_friend_list(session, wish.cursor),
        is_durable=False,
    ),
    m.Method.CHECK_FRIEND: FriendshipMethod(
        f.CheckFriendParams,
        lambda core, session, wish, now: f.FriendCheckResultList(
            core.check_friend(session, wish.user_id_list, wish.check_type)
        ),
        is_durable=False,
    ),
    m.Method.GET_FRIENDS_INFO: FriendshipMethod(
        m.UserIDListParams,
        lambda core, session, wish, now: f.FriendInfoResultList(
            core.get_friends_info(session, wish.user_id_list)
        ),
        is_durable=False,
    ),
    m.Method.SET_FRIEND_INFO: FriendshipMethod(
        f.SetFriendInfoParams,
        lambda core, session, wish, now: core.set_friend_info(
            session, wish.user_id, wish.friend_remark
        ),
    ),
    m.Method.GET_FRIEND_APPLICATION_LIST: FriendshipMethod(
        m.Empty,
        lambda core, session, wish, now: core.get_friend_application_list(session),
        is_durable=False,
    ),
    m.Method.ACCEPT_FRIEND_APPLICATION: FriendshipMethod(
        f.AcceptFriendApplicationParams,
        lambda core, session, wish, now: core.accept_friend_application(session, wish, now),
    ),
    m.Method.REFUSE_FRIEND_APPLICATION: FriendshipMethod(
        f.FriendApplicationParams,
        lambda core, session, wish, now: core.refuse_friend_application(session, wish.user_id),
    ),
    m.Method.DELETE_FRIEND_APPLICATION: FriendshipMethod(
        f.FriendApplicationParams,
        lambda core, session, wish, now: core.delete_friend_application(session, wish.user_id),
    ),
    m.Method.SET_FRIEND_APPLICATION_READ: FriendshipMethod(
        m.Empty, lambda core, session, wish, now: core.set_friend_application_read(session)
    ),
    m.Method.CREATE_FRIEND_GROUP: FriendshipMethod(
        f.FriendGroupParams,
        lambda core, session, wish, now: core.create_friend_group(
            session, wish.group_name, wish.user_id_list
        ),
    ),
    m.Method.DELETE_FRIEND_GROUP: FriendshipMethod(
        f.DeleteFriendGroupParams,
        lambda core, session, wish, now: core.delete_friend_group(session, wish.group_name_list),
    ),
    m.Method.RENAME_FRIEND_GROUP: FriendshipMethod(
        f.RenameFriendGroupParams,
        lambda core, session, wish, now: core.rename_friend_group(
            session, wish.old_name, wish.new_name
        ),
    ),
    m.Method.ADD_FRIENDS_TO_FRIEND_GROUP: FriendshipMethod(
        f.FriendGroupParams,
        lambda core, session, wish, now: core.add_friends_to_friend_group(
            session, wish.group_name, wish.user_id_list
        ),
    ),
    m.Method.DELETE_FRIENDS_FROM_FRIEND_GROUP: FriendshipMethod(
        f.FriendGroupParams,
        lambda core, session, wish, now: core.delete_friends_from_friend_group(
            session, wish.group_name, wish.user_id_list
        ),
    ),
    m.Method.GET_FRIEND_GROUPS: FriendshipMethod(
        m.Empty,
        lambda core, session, wish, now: f.FriendGroupList(core.get_friend_groups(session)),
        is_durable=False,
    ),
    m.Method.ADD_TO_BLACK_LIST: FriendshipMethod(
        m.UserIDListParams,
        lambda core, session, wish, now: core.add_to_black_list(session, wish.user_id_list, now),
    ),
    m.Method.DELETE_FROM_BLACK_LIST: FriendshipMethod(
        m.UserIDListParams,
        lambda core, session, wish, now: core.delete_from_black_list(session, wish.user_id_list),
    ),
    m.Method.GET_BLACK_LIST: FriendshipMethod(
        m.Empty,
        lambda core, session, wish, now: m.UserIDList(core.get_black_list(session)),
        is_durable=False,
    ),
    m.Method.SET_SELF_INFO: FriendshipMethod(
        p.SetSelfInfoParams, lambda core, session, wish, now: core.set_self_info(session, wish)
    ),
    m.Method.GET_USERS_INFO: FriendshipMethod(
        m.UserIDListParams,
        lambda core, session, wish, now: p.UserInfoList(
            core.get_users_info(session, wish.user_id_list)
        ),
        is_durable=False,
    ),
}

"""The methods of friends, friend requests, friend groups, blocklists and profiles."""

from collections.abc import Mapping
from typing import Final

from imtui.protocol import friendship as f
from imtui.protocol import messages as m
from imtui.protocol.messages import Method
from imtui.protocol.profiles import SetSelfInfoParams
from imtui.server.core.endpoint import Endpoint
from imtui.server.core.friends import blocklist, friendships, groups, profiles, requests

METHODS: Final[Mapping[Method, Endpoint]] = {
    Method.ADD_FRIEND: Endpoint(m.AddFriendParams, requests.add_friend),
    Method.DELETE_FROM_FRIEND_LIST: Endpoint(
        m.DeleteFromFriendListParams, friendships.delete_from_friend_list
    ),
    Method.GET_FRIEND_LIST: Endpoint(
        m.GetFriendListParams, friendships.get_friend_list, is_durable=False
    ),
    Method.CHECK_FRIEND: Endpoint(f.CheckFriendParams, friendships.check_friend, is_durable=False),
    Method.GET_FRIENDS_INFO: Endpoint(
        m.UserIDListParams, friendships.get_friends_info, is_durable=False
    ),
    Method.SET_FRIEND_INFO: Endpoint(f.SetFriendInfoParams, friendships.set_friend_info),
    Method.GET_FRIEND_APPLICATION_LIST: Endpoint(m.Empty, requests.get_list, is_durable=False),
    Method.ACCEPT_FRIEND_APPLICATION: Endpoint(f.AcceptFriendApplicationParams, requests.accept),
    Method.REFUSE_FRIEND_APPLICATION: Endpoint(f.FriendApplicationParams, requests.refuse),
    Method.DELETE_FRIEND_APPLICATION: Endpoint(f.FriendApplicationParams, requests.delete),
    Method.SET_FRIEND_APPLICATION_READ: Endpoint(m.Empty, requests.set_read),
    Method.CREATE_FRIEND_GROUP: Endpoint(f.FriendGroupParams, groups.create),
    Method.DELETE_FRIEND_GROUP: Endpoint(f.DeleteFriendGroupParams, groups.delete),
    Method.RENAME_FRIEND_GROUP: Endpoint(f.RenameFriendGroupParams, groups.rename),
    Method.ADD_FRIENDS_TO_FRIEND_GROUP: Endpoint(f.FriendGroupParams, groups.add_friends),
    Method.DELETE_FRIENDS_FROM_FRIEND_GROUP: Endpoint(f.FriendGroupParams, groups.delete_friends),
    Method.GET_FRIEND_GROUPS: Endpoint(m.Empty, groups.get_list, is_durable=False),
    Method.ADD_TO_BLACK_LIST: Endpoint(m.UserIDListParams, blocklist.add),
    Method.DELETE_FROM_BLACK_LIST: Endpoint(m.UserIDListParams, blocklist.delete),
    Method.GET_BLACK_LIST: Endpoint(m.Empty, blocklist.get_list, is_durable=False),
    Method.SET_SELF_INFO: Endpoint(SetSelfInfoParams, profiles.set_self_info),
    Method.GET_USERS_INFO: Endpoint(m.UserIDListParams, profiles.get_users_info, is_durable=False),
}

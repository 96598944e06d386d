"""Random changes of friendships and profiles stay stored and consistent."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol import usersig

from ..worlds.core_world import DrivenCore
from ..worlds.raw_client import JSON, Refused

USERS = ("alice", "bob", "carol")
SESSIONS = dict(zip(USERS, itertools.count(1), strict=False))

_who = st.sampled_from(USERS)
_ids = st.lists(_who, min_size=1, max_size=2)
_group = st.sampled_from(["Work", "Choir", "Zoo"])
_text = st.sampled_from(["", "one", "two"])


def _act(method: str, **params: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, str, JSON]]:
    return st.tuples(_who, st.just(method), st.fixed_dictionaries(params))


_acts = st.one_of(
    _act(
        "addFriend",
        userID=_who,
        addWording=_text,
        friendRemark=_text,
        friendGroup=st.just("") | _group,
        addType=st.sampled_from([1, 2]),
    ),
    _act("setSelfInfo", allowType=st.sampled_from([0, 1, 1, 2]), nickName=_text),
    _act("acceptFriendApplication", userID=_who, acceptType=st.sampled_from([0, 1])),
    _act("refuseFriendApplication", userID=_who),
    _act("deleteFriendApplication", userID=_who),
    _act("setFriendApplicationRead"),
    _act("deleteFromFriendList", userIDList=_ids, deleteType=st.sampled_from([1, 2])),
    _act("setFriendInfo", userID=_who, friendRemark=_text),
    _act("createFriendGroup", groupName=_group, userIDList=_ids),
    _act("addFriendsToFriendGroup", groupName=_group, userIDList=_ids),
    _act("deleteFriendsFromFriendGroup", groupName=_group, userIDList=_ids),
    _act("renameFriendGroup", oldName=_group, newName=_group),
    _act("deleteFriendGroup", groupNameList=st.lists(_group, max_size=2)),
    _act("addToBlackList", userIDList=_ids),
    _act("deleteFromBlackList", userIDList=_ids),
)


def log_in(core: DrivenCore) -> None:
    """Log all users in."""
    for user_id, session_id in SESSIONS.items():
        now = core.instant().unix_ms / 1000
        core.call(
            session_id,
            "login",
            {
                "sdkAppID": core.sdk_app_id,
                "userID": user_id,
                "userSig": usersig.sign(user_id, core.sdk_app_id, core.secret_key, now=now),
                "instanceID": user_id,
            },
        )


def seen(core: DrivenCore, user_id: str) -> JSON:
    """Return everything that a user can see except statuses."""
    session_id = SESSIONS[user_id]
    friends = core.call(session_id, "getFriendList", {})["friendInfoList"]
    for friend in friends:
        del friend["userStatus"]
    return {
        "friends": friends,
        "requests": core.call(session_id, "getFriendApplicationList", {}),
        "groups": core.call(session_id, "getFriendGroups", {})["friendGroupList"],
        "blocked": core.call(session_id, "getBlackList", {})["userIDList"],
        "profiles": core.call(session_id, "getUsersInfo", {"userIDList": USERS}),
    }


def check_fits(views: dict[str, JSON]) -> None:
    """Check that the views of the users do not contradict each other."""
    for own, view in views.items():
        friends = {friend["userID"]: friend for friend in view["friends"]}
        for other in view["blocked"]:
            assert other not in friends
            assert own not in {friend["userID"] for friend in views[other]["friends"]}
        for group in view["groups"]:
            members = [
                friend
                for friend in view["friends"]
                if group["groupName"] in friend.get("friendGroups", [])
            ]
            assert len(members) == group["friendCount"]
        requests = view["requests"]["friendApplicationList"]
        assert len({request["userID"] for request in requests}) == len(requests)
        for request in requests:
            other = request["userID"]
            assert other not in view["blocked"]
            mirrored = [
                (one["type"], one["addTime"])
                for one in views[other]["requests"]["friendApplicationList"]
                if one["userID"] == own
            ]
            assert mirrored == [(3 - request["type"], request["addTime"])]


@settings(max_examples=60, deadline=None)
@given(st.lists(_acts, max_size=30))
def test_it_is_kept_and_fits_together(acts: list[tuple[str, str, JSON]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        core = DrivenCore(Path(folder) / "imtui.db")
        log_in(core)
        for user_id, method, params in acts:
            core.advance(1.0)
            try:
                core.call(SESSIONS[user_id], method, params)
            except Refused as refused:
                assert refused.code in {6017, 30001, 30515, 30516, 30525, 30539, 30614, 31704}
            else:
                if method == "addFriend":
                    listed = seen(core, user_id)["friends"]
                    assert params["userID"] in {friend["userID"] for friend in listed}
        views = {user_id: seen(core, user_id) for user_id in USERS}
        check_fits(views)
        core.restart()
        log_in(core)
        assert {user_id: seen(core, user_id) for user_id in USERS} == views
        core.end()

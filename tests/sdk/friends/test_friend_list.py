from imtui.sdk import FriendInfo, UserStatus, UserStatusType
from imtui.sdk.friends.friend_list import Differences, FriendList, FriendListing


def infos(*user_ids: str) -> FriendListing:
    return {user_id: FriendInfo(user_id) for user_id in user_ids}


def test_a_first_listing_reports_no_differences() -> None:
    friends = FriendList()
    assert friends.listed(infos("bob")) == Differences()
    assert "bob" in friends


def test_after_a_login_a_listing_reports_differences_once() -> None:
    friends = FriendList()
    friends.listed(infos("bob", "eve"))
    friends.begin_login()
    assert friends.is_unannounced("ann")
    assert friends.listed(infos("ann", "bob")) == Differences([FriendInfo("ann")], ["eve"])
    assert friends.listed(infos("bob")) == Differences()


def test_without_an_earlier_listing_no_friend_is_new() -> None:
    friends = FriendList()
    friends.begin_login()
    assert friends.listed(infos("bob")) == Differences()


def test_after_a_login_a_listing_reports_changed_friends() -> None:
    friends = FriendList()
    status = UserStatus("bob", UserStatusType.ONLINE)
    friends.listed({**infos("ann"), "bob": FriendInfo("bob", status), "eve": FriendInfo("eve")})
    friends.changed([FriendInfo("ann", friend_remark="Annie"), FriendInfo("kim")])
    friends.begin_login()
    now = {
        "ann": FriendInfo("ann", friend_remark="Annie"),
        "bob": FriendInfo("bob"),
        "eve": FriendInfo("eve", nick_name="Evi"),
    }
    assert friends.listed(now) == Differences(changed=[now["eve"]])


def test_pushes_update_groups_also_during_a_listing() -> None:
    friends = FriendList()
    with friends.listing() as listing:
        listing.update(infos("ann", "bob"))
        friends.regrouped(["bob", "kim"], lambda groups: groups | {"Work"})
        friends.listed(listing)
        friends.regrouped(["ann", "bob"], lambda groups: groups | {"Choir"})
    friends.regrouped(None, lambda groups: groups - {"Work"} | {"Zoo"})
    friends.begin_login()
    now = {name: FriendInfo(name, friend_groups=["Choir", "Zoo"]) for name in ("ann", "bob")}
    assert friends.listed(now) == Differences()
    assert listing["bob"].friend_groups == ["Choir", "Work"]
    for number in range(100):
        more = {f"group {number}"}
        friends.regrouped(None, more.union)
    assert friends._friends is not None
    assert len(friends._friends["ann"].friend_groups) == 32


def test_pushes_between_two_pages_are_kept() -> None:
    friends = FriendList()
    friends.listed(infos("bob", "eve"))
    friends.begin_login()
    with friends.listing() as listing:
        listing.update(infos("bob"))
        friends.added([FriendInfo("ann")])
        friends.deleted(["bob"])
        listing.update(infos("eve"))
        assert friends.listed(listing) == Differences()
    friends.added([FriendInfo("zoe")])
    assert list(listing) == ["ann", "eve"]
    assert "zoe" in friends
    assert "bob" not in friends


def test_the_list_is_bounded() -> None:
    friends = FriendList()
    friends.listed({})
    friends.added(FriendInfo(f"u{n}") for n in range(10_000))
    assert "u0" not in friends
    assert "u9999" in friends

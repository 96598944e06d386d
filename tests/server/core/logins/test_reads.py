"""What the REST API reads of accounts and their devices."""

from collections import Counter
from pathlib import Path

import pytest

from imtui.protocol import messages as m
from imtui.protocol.errors import IMError
from imtui.protocol.messages import Method
from imtui.protocol.status import UserStatusType
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.logins.reads import (
    AccountPage,
    Figures,
    account_page,
    figures,
    get_devices,
    get_status,
)
from imtui.server.core.logins.registration import delete, register
from tests.server.core.world import World


def test_figures_count_what_there_is() -> None:
    world = World()
    for session_id, user_id in enumerate(("alice", "bob", "carol", "dave"), start=1):
        world.login(session_id, user_id)
    world.login(5, "alice", "shell", passive=True)
    world.call(1, Method.ADD_FRIEND, m.AddFriendParams("bob"))
    world.call(1, Method.ADD_FRIEND, m.AddFriendParams("carol", add_type=m.FriendType.SINGLE))
    world.call(1, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["bob", "carol"]))
    world.lose(3)
    world.call(4, Method.LOGOUT)
    assert figures(world.admin()) == Figures(
        sessions=3,
        devices=2,
        accounts={"ONLINE": 2, "OFFLINE": 1, "UNLOGINED": 1},
        subscriptions=2,
        friendships=3,
    )


def test_figures_follow_each_change_and_come_back(tmp_path: Path) -> None:
    world = World(tmp_path / "db")

    def check() -> None:
        counted = Counter(account.status.status_type.name for account in world.state[Accounts])
        assert +Counter(figures(world.admin()).accounts) == counted

    for session_id, user_id in enumerate(("alice", "bob", "carol", "dave"), start=1):
        world.login(session_id, user_id)
        check()
    world.lose(1)
    world.call(2, Method.LOGOUT)
    check()
    delete(world.admin(), "alice")
    delete(world.admin(), "carol")
    register(world.admin(), "alice")
    check()
    world.restart()
    check()
    assert figures(world.admin()).accounts == {"ONLINE": 0, "OFFLINE": 1, "UNLOGINED": 2}
    world.close()


def test_accounts_come_in_pages_in_order_and_by_prefix() -> None:
    world = World()
    for user_id in ("bob", "bo", "alice", "boris", "carol"):
        register(world.admin(), user_id)

    def page(cursor: str, count: int, prefix: str = "") -> AccountPage:
        return account_page(world.admin(), cursor, count, prefix)

    assert page("", 2) == AccountPage(["alice", "bo"], False, 5)
    assert page("bo", 2) == AccountPage(["bob", "boris"], False, 5)
    assert page("boris", 2) == AccountPage(["carol"], True, 5)
    assert page("", 2, "bo") == AccountPage(["bo", "bob"], False, 3)
    assert page("bob", 2, "bo") == AccountPage(["boris"], True, 3)
    assert page("", 9, "x") == AccountPage([], True, 0)
    # A cursor need not be an account any more.
    delete(world.admin(), "bob")
    assert page("bob", 2, "bo") == AccountPage(["boris"], True, 2)


def test_the_status_and_the_devices_of_an_account_are_read_as_others_see_them() -> None:
    world = World()
    world.login(1, "alice", "i1")
    world.login(2, "alice", "i2")
    world.lose(1)
    as_alice = world.admin("alice")
    assert [device.instance_id for device in get_devices(as_alice)] == ["i1", "i2"]
    status = get_status(as_alice)
    assert (status.status_type, status.changed_by) == (UserStatusType.ONLINE, None)
    for read in (get_status, get_devices):
        with pytest.raises(IMError) as refused:
            read(world.admin("nobody"))
        assert refused.value.code == 70107

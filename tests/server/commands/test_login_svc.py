"""``im_open_login_svc``: accounts imported, found, deleted and kicked, as clients see it."""

import time
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.usersig import sign
from imtui.server.core.context import Context
from imtui.server.core.logins import registration
from imtui.server.instant import Instant
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.commands.test_rest import post
from tests.server.wire import wire


async def login_svc(backend: Backend, command: str, **body: Any) -> dict[str, Any]:
    return await post(backend, f"v4/im_open_login_svc/{command}", body)


async def imported(backend: Backend, *user_ids: str) -> None:
    answer = await login_svc(backend, "multiaccount_import", Accounts=list(user_ids))
    assert answer["FailAccounts"] == []


async def statuses(backend: Backend, *user_ids: str) -> list[str]:
    """Return for each account whether it is there, in the words of the API."""
    items = [{"UserID": user_id} for user_id in user_ids]
    checked = await login_svc(backend, "account_check", CheckItem=items)
    return [item["AccountStatus"] for item in checked["ResultItem"]]


def fresh_sig(backend: Backend, user_id: str, expire: int, *, ahead: int = 0) -> str:
    """Return a UserSig that differs from all others by its expiry."""
    key = backend.app_key
    return sign(user_id, key.sdk_app_id, key.secret_key, expire, now=time.time() + ahead)


async def test_an_import_registers_and_a_second_one_changes_the_profile_that_friends_see(
    backend: Backend,
) -> None:
    await login_svc(backend, "account_import", UserID="alice", Nick="Alice")
    async with wire(backend) as bob:
        await bob.login("bob")
        assert await bob.code("addFriend", userID="alice") == 0
        await login_svc(
            backend, "account_import", UserID="alice", Nick="Alicia", FaceUrl="http://a"
        )
        (changed,) = (await bob.push("onFriendInfoChanged"))["friendInfoList"]
        assert changed["nickName"] == "Alicia"
        infos = await bob.call("getUsersInfo", userIDList=["alice"])
        assert infos["result"]["userInfoList"][0]["faceURL"] == "http://a"


async def test_several_are_imported_and_those_that_cannot_be_are_named(backend: Backend) -> None:
    answer = await login_svc(backend, "multiaccount_import", Accounts=["alice", "b ob", "carol"])
    assert answer["FailAccounts"] == ["b ob"]
    answer = await login_svc(
        backend, "multiaccount_import", AccountList=[{"UserID": "dave", "Nick": "Dave"}]
    )
    assert answer["FailAccounts"] == []
    words = await statuses(backend, "alice", "b ob", "dave")
    assert words == ["Imported", "NotImported", "Imported"]


@pytest.mark.parametrize(
    ("command", "body", "code"),
    [
        ("account_import", {}, 70402),
        ("account_import", {"UserID": 5}, 70402),
        ("account_import", {"UserID": "no ID"}, 70402),
        ("account_import", {"UserID": "alice", "Nick": "x" * 501}, 40601),
        ("multiaccount_import", {}, 70206),
        ("multiaccount_import", {"Accounts": [f"u{n}" for n in range(101)]}, 70206),
        ("account_check", {"CheckItem": []}, 70206),
        ("account_check", {"CheckItem": ["alice"]}, 70402),
        ("account_delete", {"DeleteItem": [{"UserID": "x"}] * 101}, 70206),
        ("kick", {"UserID": "nobody"}, 70107),
        ("kick", {}, 70402),
    ],
)
async def test_what_is_wrong_gets_its_code(
    backend: Backend, command: str, body: dict[str, Any], code: int
) -> None:
    assert (await login_svc(backend, command, **body))["ErrorCode"] == code


async def test_a_kick_ends_all_logins_and_only_new_user_sigs_count(backend: Backend) -> None:
    async with wire(backend) as phone, wire(backend) as laptop, wire(backend) as bob:
        old = fresh_sig(backend, "alice", 1000)
        await phone.login("alice", userSig=old, instanceID="phone")
        await laptop.login("alice", userSig=old, instanceID="laptop", passive=True)
        await bob.login("bob")
        assert await bob.code("subscribeUserStatus", userIDList=["alice"]) == 0
        bob.pushes.clear()
        await login_svc(backend, "kick", UserID="alice")
        for device in (phone, laptop):
            await device.push("onKickedOffline")
            assert await device.code("getFriendList") == 6014
        (status,) = (await bob.push("onUserStatusChanged"))["userStatusList"]
        assert status["statusType"] == 3
        login = {"sdkAppID": backend.app_key.sdk_app_id, "userID": "alice", "platform": "Linux"}
        assert await phone.code("login", **login, userSig=old) == 70052
        new = fresh_sig(backend, "alice", 2000, ahead=1)
        assert await phone.code("login", **login, userSig=new) == 0


async def test_what_a_deleted_account_had_is_gone_for_it_and_its_friends(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice", userSig=fresh_sig(backend, "alice", 1000))
        await bob.login("bob")
        assert await alice.code("addFriend", userID="bob") == 0
        assert await bob.code("subscribeUserStatus", userIDList=["alice"]) == 0
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="hello") == 0
        assert await alice.code("setSelfInfo", nickName="Alice") == 0
        answer = await login_svc(
            backend, "account_delete", DeleteItem=[{"UserID": "alice"}, {"UserID": "nobody"}]
        )
        assert [item["ResultCode"] for item in answer["ResultItem"]] == [0, 70107]
        await alice.push("onKickedOffline")
        assert await bob.push("onFriendListDeleted") == {"userIDList": ["alice"]}
        assert (await bob.push("onSubscriptionsChanged"))["removed"] == ["alice"]
        # What was written to bob, he keeps; nobody answers any more.
        history = await bob.call("getC2CHistoryMessageList", userID="alice")
        assert [one["text"] for one in history["result"]["messageList"]] == ["hello"]
        assert await bob.code("sendMessage", userID="alice", msgID="m2", text="there?") == 20003
        await alice.login("alice", userSig=fresh_sig(backend, "alice", 2000, ahead=1))
        anew = await alice.call("getC2CHistoryMessageList", userID="bob")
        assert anew["result"]["messageList"] == []
        assert (await alice.call("getFriendList"))["result"]["friendInfoList"] == []
        infos = await bob.call("getUsersInfo", userIDList=["alice"])
        assert infos["result"]["userInfoList"] == [{"userID": "alice"}]


async def test_more_calls_in_a_second_than_the_rate_are_refused(tmp_path: Path) -> None:
    unix_ms = int(time.time() * 1000)
    now = Instant(1000.0, unix_ms)
    async with Backend(BackendConfig(tmp_path / "data", clock=lambda: now)) as backend:
        codes = [
            (await login_svc(backend, "account_check", CheckItem=[{"UserID": "a"}]))["ErrorCode"]
            for _ in range(101)
        ]
        assert codes == [0] * 100 + [60007]
        now = Instant(1001.0, unix_ms + 1000)
        assert (await login_svc(backend, "account_check", CheckItem=[]))["ErrorCode"] == 70206


async def test_each_account_of_many_is_deleted_and_kept_for_itself(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [f"u{number}" for number in range(5)]
    await imported(backend, *users)
    commits = 0
    commit = SQLiteStore.commit

    def counting(store: SQLiteStore) -> None:
        nonlocal commits
        commits += 1
        commit(store)

    monkeypatch.setattr(SQLiteStore, "commit", counting)
    # Otherwise nobody is served while all of them go, each with thousands of friends.
    await login_svc(backend, "account_delete", DeleteItem=[{"UserID": user} for user in users])
    assert commits >= len(users)


async def test_of_accounts_that_cannot_be_deleted_for_want_of_the_store_each_is_told(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(backend, "alice", "bob", "carol")
    delete = registration.delete

    def fail(context: Context, user_id: str) -> None:
        if user_id == "alice":
            raise StoreError("The disk is broken.")
        delete(context, user_id)

    # Deleting reads no messages today; what will is to fail for itself.
    monkeypatch.setattr(registration, "delete", fail)
    items = [{"UserID": user} for user in ("carol", "alice")]
    deleted = await login_svc(backend, "account_delete", DeleteItem=items)
    assert [item["ResultCode"] for item in deleted["ResultItem"]] == [0, 70500]
    assert await statuses(backend, "carol", "alice") == ["NotImported", "Imported"]


async def test_what_cannot_be_kept_ends_the_deletion_of_many(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(backend, "alice", "bob")

    def fail(store: SQLiteStore) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(SQLiteStore, "commit", fail)
        items = [{"UserID": user} for user in ("alice", "bob")]
        deleted = await login_svc(backend, "account_delete", DeleteItem=items)
        assert deleted["ErrorCode"] == 70500
        left = await post(backend, "v4/imtui_console/accounts")
        assert [item["UserID"] for item in left["AccountItem"]] == ["bob"]


async def test_a_leaked_user_sig_of_the_admin_can_be_revoked(backend: Backend) -> None:
    leaked = fresh_sig(backend, "administrator", 1000)
    used = {"identifier": "administrator", "usersig": leaked}
    assert (await post(backend, "v4/imtui_console/get", {}, **used))["ErrorCode"] == 0
    await login_svc(backend, "kick", UserID="administrator")
    assert (await post(backend, "v4/imtui_console/get", {}, **used))["ErrorCode"] == 70052
    used["usersig"] = fresh_sig(backend, "administrator", 1000, ahead=1)
    assert (await post(backend, "v4/imtui_console/get", {}, **used))["ErrorCode"] == 0


async def test_a_user_sig_from_far_ahead_is_refused_and_logged_once_a_minute(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = {
        user_id: fresh_sig(backend, user_id, 1000, ahead=400)
        for user_id in ("administrator", "alice")
    }
    for _ in range(3):
        used = {"identifier": "administrator", "usersig": ahead["administrator"]}
        assert (await post(backend, "v4/imtui_console/get", {}, **used))["ErrorCode"] == 70003
    async with wire(backend) as alice:
        login = {"sdkAppID": backend.app_key.sdk_app_id, "userID": "alice"}
        for _ in range(3):
            assert await alice.code("login", **login, userSig=ahead["alice"]) == 70003
    lines = [line for line in caplog.messages if "clock" in line]
    assert ["administrator" in line for line in lines] == [True, False]
    assert not any(user_sig in line for user_sig in ahead.values() for line in lines)


async def test_reading_is_possible_while_nothing_can_be_written(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: SQLiteStore) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(SQLiteStore, "commit", fail)
        assert (await login_svc(backend, "account_import", UserID="alice"))["ErrorCode"] == 70500
        assert (await post(backend, "v4/imtui_console/get"))["ErrorCode"] == 0
        assert (await login_svc(backend, "account_import", UserID="bob"))["ErrorCode"] == 70500

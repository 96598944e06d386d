"""Accounts in virtual time: what a kick and a deletion leave behind, over a restart too."""

from pathlib import Path

import pytest
from imtui.server.core.logins.logins import Login
from imtui.server.core.service import IMService
from imtui.server.store.sqlite.message_tables import MessageTables

from imtui.protocol.chat import SendMessageParams
from imtui.protocol.errors import IMError
from imtui.protocol.messages import AddFriendParams
from imtui.protocol.status import UserStatusType
from imtui.server.core.accounts.user_sigs import UserSigs
from imtui.server.core.logins import accounts
from imtui.server.instant import Instant
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError

NOW = Instant(1000.0, 1_700_000_000_500)
SECOND = 1_700_000_000


class World:
    """A core on a database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start()

    def _start(self) -> None:
        self.store = SQLiteStore(self.path)
        self.service = IMService(self.store.load(), NOW, archive=self.store.archive)

    def keep(self) -> None:
        self.store.write(self.service.take_changes())
        self.store.commit()

    def restart(self) -> None:
        self.keep()
        self.store.close()
        self._start()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "db")


def status_of(service: IMService) -> UserStatusType:
    return service.app.accounts["alice"].status.status_type


def code_of_check(service: IMService, made: int, signature: int) -> int:
    try:
        service.check_user_sig("alice", made, signature)
    except IMError as error:
        return error.code
    return 0


def test_a_kick_leaves_the_account_unlogined_and_lost_devices_cannot_go_on(world: World) -> None:
    service = world.service
    service.login(1, Login("alice", "phone", user_sig=7), NOW)
    service.login(2, Login("alice", "laptop", user_sig=7), NOW)
    service.lost(2, NOW)
    accounts.kick(service.app, "alice", NOW)
    assert status_of(service) is UserStatusType.UNLOGINED
    with pytest.raises(IMError) as refused:
        service.login(3, Login("alice", "laptop", resume=True), NOW)
    assert refused.value.code == 6208
    service.login(4, Login("alice", "laptop"), NOW)
    assert status_of(service) is UserStatusType.ONLINE


def test_user_sigs_of_before_a_kick_are_revoked_also_after_a_restart(world: World) -> None:
    service = world.service
    service.login(1, Login("alice", "phone", user_sig=7), NOW)
    assert code_of_check(service, SECOND, 7) == 0
    accounts.kick(service.app, "alice", NOW)
    assert code_of_check(service, SECOND - 1, 8) == 70052
    assert code_of_check(service, SECOND, 7) == 70052
    assert code_of_check(service, SECOND, 9) == 0
    world.restart()
    assert code_of_check(world.service, SECOND - 1, 8) == 70052
    assert code_of_check(world.service, SECOND, 7) == 70052
    assert code_of_check(world.service, SECOND, 9) == 0


def test_what_a_kick_revoked_a_second_one_in_the_same_second_does_not_bring_back(
    world: World,
) -> None:
    service = world.service
    service.login(1, Login("alice", "phone", user_sig=7), NOW)
    accounts.kick(service.app, "alice", NOW)
    accounts.kick(service.app, "alice", NOW)
    assert code_of_check(service, SECOND, 7) == 70052
    assert code_of_check(service, SECOND, 8) == 0


def test_what_a_deleted_account_has_not_read_is_not_told_as_read(world: World) -> None:
    service = world.service
    service.login(1, Login("alice", "phone"), NOW)
    service.login(2, Login("bob", "phone"), NOW)
    for number in range(2):
        service.send_message(1, SendMessageParams("bob", f"m{number}", text="hello"), NOW)
        world.keep()
    service.clean_unread(2, "c2c_alice", 1, NOW)
    accounts.delete(service.app, "bob", NOW)
    world.restart()
    service = world.service
    service.login(1, Login("alice", "phone"), NOW)
    (conversation,) = service.get_conversation_list(1, "", 9).conversation_list
    assert conversation.peer_read_seq == 1
    service.login(2, Login("bob", "phone"), NOW)
    service.send_message(1, SendMessageParams("bob", "m2", text="hello"), NOW)
    world.keep()
    (conversation,) = service.get_conversation_list(2, "", 9).conversation_list
    assert conversation.unread_count == 1


def test_an_account_whose_messages_cannot_be_read_is_not_half_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = world.service
    service.login(1, Login("alice", "phone"), NOW)
    service.login(2, Login("bob", "phone"), NOW)
    service.add_friend(1, AddFriendParams("bob"), NOW)
    service.send_message(1, SendMessageParams("bob", "m1", text="hello"), NOW)
    world.keep()

    def fail(*_: object) -> int:
        raise StoreError("The disk is broken.")

    monkeypatch.setattr(MessageTables, "count_visible", fail)
    with pytest.raises(StoreError):
        accounts.delete(service.app, "alice", NOW)
    assert service.take_changes() == []
    assert 1 in service.all_sessions()
    assert service.app.friends.has("alice", "bob")


def test_a_deleted_account_stays_deleted_and_leaves_nothing_to_whoever_comes_later(
    world: World,
) -> None:
    service = world.service
    for session, name in enumerate(("alice", "bob", "carol"), start=1):
        service.login(session, Login(name, "phone"), NOW)
    service.add_friend(1, AddFriendParams("bob", friend_remark="Bobby", friend_group="Work"), NOW)
    service.add_to_black_list(1, ["carol"], NOW)
    service.subscribe(1, ["bob"], NOW)
    service.subscribe(2, ["alice"], NOW)
    world.keep()
    service.send_message(1, SendMessageParams("bob", "m1", text="one"), NOW)
    service.send_message(2, SendMessageParams("alice", "m2", text="two"), NOW)
    world.keep()
    accounts.delete(service.app, "alice", NOW)
    world.restart()
    app = world.service.app
    assert "alice" not in app.accounts
    world.service.login(5, Login("bob", "phone"), NOW)
    assert [one.text for one in world.service.get_history(5, "alice", 9, None).message_list] == [
        "two",
        "one",
    ]
    assert not app.friends.members("bob")
    assert not app.subscriptions.members("bob")
    world.service.login(6, Login("alice", "phone"), NOW)
    world.restart()
    service = world.service
    service.login(1, Login("alice", "phone"), NOW)
    assert service.get_history(1, "bob", 9, None).message_list == []
    assert service.get_friend_list(1, "").friend_info_list == []
    assert service.get_friend_groups(1) == []
    assert service.get_black_list(1) == []
    assert service.get_subscriptions(1).user_id_list == []
    assert service.get_conversation_list(1, "", 9).conversation_list == []
    # The conversation goes on where it was: its places are never used twice.
    sent = service.send_message(1, SendMessageParams("bob", "m3", text="anew"), NOW)
    assert sent.seq == 3


def test_what_was_never_revoked_counts() -> None:
    sigs = UserSigs()
    sigs.check("alice", 0, 0)
    sigs.revoke("alice", 5, frozenset())
    sigs.check("bob", 0, 0)
    sigs.check("alice", 5, 0)
    with pytest.raises(IMError) as refused:
        sigs.check("alice", 4, 0)
    assert refused.value.code == 70052

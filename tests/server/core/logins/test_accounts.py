"""What registering, kicking and deleting accounts leave behind, over a restart too."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol import chat, friendship, profiles
from imtui.protocol import messages as m
from imtui.protocol.errors import IMError
from imtui.protocol.messages import Method
from imtui.protocol.proof import Proof
from imtui.protocol.status import UserStatusType
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import (
    AccountDeleted,
    AccountRegistered,
    CloseReason,
    SessionClosed,
)
from imtui.server.core.accounts.user_sigs import UserSigs
from imtui.server.core.context import Context
from imtui.server.core.friends.changes import ProfileChanged
from imtui.server.core.logins.registration import (
    delete,
    import_account,
    is_registered,
    kick,
    register,
)
from tests.server.core.fingerprint import fingerprint
from tests.server.core.world import WALL_START, World, sig_id

SECOND = WALL_START // 1000


def status_of(world: World) -> UserStatusType:
    return world.account("alice").status.status_type


def code_of_check(world: World, made: int, number: int) -> int:
    try:
        world.core.check_not_revoked(Proof("alice", made, sig_id(number)), world.now)
    except IMError as error:
        return error.code
    return 0


def send(world: World, session_id: int, receiver: str, msg_id: str) -> chat.Message:
    params = chat.SendMessageParams(receiver, msg_id, text=msg_id)
    sent: chat.SentMessage = world.call(session_id, Method.SEND_MESSAGE, params)
    return sent.message


def conversations(world: World, session_id: int) -> list[chat.Conversation]:
    params = chat.GetConversationListParams()
    found: chat.ConversationList = world.call(session_id, Method.GET_CONVERSATION_LIST, params)
    return found.conversation_list


def test_a_kick_leaves_the_account_unlogined_and_lost_devices_cannot_go_on(world: World) -> None:
    world.login(1, "alice", "phone", number=7)
    world.login(2, "alice", "laptop", number=7)
    world.lose(2)
    kick(world.admin(), "alice")
    assert status_of(world) is UserStatusType.UNLOGINED
    with pytest.raises(IMError) as refused:
        world.login(3, "alice", "laptop", resume=True)
    assert refused.value.code == 6208
    world.login(4, "alice", "laptop")
    assert status_of(world) is UserStatusType.ONLINE


def test_user_sigs_of_before_a_kick_are_revoked_also_after_a_restart(world: World) -> None:
    world.login(1, "alice", "phone", number=7)
    assert code_of_check(world, SECOND, 7) == 0
    kick(world.admin(), "alice")
    for _ in range(2):
        assert code_of_check(world, SECOND - 1, 8) == 70052
        assert code_of_check(world, SECOND, 7) == 70052
        assert code_of_check(world, SECOND, 9) == 70052
        assert code_of_check(world, SECOND + 1, 10) == 0
        world.restart()


def test_a_kick_revokes_what_devices_last_used_by_a_clock_that_was_ahead(world: World) -> None:
    ahead = SECOND + 200
    world.login(1, "alice", "first", made=ahead, number=6)
    world.login(1, "alice", "first", made=ahead, number=7)
    world.login(2, "alice", "lost", made=ahead, number=8)
    world.lose(2)
    world.login(3, "alice", "quiet", made=ahead, number=9, passive=True)
    world.login(4, "alice", "gone", made=ahead, number=10)
    world.call(4, Method.LOGOUT)
    world.restart()
    world.login(3, "alice", "quiet", made=ahead, number=9, passive=True)
    kick(world.admin(), "alice")
    for _ in range(2):
        codes = [code_of_check(world, ahead, number) for number in range(6, 12)]
        assert codes == [0, 70052, 70052, 70052, 0, 0]
        world.restart()


def test_a_kick_by_a_clock_that_was_far_ahead_counts_from_when_that_is_seen(world: World) -> None:
    world.seconds += 7200
    world.login(1, "alice", "phone", number=7)
    kick(world.admin(), "alice")
    world.seconds -= 7200
    # The UserSig that was used stays revoked; the moment of the kick is the present.
    assert code_of_check(world, SECOND, 8) == 70052
    assert code_of_check(world, SECOND + 1, 9) == 0
    world.restart()
    assert code_of_check(world, SECOND + 7201, 7) == 70052
    assert code_of_check(world, SECOND + 1, 9) == 0


def test_a_start_corrects_a_kick_that_lies_far_ahead(world: World) -> None:
    world.seconds += 7200
    world.login(1, "alice", "phone")
    kick(world.admin(), "alice")
    world.close()
    world.seconds -= 7200
    world.restart()
    world.seconds += 5
    assert code_of_check(world, SECOND, 8) == 70052
    assert code_of_check(world, SECOND + 2, 9) == 0
    world.restart()
    assert code_of_check(world, SECOND + 2, 9) == 0


def test_user_sigs_stay_revoked_for_whoever_registers_under_the_id_later(world: World) -> None:
    world.login(1, "alice", "phone", number=7)
    delete(world.admin(), "alice")
    world.login(2, "alice", "phone", number=9)
    for _ in range(2):
        assert code_of_check(world, SECOND - 1, 8) == 70052
        assert code_of_check(world, SECOND, 7) == 70052
        assert code_of_check(world, SECOND + 1, 9) == 0
        world.restart()


def test_what_a_kick_revoked_a_second_one_in_the_same_second_does_not_bring_back(
    world: World,
) -> None:
    world.login(1, "alice", "phone", number=7)
    kick(world.admin(), "alice")
    kick(world.admin(), "alice")
    assert code_of_check(world, SECOND, 7) == 70052
    assert code_of_check(world, SECOND + 1, 7) == 70052
    assert code_of_check(world, SECOND + 1, 8) == 0


def test_what_a_deleted_account_has_not_read_is_not_told_as_read(world: World) -> None:
    world.login(1, "alice")
    world.login(2, "bob")
    for number in range(2):
        send(world, 1, "bob", f"m{number}")
    world.call(
        2, Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT, chat.CleanUnreadParams("c2c_alice", 1)
    )
    delete(world.admin(), "bob")
    world.restart()
    world.login(1, "alice")
    (conversation,) = conversations(world, 1)
    assert conversation.peer_read_seq == 1
    world.login(2, "bob")
    send(world, 1, "bob", "m2")
    (conversation,) = conversations(world, 2)
    assert conversation.unread_count == 1


@pytest.mark.parametrize("act", [kick, delete])
def test_an_unknown_account_is_refused_before_anything_is_changed(
    world: World, act: Callable[[Context, str], None]
) -> None:
    world.login(1, "alice")
    world.take_changes()
    before = fingerprint(world.state)
    with pytest.raises(IMError) as refused:
        act(world.admin(), "nobody")
    assert refused.value.code == 70107
    assert fingerprint(world.state) == before
    assert world.take_changes() == []


@pytest.mark.parametrize(
    ("user_id", "nick_name", "face_url", "code"),
    [
        ("not an ID", None, None, 6017),
        ("bob", "x" * 501, None, 40601),
        ("bob", "Bob", "x" * 501, 40601),
        ("bob", "Bob\x00", None, 6017),
    ],
)
def test_nobody_is_registered_with_an_invalid_profile(
    world: World, user_id: str, nick_name: str | None, face_url: str | None, code: int
) -> None:
    before = fingerprint(world.state)
    with pytest.raises(IMError) as refused:
        import_account(world.admin(), user_id, nick_name, face_url)
    assert refused.value.code == code
    assert fingerprint(world.state) == before
    assert world.take_changes() == []


def test_importing_registers_who_is_not_there_and_sets_what_is_given(world: World) -> None:
    import_account(world.admin(), "alice", "Alice", None)
    assert [type(change) for change in world.take_changes()] == [AccountRegistered, ProfileChanged]
    import_account(world.admin(), "alice", None, "face")
    (changed,) = world.take_changes()
    assert isinstance(changed, ProfileChanged)
    assert (changed.info.nick_name, changed.info.face_url) == ("Alice", "face")
    import_account(world.admin(), "alice", None, None)
    assert world.take_changes() == []
    assert is_registered(world.admin(), "alice")
    assert not is_registered(world.admin(), "bob")


def test_a_deletion_reads_nothing_and_cannot_be_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.login(1, "alice")
    world.login(2, "bob")
    world.login(3, "alice", "shell", passive=True)
    world.call(1, Method.ADD_FRIEND, m.AddFriendParams("bob"))
    send(world, 1, "bob", "m1")
    world.take_changes()

    def fail(*_: object) -> None:
        raise AssertionError("the archive is read")

    for name in ("find", "at", "before", "within", "changed", "hidden", "count_unread"):
        monkeypatch.setattr(type(world.archive), name, fail)
    delete(world.admin(), "alice")
    changes = world.take_changes()
    # All that belonged to it goes before it.
    assert isinstance(changes[-1], AccountDeleted)
    assert [one for one in changes if isinstance(one, SessionClosed)] == [
        SessionClosed(1, "alice", False, CloseReason.KICKED),
        SessionClosed(3, "alice", True, CloseReason.KICKED),
    ]
    assert world.core.logged_in() == {"bob": 1}
    assert world.core.next_due(world.now) is None


def test_a_deleted_account_stays_deleted_and_leaves_nothing_to_whoever_comes_later(
    world: World,
) -> None:
    for session, name in enumerate(("alice", "bob", "carol"), start=1):
        world.login(session, name)
    world.call(
        1, Method.ADD_FRIEND, m.AddFriendParams("bob", friend_remark="Bobby", friend_group="Work")
    )
    world.call(1, Method.ADD_TO_BLACK_LIST, m.UserIDListParams(["carol"]))
    world.call(1, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["bob"]))
    world.call(2, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["alice"]))
    send(world, 1, "bob", "one")
    send(world, 2, "alice", "two")
    delete(world.admin(), "alice")
    world.restart()
    assert "alice" not in world.state[Accounts]
    world.login(5, "bob")
    history = world.call(5, Method.GET_C2C_HISTORY_MESSAGE_LIST, chat.GetHistoryParams("alice"))
    assert [one.text for one in history.message_list] == ["two", "one"]
    assert world.call(5, Method.GET_FRIEND_LIST, m.GetFriendListParams()).friend_info_list == []
    assert world.call(5, Method.GET_SUBSCRIPTIONS).user_id_list == []
    world.login(6, "alice")
    world.restart()
    world.login(1, "alice")
    history = world.call(1, Method.GET_C2C_HISTORY_MESSAGE_LIST, chat.GetHistoryParams("bob"))
    assert history.message_list == []
    assert world.call(1, Method.GET_FRIEND_LIST, m.GetFriendListParams()).friend_info_list == []
    assert world.call(1, Method.GET_FRIEND_GROUPS) == friendship.FriendGroupList([])
    assert world.call(1, Method.GET_BLACK_LIST).user_id_list == []
    assert world.call(1, Method.GET_SUBSCRIPTIONS).user_id_list == []
    assert conversations(world, 1) == []
    # To the new account the conversation begins with what it writes; to the other it goes on.
    assert send(world, 1, "bob", "anew").seq == 1
    world.login(2, "bob")
    history = world.call(2, Method.GET_C2C_HISTORY_MESSAGE_LIST, chat.GetHistoryParams("alice"))
    assert [(one.seq, one.text) for one in history.message_list] == [
        (3, "anew"),
        (2, "two"),
        (1, "one"),
    ]


def test_a_key_is_never_used_again_over_restarts(world: World) -> None:
    keys = []
    for _ in range(3):
        keys.append(register(world.admin(), "alice").key)
        delete(world.admin(), "alice")
        world.restart()
    assert keys == sorted(set(keys))


def test_what_was_never_revoked_counts() -> None:
    sigs = UserSigs()
    sigs.check(Proof("alice", 1, sig_id(0)))
    sigs.revoke("alice", 5, ())
    sigs.check(Proof("bob", 1, sig_id(0)))
    sigs.check(Proof("alice", 6, sig_id(0)))
    with pytest.raises(IMError) as refused:
        sigs.check(Proof("alice", 5, sig_id(0)))
    assert refused.value.code == 70052


@given(st.lists(st.tuples(st.integers(1, 2000), st.sets(st.integers(0, 9))), max_size=8))
def test_what_was_revoked_stays_so_until_it_expires_however_the_clock_jumps(
    kicks: list[tuple[int, set[int]]],
) -> None:
    sigs = UserSigs()
    revoked: dict[int, int] = {}
    moment = 0
    for now, used in kicks:
        sigs.correct(now)
        moment = now if moment > now + 300 else max(moment, now)
        sigs.revoke("alice", now, [sig_id(number, 100 * number + 1) for number in used])
        revoked = {number: end for number, end in revoked.items() if end > now}
        revoked |= {number: 100 * number + 1 for number in used}
        for made in (moment - 1, moment, moment + 1):
            for number in range(10):
                is_revoked = made <= moment or number in revoked
                try:
                    sigs.check(Proof("alice", made, sig_id(number)))
                except IMError as error:
                    assert (is_revoked, error.code) == (True, 70052)
                else:
                    assert not is_revoked


def test_a_request_of_or_to_a_deleted_account_can_be_answered_by_nobody(world: World) -> None:
    for session, name in enumerate(("alice", "bob", "carol"), start=1):
        world.login(session, name)
        world.call(
            session,
            Method.SET_SELF_INFO,
            profiles.SetSelfInfoParams(allow_type=profiles.FriendAllowType.NEED_CONFIRM),
        )
    assert world.code(1, Method.ADD_FRIEND, m.AddFriendParams("bob")) == 30539
    assert world.code(2, Method.ADD_FRIEND, m.AddFriendParams("carol")) == 30539
    delete(world.admin(), "bob")
    world.restart()
    for session, name in enumerate(("alice", "bob", "carol"), start=1):
        world.login(session, name)
    accept = Method.ACCEPT_FRIEND_APPLICATION
    for session, asker in ((2, "alice"), (3, "bob")):
        params = friendship.AcceptFriendApplicationParams(asker)
        assert world.code(session, accept, params) == 30614
    for session in (1, 2, 3):
        found = world.call(session, Method.GET_FRIEND_APPLICATION_LIST)
        assert (found.friend_application_list, found.unread_count) == ([], 0)


class AccountsLeft:
    """A disk with room for a number of accounts, as long as each asks once."""

    def __init__(self, left: int) -> None:
        self.left = left

    def has_room(self) -> bool:
        return True

    def has_room_for_accounts(self) -> bool:
        self.left -= 1
        return self.left >= 0


def test_a_login_that_finds_no_room_leaves_the_earlier_one_on_its_connection() -> None:
    world = World(disk=AccountsLeft(2))
    world.login(1, "alice")
    world.login(2, "bob")
    with pytest.raises(IMError) as refused:
        world.login(1, "carol")
    assert refused.value.code == 70500
    for session_id, user_id in ((1, "alice"), (2, "bob")):
        assert world.login(session_id, user_id).status_type is UserStatusType.ONLINE
    assert not [one for one in world.changes if isinstance(one, SessionClosed)]

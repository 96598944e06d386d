"""Methods: whatever the parameters are, the answer is a result or a code."""

from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request, decode_params, decode_request, encode_answer
from imtui.protocol.messages import Credentials, Method
from imtui.protocol.proof import Proof
from imtui.protocol.usersig import sign
from imtui.protocol.verification import verify_user_sig
from imtui.server.core.logins.registration import kick
from imtui.server.core.messages.changes import MessageSent
from imtui.server.core.methods import METHODS
from tests.server.core.world import World, sig_id
from tests.server.trusting import ring_of

KEY = AppKey(1400000000, "secret")
ALICE, NOBODY = 1, 2

_ids = st.one_of(st.sampled_from(["alice", "bob", "carol", "nobody"]), st.text(max_size=40))
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), _ids),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
_names = st.sampled_from(
    [
        *("userID", "userIDList", "customStatus", "expiresAt", "cursor", "deleteType"),
        *("sdkAppID", "userSig", "instanceID", "deviceName", "platform", "passive", "resume"),
        *("msgID", "elemType", "text", "data", "cloudCustomData", "onlineUserOnly", "count"),
        *(
            "beforeSeq",
            "sinceVersion",
            "sinceOwnVersion",
            "seqList",
            "conversationID",
            "cleanSequence",
            "opt",
        ),
        *("isPinned", "addWording", "friendRemark", "friendGroup", "addType", "acceptType"),
        *("checkType", "groupName", "groupNameList", "oldName", "newName", "nickName"),
        *("selfSignature", "allowType"),
    ]
)
_params = st.one_of(
    _values,
    st.dictionaries(_names, _values),
    st.fixed_dictionaries({"userIDList": st.lists(_ids, max_size=5)}),
    st.fixed_dictionaries({"customStatus": st.text(max_size=120)}),
    st.fixed_dictionaries(
        {"userID": _ids, "msgID": _ids, "seqList": st.lists(st.integers(), max_size=3)},
        optional={
            **{"text": st.text(max_size=9), "elemType": st.integers(0, 3), "data": st.just("AA==")},
            **{"count": st.integers(-1, 102), "beforeSeq": st.none() | st.integers()},
            **{"sinceVersion": st.integers(), "cloudCustomData": st.text(max_size=9)},
            **{"sinceOwnVersion": st.none() | st.integers()},
        },
    ),
    st.fixed_dictionaries(
        {"conversationID": st.sampled_from(["c2c_bob", "c2c_alice", "c2c_", "x"])},
        optional={"isPinned": st.booleans(), "cleanSequence": st.integers(), "cursor": _ids},
    ),
    st.fixed_dictionaries(
        {"userID": _ids, "friendRemark": st.text(max_size=40)},
        optional={
            **{"addWording": st.text(max_size=60), "friendGroup": st.text(max_size=20)},
            **{"addType": st.integers(0, 3), "acceptType": st.integers(-1, 2)},
        },
    ),
    st.fixed_dictionaries(
        {"groupName": st.text(max_size=20), "userIDList": st.lists(_ids, max_size=3)},
        optional={"oldName": st.text(max_size=20), "newName": st.text(max_size=20)},
    ),
    st.fixed_dictionaries(
        {},
        optional={
            **{"nickName": st.text(max_size=300), "selfSignature": st.none() | st.text()},
            **{"allowType": st.integers(-1, 3), "groupNameList": st.lists(st.text(max_size=9))},
        },
    ),
)


def world() -> World:
    """Return a world with three sessions, one of them alice's."""
    world = World()
    for number, user_id in ((7, "bob"), (8, "carol"), (ALICE, "alice")):
        world.login(number, user_id)
    world.take_changes()
    return world


def requested(method: str, params: Any) -> Request:
    document = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return decode_request(msgspec.json.encode(document))


def answer(
    world: World, session_id: int, method: str, params: Any, **options: bool
) -> msgspec.Struct | IMError:
    """Return the answer to a request, whose UserSig an edge checks if it is a login."""
    request = requested(method, params)
    try:
        if method != Method.LOGIN:
            return world.core.call(session_id, request, world.now, **options)
        claimed = decode_params(request.params, Credentials)
        claims = (claimed.sdk_app_id, claimed.user_id, claimed.user_sig)
        proof = verify_user_sig(ring_of(KEY), *claims, world.now.unix_ms)
        return world.core.login(session_id, proof, request, world.now)
    except IMError as error:
        return error


def code_of(outcome: msgspec.Struct | IMError) -> int:
    return outcome.code if isinstance(outcome, IMError) else 0


@given(st.sampled_from(list(Method)), _params)
@example(Method.SET_SELF_STATUS, {"customStatus": "Lunch", "expiresAt": 2**70})
def test_any_parameters_give_a_result_or_a_code_with_one_line(method: Method, params: Any) -> None:
    there = world()
    outcome = answer(there, ALICE, method, params)
    encode_answer(1, outcome)
    if isinstance(outcome, IMError):
        assert isinstance(outcome.code, ErrorCode)
        assert outcome.code is not ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR
        assert "\n" not in outcome.message
        assert not there.core.has_changes
    assert there.core.logged_in()["alice"] or method is Method.LOGOUT


@given(st.sampled_from([method for method in Method if method is not Method.LOGIN]), _params)
def test_whoever_is_not_logged_in_gets_6014_before_all_else(method: Method, params: Any) -> None:
    there = world()
    for is_read_only in (False, True):
        outcome = answer(there, NOBODY, method, params, is_read_only=is_read_only)
        assert code_of(outcome) == 6014


@pytest.mark.parametrize("session_id", [ALICE, NOBODY])
@pytest.mark.parametrize("method", ["", "noSuchMethod", "Login", "onRecvNewMessage"])
@pytest.mark.parametrize("params", [None, [], {"userID": 1}])
def test_an_unknown_method_is_refused_before_all_else(
    session_id: int, method: str, params: Any
) -> None:
    for is_read_only in (False, True):
        outcome = answer(world(), session_id, method, params, is_read_only=is_read_only)
        assert code_of(outcome) == -32601


@pytest.mark.parametrize(
    ("method", "invalid", "refused", "code"),
    [
        (Method.SEND_MESSAGE, {"userID": "bob"}, ("bob", "alice"), 6032),
        (Method.ADD_FRIEND, {"userID": 1}, ("nobody", "nobody"), 30003),
        (Method.SUBSCRIBE_USER_STATUS, {"userIDList": "bob"}, ("nobody", "nobody"), 70107),
    ],
)
def test_parameters_are_decoded_before_the_store_counts_and_that_before_the_calls_own_checks(
    method: Method, invalid: dict[str, Any], refused: tuple[str, str], code: int
) -> None:
    own = {"userID": refused[1], "userIDList": list(refused), "msgID": "m", "text": "x"}
    there = world()
    for is_read_only, codes in ((False, (6017, code)), (True, (6017, 70500))):
        outcomes = [
            code_of(answer(there, ALICE, method, params, is_read_only=is_read_only))
            for params in (invalid, own)
        ]
        assert tuple(outcomes) == codes
    assert not there.core.has_changes


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 6017),
        ({"sdkAppID": 1, "userID": "alice"}, 70002),
        ({"sdkAppID": 1, "userID": "alice", "userSig": "?"}, 70003),
        ({"sdkAppID": 1, "userID": "alice", "userSig": sign("alice", 1, "x")}, 70020),
        ({"sdkAppID": KEY.sdk_app_id, "userID": "alice", "userSig": sign("bob", 1, "x")}, 70014),
        (
            {
                "sdkAppID": KEY.sdk_app_id,
                "userID": "alice",
                "userSig": sign("bob", KEY.sdk_app_id, "x", 0),
            },
            70013,
        ),
        (
            {
                "sdkAppID": KEY.sdk_app_id,
                "userID": "alice",
                "userSig": sign("alice", KEY.sdk_app_id, "x", 0),
            },
            70009,
        ),
        (
            {
                "sdkAppID": KEY.sdk_app_id,
                "userID": "alice",
                "userSig": sign("alice", KEY.sdk_app_id, KEY.secret_key, 0, now=1.0),
            },
            70001,
        ),
        (
            {
                "sdkAppID": KEY.sdk_app_id,
                "userID": "alice",
                "userSig": sign("alice", KEY.sdk_app_id, KEY.secret_key, 0, now=1.0),
                "platform": "Abacus",
                "passive": "perhaps",
            },
            70001,
        ),
        (
            {
                "sdkAppID": KEY.sdk_app_id,
                "userID": "alice",
                "userSig": sign("alice", KEY.sdk_app_id, KEY.secret_key, now=1.7e9),
                "platform": "Abacus",
            },
            6017,
        ),
        (
            {
                "sdkAppID": KEY.sdk_app_id,
                "userID": "not an ID",
                "userSig": sign("not an ID", KEY.sdk_app_id, KEY.secret_key, now=1.7e9),
                "instanceID": "x",
            },
            6017,
        ),
    ],
)
def test_a_user_sig_is_checked_before_all_else_and_in_this_order(
    params: dict[str, Any], code: int
) -> None:
    assert code_of(answer(world(), NOBODY, "login", params)) == code


def test_a_revoked_user_sig_is_refused_before_the_other_parameters_are_read() -> None:
    there = world()
    kick(there.admin(), "alice")
    proof = Proof("alice", there.now.unix_ms // 1000, sig_id(5))
    request = requested("login", {"sdkAppID": 1, "userID": "alice", "platform": "Abacus"})
    codes = []
    for made in (proof.made, proof.made + 1):
        with pytest.raises(IMError) as refused:
            there.core.login(NOBODY, Proof("alice", made, sig_id(5)), request, there.now)
        codes.append(refused.value.code)
    assert codes == [70052, 6017]


def test_a_login_without_an_instance_id_gets_one() -> None:
    there = world()
    user_sig = sign("dave", KEY.sdk_app_id, KEY.secret_key, now=1.7e9)
    params = {"sdkAppID": KEY.sdk_app_id, "userID": "dave", "userSig": user_sig}
    assert not isinstance(answer(there, NOBODY, "login", params), IMError)
    (instance_id,) = there.account("dave").devices
    assert len(instance_id) >= 8


def test_while_the_store_fails_only_what_is_not_durable_is_done() -> None:
    there = world()
    to_bob = {"userID": "bob"}
    list_of_bob = {"userIDList": ["bob"]}
    with_bob = {"conversationID": "c2c_bob"}
    in_group = {"groupName": "Work", **list_of_bob}
    params: dict[Method, dict[str, Any]] = {
        Method.HEARTBEAT: {},
        Method.SET_SELF_STATUS: {},
        Method.GET_USER_STATUS: list_of_bob,
        Method.SUBSCRIBE_USER_STATUS: list_of_bob,
        Method.UNSUBSCRIBE_USER_STATUS: {},
        Method.GET_SUBSCRIPTIONS: {},
        Method.ADD_FRIEND: to_bob,
        Method.DELETE_FROM_FRIEND_LIST: list_of_bob,
        Method.GET_FRIEND_LIST: {},
        Method.CHECK_FRIEND: list_of_bob,
        Method.GET_FRIENDS_INFO: list_of_bob,
        Method.SET_FRIEND_INFO: {**to_bob, "friendRemark": "x"},
        Method.GET_FRIEND_APPLICATION_LIST: {},
        Method.ACCEPT_FRIEND_APPLICATION: to_bob,
        Method.REFUSE_FRIEND_APPLICATION: to_bob,
        Method.DELETE_FRIEND_APPLICATION: to_bob,
        Method.SET_FRIEND_APPLICATION_READ: {},
        Method.CREATE_FRIEND_GROUP: in_group,
        Method.DELETE_FRIEND_GROUP: {"groupNameList": ["Work"]},
        Method.RENAME_FRIEND_GROUP: {"oldName": "Work", "newName": "Home"},
        Method.ADD_FRIENDS_TO_FRIEND_GROUP: in_group,
        Method.DELETE_FRIENDS_FROM_FRIEND_GROUP: in_group,
        Method.GET_FRIEND_GROUPS: {},
        Method.ADD_TO_BLACK_LIST: list_of_bob,
        Method.DELETE_FROM_BLACK_LIST: list_of_bob,
        Method.GET_BLACK_LIST: {},
        Method.SET_SELF_INFO: {"nickName": "Alice"},
        Method.GET_USERS_INFO: list_of_bob,
        Method.SEND_MESSAGE: {**to_bob, "msgID": "m", "text": "x"},
        Method.GET_C2C_HISTORY_MESSAGE_LIST: to_bob,
        Method.GET_CHANGED_MESSAGES: to_bob,
        Method.REVOKE_MESSAGE: {**to_bob, "msgID": "m"},
        Method.DELETE_MESSAGES: {**to_bob, "seqList": [1]},
        Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT: with_bob,
        Method.GET_CONVERSATION_LIST: {},
        Method.PIN_CONVERSATION: {**with_bob, "isPinned": True},
        Method.SET_C2C_RECEIVE_MESSAGE_OPT: {**list_of_bob, "opt": 1},
        Method.DELETE_CONVERSATION: with_bob,
        Method.LOGOUT: {},
    }
    assert params.keys() == set(Method) - {Method.LOGIN}
    refused = {
        method
        for method, given in params.items()
        if code_of(answer(there, ALICE, method, given, is_read_only=True)) == 70500
    }
    done = {
        Method.HEARTBEAT,
        Method.SET_SELF_STATUS,
        Method.GET_USER_STATUS,
        Method.GET_SUBSCRIPTIONS,
        Method.GET_FRIEND_LIST,
        Method.CHECK_FRIEND,
        Method.GET_FRIENDS_INFO,
        Method.GET_FRIEND_APPLICATION_LIST,
        Method.GET_FRIEND_GROUPS,
        Method.GET_BLACK_LIST,
        Method.GET_USERS_INFO,
    }
    assert refused == params.keys() - done
    assert [type(change).__name__ for change in there.take_changes()] == ["StatusChanged"]
    # Logins are refused by whoever drives the core, which asks for nothing durable then.
    assert METHODS[Method.LOGIN].is_durable


def test_what_the_apps_own_server_drops_is_done_for_its_caller_alone() -> None:
    there = world()
    params = {"userID": "bob", "msgID": "m", "text": "x"}
    assert code_of(answer(there, ALICE, Method.SEND_MESSAGE, params, is_dropped=True)) == 0
    (sent,) = [one for one in there.take_changes() if isinstance(one, MessageSent)]
    assert (sent.hidden_from, sent.to_receiver, sent.unread) == ("bob", False, 0)
    # What has no other way of being done is done as ever.
    assert code_of(answer(there, ALICE, Method.GET_FRIEND_LIST, {}, is_dropped=True)) == 0

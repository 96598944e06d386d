"""Methods: whatever the parameters are, the answer is a result or a code."""

from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import decode_request, encode_answer
from imtui.protocol.messages import Method
from imtui.protocol.usersig import sign
from imtui.server.instant import Instant
from imtui.server.core.logins.logins import Login
from imtui.server.core.service import IMService
from imtui.server.core.stored import StoredApp
from imtui.server.edge.methods import Caller, call
from tests.server.memory_archive import MemoryArchive

NOW = Instant(100.0, 1_700_000_000_000)
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
        *("beforeSeq", "sinceVersion", "seqList", "conversationID", "cleanSequence", "opt"),
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


def caller(session_id: int) -> Caller:
    service = IMService(StoredApp(start=1), NOW, archive=MemoryArchive())
    for number, user_id in ((7, "bob"), (8, "carol"), (ALICE, "alice")):
        service.login(number, Login(user_id, f"{user_id}-device"), NOW)
    return Caller(service, KEY, 400.0, session_id, lambda: False)


def answer(who: Caller, method: str, params: Any) -> msgspec.Struct | IMError:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    try:
        return call(who, decode_request(msgspec.json.encode(request)), NOW)
    except IMError as error:
        return error


@given(st.sampled_from(list(Method)), _params)
@example(Method.SET_SELF_STATUS, {"customStatus": "Lunch", "expiresAt": 2**70})
def test_any_parameters_give_a_result_or_a_code_with_one_line(method: Method, params: Any) -> None:
    who = caller(ALICE)
    outcome = answer(who, method, params)
    encode_answer(1, outcome)
    if isinstance(outcome, IMError):
        assert isinstance(outcome.code, ErrorCode)
        assert outcome.code is not ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR
        assert "\n" not in outcome.message
        assert who.service.take_changes() == caller(ALICE).service.take_changes()
    assert ALICE in who.service.all_sessions() or method is Method.LOGOUT


@given(st.sampled_from([method for method in Method if method is not Method.LOGIN]), _params)
def test_whoever_is_not_logged_in_gets_6014_before_all_else(method: Method, params: Any) -> None:
    outcome = answer(caller(NOBODY), method, params)
    assert isinstance(outcome, IMError)
    assert outcome.code == 6014


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
    outcome = answer(caller(NOBODY), "login", params)
    assert isinstance(outcome, IMError)
    assert outcome.code == code


def test_a_login_without_an_instance_id_gets_one() -> None:
    who = caller(NOBODY)
    user_sig = sign("dave", KEY.sdk_app_id, KEY.secret_key, now=1.7e9)
    params = {"sdkAppID": KEY.sdk_app_id, "userID": "dave", "userSig": user_sig}
    assert not isinstance(answer(who, "login", params), IMError)
    assert len(who.service.self_devices("dave")[0].instance_id) >= 8


def test_while_the_store_fails_only_what_is_not_durable_is_done() -> None:
    whole = caller(ALICE)
    who = Caller(whole.service, KEY, 400.0, ALICE, lambda: True)
    refused = {
        method
        for method, params in {
            Method.HEARTBEAT: {},
            Method.SET_SELF_STATUS: {},
            Method.GET_USER_STATUS: {"userIDList": ["bob"]},
            Method.GET_FRIEND_LIST: {},
            Method.SUBSCRIBE_USER_STATUS: {"userIDList": ["bob"]},
            Method.UNSUBSCRIBE_USER_STATUS: {},
            Method.ADD_FRIEND: {"userID": "bob"},
            Method.DELETE_FROM_FRIEND_LIST: {"userIDList": ["bob"]},
            Method.SET_SELF_INFO: {"nickName": "Alice"},
            Method.GET_USERS_INFO: {"userIDList": ["bob"]},
            Method.SET_FRIEND_INFO: {"userID": "bob", "friendRemark": "x"},
            Method.CREATE_FRIEND_GROUP: {"groupName": "Work"},
            Method.ADD_TO_BLACK_LIST: {"userIDList": ["bob"]},
            Method.GET_BLACK_LIST: {},
            Method.GET_FRIEND_APPLICATION_LIST: {},
            Method.LOGOUT: {},
        }.items()
        if isinstance(answer(who, method, params), IMError)
    }
    assert refused == {
        Method.SUBSCRIBE_USER_STATUS,
        Method.UNSUBSCRIBE_USER_STATUS,
        Method.ADD_FRIEND,
        Method.DELETE_FROM_FRIEND_LIST,
        Method.SET_SELF_INFO,
        Method.SET_FRIEND_INFO,
        Method.CREATE_FRIEND_GROUP,
        Method.ADD_TO_BLACK_LIST,
        Method.LOGOUT,
    }

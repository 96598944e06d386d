"""What fields of some names hold: the users that there are, and what they made."""

import typing
from enum import StrEnum
from typing import Final

from hypothesis import strategies as st

from imtui.protocol.status import Platform
from imtui.server.core.console import Console
from tests.fuzz.backend.bench import ADMIN, KEY, WALL_START, user_sig
from tests.fuzz.backend.values import ANYTHING, Named, Values

USERS: Final = ("ann", "ben", "cyd")
_SIGS: Final = {user: user_sig(user) for user in (*USERS, ADMIN)}
_SEQS: Final = st.integers(0, 8)

_users: Final = st.sampled_from([*USERS * 6, "nobody", ADMIN, "", "a" * 33, "é"])
_msg_ids: Final = st.sampled_from([*["m1", "m2", "m3", "m4"] * 3, "", "a b", "x" * 65])
_groups: Final = st.sampled_from([*"GHGHGH", "", "g" * 31, "My Friends"])
_texts: Final = st.sampled_from(
    [*["hello", "é", "👍🏻", "{}"] * 3, "", "x" * 12_289, "\x00", "\u202e", "\ud800", "é" * 200]
)
_times: Final = st.sampled_from(
    [0, WALL_START, WALL_START + 60, WALL_START * 1000 + 5000, -1, 2**53, 2**63, 2**64]
)

_elements: Final = st.sampled_from(
    [
        *[{"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}] * 12,
        {"MsgType": "TIMCustomElem", "MsgContent": {"Data": "x", "Desc": "y", "Ext": ""}},
        {"MsgType": "TIMFaceElem", "MsgContent": {"Index": 1, "Data": "z"}},
        {"MsgType": "TIMTextElem", "MsgContent": {"Text": "\ud800"}},
        {"MsgType": "TIMTextElem", "MsgContent": {}},
        {"MsgType": "x", "MsgContent": {"Text": 5}},
    ]
)
_tags: Final = st.sampled_from(
    [
        *(f"Tag_Profile_IM_{name}" for name in ("Nick", "AllowType", "SelfSignature", "Gender")),
        *(f"Tag_Profile_IM_{name}" for name in ("Image", "BirthDay", "Location", "Level", "Role")),
        *(f"Tag_SNS_IM_{name}" for name in ("Group", "Remark", "AddTime", "AddSource")),
        *("Tag_Profile_Custom_A", "Tag_SNS_Custom_A", "Tag_Profile_IM_", "", "Tag_SNS_Custom_"),
    ]
)
_SETTINGS: Final[dict[str, Values]] = {
    name: st.sampled_from([*kind, "", "both"])
    if isinstance(kind, type(StrEnum)) and issubclass(kind, StrEnum)
    else st.just("0")
    for name, kind in typing.get_type_hints(Console).items()
}

NAMED: Final[Named] = {
    name: of
    for names, of in (
        (("sdkappid",), st.just(KEY.sdk_app_id)),
        (("userid", "useridlist", "fromaccount", "toaccount", "operatoraccount"), _users),
        (("peeraccount", "reportaccount", "accounts", "identifier", "cursor", "prefix"), _users),
        (("usersig",), st.sampled_from(list(_SIGS.values()))),
        (("platform",), st.sampled_from(list(Platform))),
        (("instanceid",), st.sampled_from(["one", "two", "", "a b"])),
        (
            ("conversationid",),
            st.sampled_from([*[f"c2c_{user}" for user in USERS] * 4, "c2c_", ""]),
        ),
        (("msgid",), _msg_ids),
        (("msgkey", "lastmsgkey"), st.sampled_from(["1_2_1700000000", "0_0_0", "1_1_1", "", "x"])),
        (("seqlist", "cleansequence", "beforeseq"), _SEQS),
        (("sinceversion", "sinceownversion"), _SEQS),
        (("groupname", "friendgroup", "oldname", "newname", "groupnamelist"), _groups),
        (("text", "customstatus", "addwording", "friendremark", "remark"), _texts),
        (("msgbody",), _elements),
        (("msgrandom", "msgseq"), st.integers(0, 3) | st.just(2**32 - 1)),
        (("addsource",), st.sampled_from(["AddSource_Type_Web", "AddSource_Type_", "", "Web"])),
        (("tag", "taglist"), _tags),
        (("value",), _texts | st.integers(0, 4) | st.lists(_groups, max_size=2) | ANYTHING),
        (("settings",), st.fixed_dictionaries({}, optional=_SETTINGS)),
        (("expiresat", "mintime", "maxtime", "addtime", "msgtimestamp"), _times),
    )
    for name in names
}

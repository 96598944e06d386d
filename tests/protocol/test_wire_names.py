"""How field names are spelled on the wire."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.wire_names import wire_name


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("user_id", "userID"),
        ("user_id_list", "userIDList"),
        ("sdk_app_id", "sdkAppID"),
        ("user_sig", "userSig"),
        ("instance_id", "instanceID"),
        ("custom_status", "customStatus"),
        ("status_type", "statusType"),
        ("online_devices", "onlineDevices"),
        ("friend_info_list", "friendInfoList"),
        ("next_cursor", "nextCursor"),
        ("expires_at", "expiresAt"),
        ("since", "since"),
    ],
)
def test_names_of_the_wire(field: str, name: str) -> None:
    assert wire_name(field) == name


@given(st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8}){0,4}", fullmatch=True))
def test_a_name_is_one_word_that_starts_small(field: str) -> None:
    name = wire_name(field)
    assert re.fullmatch("[a-z][A-Za-z]*", name)
    assert name.lower() == field.replace("_", "")

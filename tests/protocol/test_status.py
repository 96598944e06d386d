"""The status of a user on the wire."""

import msgspec

from imtui.protocol.jsonrpc import encode
from imtui.protocol.status import ChangedBy, Platform, UserStatus, UserStatusType


def test_the_general_statuses_have_the_numbers_of_the_field() -> None:
    assert [(kind.name, kind.value) for kind in UserStatusType] == [
        ("UNKNOWN", 0),
        ("ONLINE", 1),
        ("OFFLINE", 2),
        ("UNLOGINED", 3),
    ]


def test_a_status_type_of_a_newer_backend_reads_as_unknown() -> None:
    status = msgspec.json.decode(b'{"userID": "a", "statusType": 9}', type=UserStatus)
    assert status.status_type is UserStatusType.UNKNOWN


def test_the_fields_that_are_always_sent_are_sent_when_empty() -> None:
    document = msgspec.json.decode(encode(UserStatus("a", UserStatusType.UNLOGINED)))
    assert document == {
        "userID": "a",
        "statusType": 3,
        "customStatus": "",
        "onlineDevices": [],
        "since": 0,
        "revision": 0,
    }


def test_what_own_devices_are_told_is_sent_when_there() -> None:
    status = UserStatus(
        "a",
        UserStatusType.ONLINE,
        custom_status="On the call",
        online_devices=["Linux", "Mac"],
        since=1,
        revision=2,
        changed_by=ChangedBy("i1", "laptop", Platform.LINUX),
        expires_at=3,
    )
    document = msgspec.json.decode(encode(status))
    assert document["changedBy"] == {
        "instanceID": "i1",
        "deviceName": "laptop",
        "platform": "Linux",
    }
    assert document["expiresAt"] == 3
    assert msgspec.json.decode(encode(status), type=UserStatus) == status


def test_the_platforms() -> None:
    assert [str(platform) for platform in Platform] == [
        "Linux",
        "Mac",
        "Windows",
        "Android",
        "iPhone",
        "iPad",
        "Web",
    ]

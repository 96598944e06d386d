"""The sentences of ``imtui watch --plain``."""

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.output import sentences
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import ConsoleSettings, SelfDevice, SubscriptionReason
from imtui.protocol.status import ChangedBy, Platform, UserStatus, UserStatusType

NOW = datetime(2026, 3, 4, 14, 5)
LUNCH_END = int(NOW.replace(hour=17, minute=0).timestamp() * 1000)

ONLINE, OFFLINE, UNLOGINED, UNKNOWN = (
    UserStatusType.ONLINE,
    UserStatusType.OFFLINE,
    UserStatusType.UNLOGINED,
    UserStatusType.UNKNOWN,
)
PHONE = SelfDevice("i1", "phone", Platform.ANDROID, 1)
DESK = SelfDevice("i2", "desk", Platform.LINUX, 2)
BY_PHONE = ChangedBy("i1", "phone", Platform.ANDROID)


def bob(kind: UserStatusType = ONLINE, text: str = "", user_id: str = "bob") -> UserStatus:
    return UserStatus(user_id, kind, text, revision=1)


def me(
    text: str = "",
    kind: UserStatusType = ONLINE,
    by: ChangedBy | None = None,
    expires_at: int | None = None,
    devices: tuple[str, ...] = ("Linux",),
) -> UserStatus:
    return UserStatus(
        "alice", kind, text, list(devices), changed_by=by, expires_at=expires_at, revision=2
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (bob(), "bob is ONLINE."),
        (bob(text="On the call"), "bob is ONLINE and says: On the call."),
        (bob(text="Lunch!"), "bob is ONLINE and says: Lunch!"),
        (bob(text="会議中。"), "bob is ONLINE and says: 会議中。"),
        (bob(text="\u200b\u202e"), "bob is ONLINE."),
        (bob(OFFLINE), "bob is OFFLINE: lost without logging out."),
        (bob(UNLOGINED), "bob is UNLOGINED: logged out, or never logged in."),
        (bob(UNKNOWN), "bob is UNKNOWN: nothing can be learned at present."),
    ],
)
def test_status_of_a_user(status: UserStatus, said: str) -> None:
    assert sentences.user_status(status) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (bob(OFFLINE), bob(), "bob is now ONLINE."),
        (bob(OFFLINE), bob(text="Back"), "bob is now ONLINE and says: Back."),
        (bob(UNKNOWN), bob(), "bob is ONLINE."),
        (None, bob(text="Hi"), "bob is ONLINE and says: Hi."),
        (bob(text="Hi"), bob(OFFLINE), "bob is OFFLINE: lost without logging out."),
        (bob(), bob(UNLOGINED), "bob is UNLOGINED: logged out."),
        (None, bob(UNLOGINED), "bob is UNLOGINED: logged out, or never logged in."),
        (bob(), bob(UNKNOWN), "bob is UNKNOWN: nothing can be learned at present."),
        (bob(), bob(text="On the call"), "bob says: On the call."),
        (bob(text="Hi"), bob(), "bob cleared the text."),
        (bob(text="Hi"), bob(text="Hi"), None),
        (bob(), bob(text="\u200b"), None),
    ],
)
def test_change_of_a_user(before: UserStatus | None, after: UserStatus, said: str | None) -> None:
    assert sentences.user_changed(before, after) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (me(), me("Music", by=BY_PHONE), "You set from phone (Android): Music."),
        (
            me(),
            me("Lunch", by=BY_PHONE, expires_at=LUNCH_END),
            "You set from phone (Android), until 17:00: Lunch.",
        ),
        (
            me("Lunch", by=BY_PHONE),
            me("Lunch", by=BY_PHONE, expires_at=LUNCH_END),
            "You set from phone (Android), until 17:00: Lunch.",
        ),
        (me("Music"), me(by=BY_PHONE), "You cleared the text from phone (Android)."),
        (
            me(),
            me("Music", by=ChangedBy("i3", "", Platform.LINUX)),
            "You set from Linux: Music.",
        ),
        (me("Lunch"), me(), "Your text has ended."),
        (me("Lunch"), me("Music"), "Your text is now: Music."),
        (me(), me(devices=("Android", "Linux"), by=BY_PHONE), None),
        (
            me("Lunch"),
            me(devices=("Android", "Linux"), by=BY_PHONE),
            "Your text has ended.",
        ),
        (me("Music"), me("Music", by=BY_PHONE), None),
        (me(kind=OFFLINE), me(), "You are now ONLINE."),
        (me(kind=OFFLINE), me("Music"), "You are now ONLINE: Music."),
        (me(), me(kind=OFFLINE), "You are OFFLINE: lost without logging out."),
        (me("Music"), me(kind=UNLOGINED), "You are UNLOGINED: logged out."),
    ],
)
def test_change_of_the_own_status(before: UserStatus, after: UserStatus, said: str | None) -> None:
    assert sentences.own_changed(before, after, NOW) == said


def test_own_status_and_devices() -> None:
    assert sentences.own_status(me(kind=OFFLINE), [], NOW) == ["You are alice, OFFLINE."]
    assert sentences.own_status(me("Lunch", expires_at=LUNCH_END), [PHONE], NOW) == [
        "You are alice, ONLINE, until 17:00: Lunch.",
        "Your connected device is phone (Android).",
    ]
    assert sentences.own_status(me("Music"), [PHONE, DESK], NOW) == [
        "You are alice, ONLINE: Music.",
        "Your connected devices are phone (Android) and desk (Linux).",
    ]


def test_counts_of_friends_and_subscriptions() -> None:
    assert sentences.about_friends(0, []) == "Your friend list is empty."
    assert sentences.about_friends(1, [bob()]) == "1 of 1 friend is online."
    assert sentences.about_friends(9, [bob(), bob(), bob(OFFLINE)]) == "2 of 9 friends are online."
    assert sentences.about_friends(2, []) == (
        "You have 2 friends; how they are cannot be known at present."
    )
    assert sentences.about_subscribed(3, [bob(), bob(OFFLINE)]) == (
        "You are also subscribed to 3 users, of whom 1 is online."
    )
    assert sentences.about_subscribed(1, []) == (
        "You are also subscribed to 1 user; how they are cannot be known at present."
    )


def test_online_names_are_limited() -> None:
    few = [bob(), bob(text="Hi", user_id="carol"), bob(user_id="dave")]
    assert sentences.online_names(few) == [
        "carol is ONLINE and says: Hi.",
        "bob and dave are ONLINE too.",
    ]
    assert sentences.online_names([bob()]) == ["bob is ONLINE."]
    assert sentences.online_names([]) == []

    talkers = [bob(text="Hi", user_id=f"t{number}") for number in range(300)]
    silent = [bob(user_id=f"s{number}") for number in range(300)]
    said = sentences.online_names([*talkers, *silent])
    assert len(said) == 10
    assert said[-2] == "292 more with a text are ONLINE."
    assert said[-1] == "s0, s1, s2, s3, s4, s5, s6, s7 and 292 more are ONLINE too."


def test_changes_are_counted() -> None:
    came = [(bob(OFFLINE), bob())] * 12
    went = [(bob(), bob(OFFLINE))] * 3
    texts = [(bob(), bob(text="Hi"))]

    assert (
        sentences.change_counts("friend", [*went, *came]) == "12 friends are now ONLINE, 3 OFFLINE."
    )
    assert sentences.change_counts("friend", [*came, *texts]) == (
        "12 friends are now ONLINE, 1 changed the text."
    )
    assert sentences.change_counts("user", texts * 8) == "8 users changed the text."
    assert (
        sentences.change_counts("user", [(None, bob()), *went])
        == "1 user is now ONLINE, 3 OFFLINE."
    )


def test_changes_of_devices_subscriptions_and_friends() -> None:
    assert sentences.device_connected(PHONE) == "Your device phone (Android) is connected."
    assert sentences.device_disconnected(DESK) == "Your device desk (Linux) is gone."
    assert sentences.subscribed(["zoe"]) == "You are now subscribed to zoe."
    assert sentences.unsubscribed(["a", "b"], SubscriptionReason.UNSUBSCRIBED) == (
        "You are no longer subscribed to a and b."
    )
    assert sentences.unsubscribed(["a"], SubscriptionReason.EVICTED) == (
        "You are no longer subscribed to a: that would be more than 200, so the earliest went."
    )
    assert sentences.unsubscribed(["u"] * 9, SubscriptionReason.CLEARED) == (
        "You are no longer subscribed to 9 users: cleared by the backend."
    )
    assert sentences.friends_added(["zoe"]) == "zoe is now your friend."
    assert sentences.friends_added(["a", "b", "c"]) == "a, b and c are now your friends."
    assert sentences.friends_deleted(["zoe"]) == "zoe is no longer your friend."
    assert sentences.friends_deleted(["zoe"] * 9) == "9 users are no longer your friends."


def test_console_errors_and_connection() -> None:
    assert sentences.console_changed(ConsoleSettings("standard", "off", "on")) == (
        "The console was changed: edition standard, user status off, friends' notifications on."
    )
    assert sentences.error_sentence(IMError(ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED)) == (
        "Error 72001: User status is not enabled in the console. "
        "Whoever runs the app can turn it on: imtui console set user_status=on"
    )
    assert sentences.error_sentence(IMError(4, "no")) == "Error 4: no."
    assert sentences.connection_ended(IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER)) == (
        "You were kicked offline by another login, or by an admin."
    )
    assert (
        sentences.connection_ended(IMError(4, "no"))
        == "The connection has ended for good. Error 4: no."
    )
    assert sentences.with_time(NOW, "Hello.") == "14:05 Hello."


any_text = st.text(st.characters())
statuses = st.builds(
    UserStatus,
    any_text,
    st.sampled_from(UserStatusType),
    any_text,
    changed_by=st.none() | st.builds(ChangedBy, any_text, any_text, st.sampled_from(Platform)),
    expires_at=st.none() | st.integers(-(2**53), 2**53),
)
devices = st.builds(SelfDevice, any_text, any_text, st.sampled_from(Platform), st.just(0))
names = st.lists(any_text, min_size=1, max_size=12)
changes = st.tuples(st.none() | statuses, statuses)

said = st.one_of(
    st.builds(
        lambda own, devices: " ".join(sentences.own_status(own, devices, NOW)),
        statuses,
        st.lists(devices, max_size=3),
    ),
    st.builds(
        lambda all: " ".join(sentences.online_names(all)) or "nothing",
        st.lists(statuses, max_size=12),
    ),
    st.builds(sentences.user_status, statuses, is_change=st.booleans()),
    changes.map(lambda change: sentences.user_changed(*change) or "nothing"),
    st.builds(
        lambda before, after: sentences.own_changed(before, after, NOW) or "nothing",
        statuses,
        statuses,
    ),
    st.lists(changes, min_size=1).map(lambda all: sentences.change_counts("user", all)),
    devices.map(sentences.device_connected),
    devices.map(sentences.device_disconnected),
    names.map(sentences.subscribed),
    names.map(sentences.friends_added),
    names.map(sentences.friends_deleted),
    st.builds(sentences.unsubscribed, names, st.sampled_from(SubscriptionReason)),
    st.builds(ConsoleSettings, any_text, any_text, any_text).map(sentences.console_changed),
    st.builds(IMError, st.integers(), any_text).map(sentences.error_sentence),
    st.builds(IMError, st.integers(), any_text).map(sentences.connection_ended),
)


@given(said)
def test_every_sentence_is_one_line_without_control_characters(sentence: str) -> None:
    assert len(sentence.splitlines()) == 1
    assert not {unicodedata.category(char) for char in sentence} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.builds(UserStatus, st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.just(ONLINE)))
def test_sentences_without_user_text_are_ascii(status: UserStatus) -> None:
    lines = [
        *sentences.own_status(status, [PHONE, DESK], NOW),
        sentences.user_status(status),
        sentences.CONNECTION_LOST,
        sentences.CONNECTION_RESTORED,
        *(sentences.error_sentence(IMError(code)) for code in ErrorCode),
        *(sentences.unsubscribed(["a"], reason) for reason in SubscriptionReason),
    ]
    assert all(line.isascii() for line in lines)

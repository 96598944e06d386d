"""The model: its state, its events and its change flags."""

import pytest
from msgspec import structs

from imtui.protocol.messages import FriendInfo, SubscriptionReason
from imtui.protocol.status import Platform, UserStatus, UserStatusType
from imtui.tui.model.connection import Link
from imtui.tui.model.events import Event, EventKind
from imtui.tui.model.model import BURST, Model
from tests.tui.fake import (
    HERE,
    OFFLINE,
    ONLINE,
    PHONE,
    THIS_DEVICE,
    UNKNOWN,
    UNLOGINED,
    device,
    status,
)


class Now:
    def __init__(self) -> None:
        self.time = 1_000

    def __call__(self) -> int:
        return self.time


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def model(now: Now) -> Model:
    model = Model(now)
    model.log_in_as("alice", HERE)
    model.set_friends([FriendInfo("bob", status("bob", OFFLINE)), FriendInfo("carol")])
    model.statuses_changed([status("alice")])
    model.friends_added([FriendInfo(f"user{n}", status(f"user{n}", OFFLINE)) for n in range(BURST)])
    model.connection.connecting()
    model.connection.connected()
    model.feed.take_changed()
    return model


def last(model: Model) -> Event:
    return list(model.feed.events)[-1]


@pytest.mark.parametrize(("number", "words"), [(41, "41 friends online"), (1, "1 friend online")])
def test_the_first_friend_list_is_one_line(now: Now, number: int, words: str) -> None:
    model = Model(now)
    model.set_friends([FriendInfo(f"user{n}", status(f"user{n}")) for n in range(number)])
    assert [event.description for event in model.feed.events] == [words]
    assert len(model.listed()) == number


def test_a_later_friend_list_adds_events_for_differences(model: Model) -> None:
    before = model.feed.events.end
    kept = [FriendInfo(f"user{n}", status(f"user{n}", OFFLINE)) for n in range(BURST)]
    model.set_friends([*kept, FriendInfo("bob", status("bob")), FriendInfo("dave")])
    told = [
        (event.who, event.description or event.status) for event in model.feed.events.since(before)
    ]
    assert told == [
        ("carol", "is no longer a friend"),
        ("dave", "is now a friend"),
        ("bob", ONLINE),
    ]


def test_a_friend_without_a_pushed_status_becomes_unknown(model: Model) -> None:
    model.statuses_changed([status("bob")])
    model.set_friends([FriendInfo("bob")])
    bob = model.person("bob")
    assert bob is not None
    assert bob.status is UNKNOWN


def test_a_connection_lost_in_the_first_synchronization_leaves_nothing_live(now: Now) -> None:
    model = Model(now)
    model.log_in_as("alice", HERE)
    model.connection.connecting()
    model.login_succeeded()
    model.set_friends([FriendInfo("bob", status("bob"))])
    model.connection.waiting(4.0)
    assert model.connection.stale
    bob = model.person("bob")
    assert bob is not None
    assert bob.as_of(model.connection.as_of) == now()


def test_being_kicked_claims_nothing_about_the_account(model: Model) -> None:
    model.statuses_changed([status("alice", ONLINE, "Tea")])
    model.kicked("Kicked offline (r: log in again)")
    assert (model.connection.link, model.own.status, model.own.text) == (Link.STOPPED, UNKNOWN, "")
    assert model.connection.stale
    assert "r: log in again" in model.connection.reason


def test_a_friend_without_a_status_is_unknown(model: Model) -> None:
    carol = model.person("carol")
    assert carol is not None
    assert carol.status is UNKNOWN


def test_a_change_marks_the_row_and_adds_an_event(model: Model) -> None:
    model.statuses_changed([status("bob", ONLINE, "On the call")])
    changed = model.feed.take_changed()
    assert changed.people == {"bob"}
    assert not changed.roster
    event = last(model)
    assert (event.kind, event.who, event.status, event.text) == (
        EventKind.FRIEND,
        "bob",
        ONLINE,
        "On the call",
    )


def test_taking_the_changes_leaves_none(model: Model) -> None:
    model.statuses_changed([status("bob")])
    model.feed.take_changed()
    assert model.feed.take_changed().people == set()


def test_an_invisible_change_adds_no_event(model: Model) -> None:
    before = model.feed.events.end
    model.statuses_changed([status("bob", OFFLINE)])
    assert model.feed.events.end == before
    assert model.feed.take_changed().people == set()


def test_a_removed_text_is_reported_as_cleared(model: Model) -> None:
    model.statuses_changed([status("bob", ONLINE, "On the call")])
    model.statuses_changed([status("bob", ONLINE)])
    assert last(model).description == "cleared the text"


def test_a_text_removed_with_a_status_change_is_not_reported(model: Model) -> None:
    model.statuses_changed([status("bob", ONLINE, "On the call")])
    model.statuses_changed([status("bob", OFFLINE)])
    assert (last(model).status, last(model).description) == (OFFLINE, "")


def test_users_who_are_not_in_the_list_are_ignored(model: Model) -> None:
    before = model.feed.events.end
    model.statuses_changed([status("mallory", ONLINE, "psst")])
    assert model.person("mallory") is None
    assert model.feed.events.end == before


def test_many_changes_at_once_are_counted(model: Model) -> None:
    model.statuses_changed([status(f"user{n}") for n in range(BURST)])
    assert last(model).description == f"{BURST} friends online"


def test_a_burst_of_strangers_is_reported_as_users(model: Model) -> None:
    names = [f"bot{n}" for n in range(BURST)]
    model.set_subscriptions(names)
    model.statuses_changed([status(name) for name in names])
    assert (last(model).kind, last(model).description) == (EventKind.OTHER, f"{BURST} users online")


def test_an_own_change_names_the_device(model: Model) -> None:
    model.statuses_changed([status("alice", ONLINE, "Listening to music", changed_by=PHONE)])
    event = last(model)
    assert (event.kind, event.who, event.text) == (EventKind.OWN, "you", "Listening to music")
    assert event.source == "from phone (Android)"
    assert model.feed.take_changed().head


def test_an_own_change_from_here_says_so(model: Model) -> None:
    model.statuses_changed([status("alice", ONLINE, "Tea", changed_by=THIS_DEVICE)])
    assert last(model).source == "from this device"


def test_setting_the_same_text_again_is_reported(model: Model) -> None:
    for _ in range(2):
        model.statuses_changed([status("alice", ONLINE, "Tea", changed_by=PHONE)])
    assert [(event.text, event.times) for event in list(model.feed.events)[-1:]] == [("Tea", 2)]


def test_a_login_of_a_device_is_reported_only_as_a_device(model: Model) -> None:
    before = model.feed.events.end
    own = status("alice", ONLINE, changed_by=PHONE)
    model.statuses_changed([structs.replace(own, online_devices=["Android", "Linux"])])
    assert model.feed.events.end == before


def test_the_end_of_an_own_text_is_reported(model: Model) -> None:
    model.statuses_changed([status("alice", ONLINE, "Tea", changed_by=PHONE)])
    model.statuses_changed([status("alice", ONLINE)])
    assert last(model).description == "the text ended"


def test_losing_the_connection_makes_everything_stale(model: Model, now: Now) -> None:
    now.time = 5_000
    model.connection.waiting(4.0, "gone")
    assert model.connection.link is Link.WAITING
    assert model.connection.as_of == 5_000
    assert model.connection.retry_at == 9_000
    assert model.feed.take_changed().roster
    assert last(model).description == "connection lost"


def test_the_time_of_the_loss_is_kept_until_everything_is_up_to_date(
    model: Model, now: Now
) -> None:
    model.connection.waiting(4.0)
    now.time = 9_000
    model.connection.connecting()
    model.connection.waiting(8.0)
    assert model.connection.as_of == 1_000
    model.connection.connecting()
    assert model.connection.stale
    model.connection.connected()
    assert not model.connection.stale
    assert last(model).description == "connected again"


def test_a_loss_is_reported_once(model: Model) -> None:
    model.connection.waiting(4.0)
    model.connection.connecting()
    model.connection.waiting(4.0)
    assert [event.description for event in model.feed.events].count("connection lost") == 1


def test_logins_and_logouts_of_devices_are_reported(model: Model) -> None:
    model.devices_changed([device(HERE, "laptop")])
    before = model.feed.events.end
    model.devices_changed([device(HERE, "laptop"), device("p", "phone", Platform.ANDROID)])
    assert (last(model).who, last(model).description) == ("phone (Android)", "logged in")
    model.devices_changed([device(HERE, "laptop")])
    assert (last(model).who, last(model).description) == ("phone (Android)", "is gone")
    assert model.feed.events.end == before + 2


def test_a_device_without_a_name_is_called_by_its_platform(model: Model) -> None:
    model.devices_changed([])
    model.devices_changed([device("x", "", Platform.WEB)])
    assert last(model).who == "Web"


def test_the_first_devices_are_not_reported(model: Model) -> None:
    before = model.feed.events.end
    model.devices_changed([device(HERE), device("other")])
    assert model.feed.events.end == before
    assert len(model.account.devices()) == 2


def test_new_and_lost_friends(model: Model) -> None:
    model.friends_added([FriendInfo("dave", status("dave"))])
    assert (last(model).who, last(model).description) == ("dave", "is now a friend")
    model.friends_deleted(["dave"])
    assert (last(model).who, last(model).description) == ("dave", "is no longer a friend")
    assert model.person("dave") is None


def test_a_lost_friend_who_is_subscribed_stays_as_a_stranger(model: Model) -> None:
    model.subscriptions_changed(["bob"], [], SubscriptionReason.SUBSCRIBED)
    model.friends_deleted(["bob"])
    bob = model.person("bob")
    assert bob is not None
    assert (bob.friend, bob.subscribed) == (False, True)


def test_subscribing_and_being_unsubscribed(model: Model) -> None:
    model.subscriptions_changed(["weather-bot", "mallory"], [], SubscriptionReason.SUBSCRIBED)
    assert last(model).description == "subscribed to weather-bot, mallory"
    assert model.subscriptions.user_ids == ["weather-bot", "mallory"]
    model.subscriptions_changed(["weather-bot"], [], SubscriptionReason.SUBSCRIBED)
    assert model.subscriptions.user_ids == ["mallory", "weather-bot"]
    model.subscriptions_changed([], ["mallory"], SubscriptionReason.EVICTED)
    assert last(model).description == "over 200 subscriptions, so the earliest went: mallory"
    assert model.person("mallory") is None


@pytest.mark.parametrize("answered", [OFFLINE, UNLOGINED])
def test_after_a_logout_the_own_status_is_what_the_backend_answered(
    model: Model, answered: UserStatusType
) -> None:
    model.devices_changed([device(HERE)])
    model.logged_out(status("alice", answered), "logged out")
    assert model.own.status is answered
    assert not model.account.is_logged_out
    assert model.connection.link is Link.STOPPED


@pytest.mark.parametrize("answered", [None, status("alice", ONLINE, "Tea")])
def test_a_logout_beside_another_device_claims_no_status(
    model: Model, answered: UserStatus | None
) -> None:
    model.logged_out(answered, "logged out")
    assert (model.own.status, model.own.text) == (UNKNOWN, "")
    assert model.account.is_logged_out
    model.statuses_changed([status("alice")])
    assert not model.account.is_logged_out


ESCAPE = "a\x1b]52;c;ZXZpbA==\x07b\x9b31mc\u202ed\ne"


def test_no_field_lets_a_control_character_in(model: Model) -> None:
    evil = FriendInfo(ESCAPE, status(ESCAPE, ONLINE, ESCAPE))
    by = type(PHONE)("p", ESCAPE, Platform.ANDROID)
    model.friends_added([evil])
    model.statuses_changed([status("bob", ONLINE, ESCAPE)])
    model.statuses_changed([status("alice", ONLINE, ESCAPE, changed_by=by)])
    model.devices_changed([])
    model.devices_changed([device("x", ESCAPE)])
    model.subscriptions_changed([ESCAPE + "2"], [], SubscriptionReason.SUBSCRIBED)
    model.add_query_result(status(ESCAPE, ONLINE, ESCAPE))
    model.connection.waiting(1, ESCAPE)
    model.feed.emit(EventKind.NOTICE, ESCAPE, who=ESCAPE)
    model.friends_deleted([ESCAPE])
    model.connection.stopped(ESCAPE)
    shown = [model.connection.reason, model.own.text]
    shown += [part for person in model.listed() for part in (person.user_id, person.text)]
    shown += [
        part
        for one in model.feed.events
        for part in (one.who, one.text, one.description, one.source)
    ]
    assert any("52;c" in text for text in shown)
    assert all(text.isprintable() for text in shown)

"""The store: what is known, what is told, what is dirty."""

import pytest
from msgspec import structs

from imtui.protocol.messages import FriendInfo, SubscriptionReason
from imtui.protocol.status import Platform
from imtui.tui.model.events import Event, EventKind
from imtui.tui.model.store import BURST, Link, Store
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
def store(now: Now) -> Store:
    store = Store(now)
    store.log_in_as("alice", HERE)
    store.friends_known([FriendInfo("bob", status("bob", OFFLINE)), FriendInfo("carol")])
    store.statuses_changed([status("alice")])
    store.friends_added([FriendInfo(f"user{n}", status(f"user{n}", OFFLINE)) for n in range(BURST)])
    store.connecting()
    store.connected()
    store.take_changed()
    return store


def last(store: Store) -> Event:
    return list(store.events)[-1]


@pytest.mark.parametrize(("number", "words"), [(41, "41 friends online"), (1, "1 friend online")])
def test_the_first_friend_list_is_one_line(now: Now, number: int, words: str) -> None:
    store = Store(now)
    store.friends_known([FriendInfo(f"user{n}", status(f"user{n}")) for n in range(number)])
    assert [event.words for event in store.events] == [words]
    assert len(store.listed()) == number


def test_a_later_friend_list_tells_what_differs(store: Store) -> None:
    before = store.events.end
    kept = [FriendInfo(f"user{n}", status(f"user{n}", OFFLINE)) for n in range(BURST)]
    store.friends_known([*kept, FriendInfo("bob", status("bob")), FriendInfo("dave")])
    told = [(event.who, event.words or event.status) for event in store.events.since(before)]
    assert told == [
        ("carol", "is no longer a friend"),
        ("dave", "is now a friend"),
        ("bob", ONLINE),
    ]


def test_a_friend_whose_status_is_no_longer_told_becomes_unknown(store: Store) -> None:
    store.statuses_changed([status("bob")])
    store.friends_known([FriendInfo("bob")])
    bob = store.person("bob")
    assert bob is not None
    assert bob.status is UNKNOWN


def test_being_kicked_claims_nothing_about_the_account(store: Store) -> None:
    store.statuses_changed([status("alice", ONLINE, "Tea")])
    store.kicked()
    assert (store.link, store.own.status, store.own.text) == (Link.STOPPED, UNKNOWN, "")
    assert store.stale
    assert "r: log in again" in store.reason


def test_a_friend_without_a_status_is_unknown(store: Store) -> None:
    carol = store.person("carol")
    assert carol is not None
    assert carol.status is UNKNOWN


def test_a_change_marks_the_row_and_is_told(store: Store) -> None:
    store.statuses_changed([status("bob", ONLINE, "On the call")])
    changed = store.take_changed()
    assert changed.people == {"bob"}
    assert not changed.roster
    event = last(store)
    assert (event.kind, event.who, event.status, event.text) == (
        EventKind.FRIEND,
        "bob",
        ONLINE,
        "On the call",
    )


def test_taking_the_changes_leaves_none(store: Store) -> None:
    store.statuses_changed([status("bob")])
    store.take_changed()
    assert store.take_changed().people == set()


def test_what_changes_nothing_that_shows_is_not_told(store: Store) -> None:
    before = store.events.end
    store.statuses_changed([status("bob", OFFLINE)])
    assert store.events.end == before
    assert store.take_changed().people == set()


def test_a_text_that_goes_is_told_as_cleared(store: Store) -> None:
    store.statuses_changed([status("bob", ONLINE, "On the call")])
    store.statuses_changed([status("bob", ONLINE)])
    assert last(store).words == "cleared the text"


def test_a_text_that_goes_with_the_user_is_not_told_by_itself(store: Store) -> None:
    store.statuses_changed([status("bob", ONLINE, "On the call")])
    store.statuses_changed([status("bob", OFFLINE)])
    assert (last(store).status, last(store).words) == (OFFLINE, "")


def test_who_is_not_in_the_list_is_left_out(store: Store) -> None:
    before = store.events.end
    store.statuses_changed([status("mallory", ONLINE, "psst")])
    assert store.person("mallory") is None
    assert store.events.end == before


def test_many_changes_at_once_are_counted(store: Store) -> None:
    store.statuses_changed([status(f"user{n}") for n in range(BURST)])
    assert last(store).words == f"{BURST} friends online"


def test_a_burst_of_strangers_is_told_as_of_strangers(store: Store) -> None:
    names = [f"bot{n}" for n in range(BURST)]
    store.subscriptions_known(names)
    store.statuses_changed([status(name) for name in names])
    assert (last(store).kind, last(store).words) == (EventKind.OTHER, f"{BURST} users online")


def test_an_own_change_names_the_device(store: Store) -> None:
    store.statuses_changed([status("alice", ONLINE, "Listening to music", changed_by=PHONE)])
    event = last(store)
    assert (event.kind, event.who, event.text) == (EventKind.OWN, "you", "Listening to music")
    assert event.source == "from phone (Android)"
    assert store.take_changed().head


def test_an_own_change_from_here_says_so(store: Store) -> None:
    store.statuses_changed([status("alice", ONLINE, "Tea", changed_by=THIS_DEVICE)])
    assert last(store).source == "from this device"


def test_setting_the_same_text_again_is_told(store: Store) -> None:
    for _ in range(2):
        store.statuses_changed([status("alice", ONLINE, "Tea", changed_by=PHONE)])
    assert [(event.text, event.times) for event in list(store.events)[-1:]] == [("Tea", 2)]


def test_a_device_that_comes_is_told_as_a_device_only(store: Store) -> None:
    before = store.events.end
    own = status("alice", ONLINE, changed_by=PHONE)
    store.statuses_changed([structs.replace(own, online_devices=["Android", "Linux"])])
    assert store.events.end == before


def test_an_own_text_that_ends_by_itself_is_told(store: Store) -> None:
    store.statuses_changed([status("alice", ONLINE, "Tea", changed_by=PHONE)])
    store.statuses_changed([status("alice", ONLINE)])
    assert last(store).words == "the text ended"


def test_losing_the_connection_outdates_everything(store: Store, now: Now) -> None:
    now.time = 5_000
    store.waiting(4.0, "gone")
    assert store.link is Link.WAITING
    assert store.as_of == 5_000
    assert store.retry_at == 9_000
    assert store.take_changed().roster
    assert last(store).words == "connection lost"


def test_the_time_of_the_loss_stays_until_everything_is_right_again(store: Store, now: Now) -> None:
    store.waiting(4.0)
    now.time = 9_000
    store.connecting()
    store.waiting(8.0)
    assert store.as_of == 1_000
    store.connecting()
    assert store.stale
    store.connected()
    assert not store.stale
    assert last(store).words == "connected again"


def test_a_loss_is_told_once(store: Store) -> None:
    store.waiting(4.0)
    store.connecting()
    store.waiting(4.0)
    assert [event.words for event in store.events].count("connection lost") == 1


def test_devices_that_come_and_go_are_told(store: Store) -> None:
    store.devices_changed([device(HERE, "laptop")])
    before = store.events.end
    store.devices_changed([device(HERE, "laptop"), device("p", "phone", Platform.ANDROID)])
    assert (last(store).who, last(store).words) == ("phone (Android)", "logged in")
    store.devices_changed([device(HERE, "laptop")])
    assert (last(store).who, last(store).words) == ("phone (Android)", "is gone")
    assert store.events.end == before + 2


def test_a_device_without_a_name_is_called_by_its_platform(store: Store) -> None:
    store.devices_changed([])
    store.devices_changed([device("x", "", Platform.WEB)])
    assert last(store).who == "Web"


def test_the_first_devices_are_not_told(store: Store) -> None:
    before = store.events.end
    store.devices_changed([device(HERE), device("other")])
    assert store.events.end == before
    assert len(store.account.devices()) == 2


def test_new_and_lost_friends(store: Store) -> None:
    store.friends_added([FriendInfo("dave", status("dave"))])
    assert (last(store).who, last(store).words) == ("dave", "is now a friend")
    store.friends_deleted(["dave"])
    assert (last(store).who, last(store).words) == ("dave", "is no longer a friend")
    assert store.person("dave") is None


def test_a_lost_friend_who_is_subscribed_stays_as_a_stranger(store: Store) -> None:
    store.subscriptions_changed(["bob"], [], SubscriptionReason.SUBSCRIBED)
    store.friends_deleted(["bob"])
    bob = store.person("bob")
    assert bob is not None
    assert (bob.friend, bob.subscribed) == (False, True)


def test_subscribing_and_being_unsubscribed(store: Store) -> None:
    store.subscriptions_changed(["weather-bot", "mallory"], [], SubscriptionReason.SUBSCRIBED)
    assert last(store).words == "subscribed to weather-bot, mallory"
    assert store.subscriptions.user_ids == ["weather-bot", "mallory"]
    store.subscriptions_changed(["weather-bot"], [], SubscriptionReason.SUBSCRIBED)
    assert store.subscriptions.user_ids == ["mallory", "weather-bot"]
    store.subscriptions_changed([], ["mallory"], SubscriptionReason.EVICTED)
    assert last(store).words == "over 200 subscriptions, so the earliest went: mallory"
    assert store.person("mallory") is None


def test_logging_out_with_no_other_device_is_unlogined(store: Store) -> None:
    store.devices_changed([device(HERE)])
    store.logged_out()
    assert store.own.status is UNLOGINED
    assert store.link is Link.STOPPED


def test_logging_out_beside_another_device_leaves_it_unknown(store: Store) -> None:
    store.devices_changed([device(HERE), device("phone")])
    store.logged_out()
    assert store.own.status is UNKNOWN


ESCAPE = "a\x1b]52;c;ZXZpbA==\x07b\x9b31mc\u202ed\ne"


def test_no_field_lets_a_control_character_in(store: Store) -> None:
    evil = FriendInfo(ESCAPE, status(ESCAPE, ONLINE, ESCAPE))
    by = type(PHONE)("p", ESCAPE, Platform.ANDROID)
    store.friends_added([evil])
    store.statuses_changed([status("bob", ONLINE, ESCAPE)])
    store.statuses_changed([status("alice", ONLINE, ESCAPE, changed_by=by)])
    store.devices_changed([])
    store.devices_changed([device("x", ESCAPE)])
    store.subscriptions_changed([ESCAPE + "2"], [], SubscriptionReason.SUBSCRIBED)
    store.answered(status(ESCAPE, ONLINE, ESCAPE))
    store.waiting(1, ESCAPE)
    store.tell(EventKind.NOTICE, ESCAPE, who=ESCAPE)
    store.friends_deleted([ESCAPE])
    store.stopped(ESCAPE)
    shown = [store.reason, store.own.text]
    shown += [part for person in store.listed() for part in (person.user_id, person.text)]
    shown += [part for one in store.events for part in (one.who, one.text, one.words, one.source)]
    assert any("52;c" in text for text in shown)
    assert all(text.isprintable() for text in shown)

"""Watches: when they fire."""

from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from imtui.protocol.status import UserStatusType
from imtui.tui.model.watches import WATCHES_MAX, Watch, Watches, WatchesFullError
from tests.tui.fake import OFFLINE, ONLINE, UNKNOWN, UNLOGINED

ONCE = Watch("bob", set_at=1)
STANDING = Watch("bob", standing=True, set_at=1)
NOT_ONLINE = [OFFLINE, UNLOGINED, UNKNOWN]


@pytest.mark.parametrize("status", NOT_ONLINE)
def test_a_watch_fires_after_the_user_stayed_online(status: UserStatusType) -> None:
    watches = Watches()
    watches.add(ONCE, status)
    assert watches.due_at() is None
    watches.status_changed("bob", ONLINE, 100.0)
    assert watches.due_at() == 110.0
    assert watches.take_due(109.9) == []
    assert watches.take_due(110.0) == [ONCE]
    assert watches.all() == []
    assert watches.due_at() is None


def test_a_watch_set_while_online_waits_for_the_next_time() -> None:
    watches = Watches()
    watches.add(ONCE, ONLINE)
    watches.status_changed("bob", ONLINE, 1.0)
    assert watches.take_due(1000.0) == []
    watches.status_changed("bob", UNLOGINED, 1000.0)
    watches.status_changed("bob", ONLINE, 1001.0)
    assert watches.take_due(1011.0) == [ONCE]


@pytest.mark.parametrize("status", NOT_ONLINE)
def test_an_interruption_restarts_the_wait(status: UserStatusType) -> None:
    watches = Watches()
    watches.add(ONCE, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    watches.status_changed("bob", status, 9.0)
    assert watches.due_at() is None
    watches.status_changed("bob", OFFLINE, 9.0)
    watches.status_changed("bob", ONLINE, 9.5)
    assert watches.take_due(10.0) == []
    assert watches.take_due(19.5) == [ONCE]


def test_a_new_text_is_no_interruption() -> None:
    watches = Watches()
    watches.add(ONCE, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    watches.status_changed("bob", ONLINE, 9.0)
    assert watches.take_due(10.0) == [ONCE]


def test_a_watch_does_not_fire_if_the_user_leaves_before() -> None:
    watches = Watches()
    watches.add(ONCE, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    watches.status_changed("bob", OFFLINE, 10.5)
    assert watches.take_due(11.0) == []
    assert watches.get("bob") == ONCE


def test_a_standing_watch_has_a_cooldown() -> None:
    watches = Watches(cooldown=300.0)
    watches.add(STANDING, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    assert watches.take_due(10.0) == [STANDING]
    watches.status_changed("bob", OFFLINE, 20.0)
    watches.status_changed("bob", ONLINE, 299.9)
    assert watches.take_due(1000.0) == []
    watches.status_changed("bob", OFFLINE, 1000.0)
    watches.status_changed("bob", ONLINE, 1001.0)
    assert watches.take_due(1011.0) == [STANDING]
    assert watches.all() == [STANDING]


def test_a_standing_watch_fires_again_after_its_cooldown() -> None:
    watches = Watches(cooldown=300.0)
    watches.add(STANDING, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    watches.take_due(10.0)
    watches.status_changed("bob", OFFLINE, 20.0)
    watches.status_changed("bob", ONLINE, 300.0)
    assert watches.take_due(310.0) == [STANDING]


def test_a_watch_does_not_fire_again_while_the_user_stays_online() -> None:
    watches = Watches()
    watches.add(STANDING, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    watches.take_due(10.0)
    watches.status_changed("bob", UNKNOWN, 1000.0)
    watches.status_changed("bob", ONLINE, 1001.0)
    assert watches.take_due(2000.0) == []


def test_no_watch_fires_because_of_a_lost_connection() -> None:
    watches = Watches()
    watches.add(ONCE, OFFLINE)
    watches.status_changed("bob", ONLINE, 0.0)
    watches.connection_lost()
    assert watches.due_at() is None
    watches.status_changed("bob", ONLINE, 20.0)
    assert watches.take_due(100.0) == []
    watches.status_changed("bob", OFFLINE, 100.0)
    watches.status_changed("bob", ONLINE, 101.0)
    assert watches.take_due(111.0) == [ONCE]


def test_a_watch_fires_for_a_user_who_came_while_disconnected() -> None:
    watches = Watches()
    watches.add(ONCE, OFFLINE)
    watches.connection_lost()
    watches.connection_lost()
    watches.status_changed("bob", ONLINE, 20.0)
    assert watches.take_due(30.0) == [ONCE]


def test_an_unknown_user_counts_as_not_online() -> None:
    watches = Watches()
    watches.add(ONCE, UNKNOWN)
    watches.connection_lost()
    watches.status_changed("bob", ONLINE, 20.0)
    assert watches.take_due(30.0) == [ONCE]


def test_a_saved_watch_fires_at_once_unless_it_is_standing() -> None:
    carol = Watch("carol", standing=True)
    watches = Watches([ONCE, carol])
    watches.status_changed("bob", ONLINE, 0.0)
    watches.status_changed("carol", ONLINE, 0.0)
    assert watches.take_due(10.0) == [ONCE]
    watches.status_changed("carol", UNLOGINED, 20.0)
    watches.status_changed("carol", ONLINE, 21.0)
    assert watches.take_due(31.0) == [carol]


def test_watches_fire_in_order_of_logins_and_are_listed_in_order_of_setting() -> None:
    names = ["bob", "carol", "dave"]
    watches = Watches([Watch(name) for name in names])
    for moment, name in enumerate(["dave", "bob", "carol"]):
        watches.status_changed(name, ONLINE, float(moment))
    assert [watch.user_id for watch in watches.all()] == names
    assert [watch.user_id for watch in watches.take_due(11.0)] == ["dave", "bob"]
    assert [watch.user_id for watch in watches.all()] == ["carol"]
    assert watches.due_at() == 12.0


def test_setting_a_watch_again_restarts_it() -> None:
    watches = Watches([ONCE, Watch("carol")])
    watches.status_changed("bob", ONLINE, 0.0)
    watches.add(STANDING, ONLINE)
    assert watches.take_due(100.0) == []
    assert watches.get("bob") == STANDING
    assert watches.all() == [Watch("carol"), STANDING]


def test_a_watch_can_be_removed() -> None:
    watches = Watches([ONCE])
    watches.status_changed("bob", ONLINE, 0.0)
    watches.remove("bob")
    watches.remove("nobody")
    assert watches.due_at() is None
    assert watches.take_due(100.0) == []
    assert watches.get("bob") is None


def test_the_number_of_watches_is_limited() -> None:
    watches = Watches(Watch(f"u{number}") for number in range(WATCHES_MAX + 1))
    assert [watch.user_id for watch in watches.all()] == [
        f"u{number}" for number in range(1, WATCHES_MAX + 1)
    ]
    watches.add(Watch("u7", standing=True), OFFLINE)
    with pytest.raises(WatchesFullError, match=r"^200 people are watched: stop watching one first"):
        watches.add(ONCE, OFFLINE)
    assert watches.get("bob") is None
    watches.remove("u7")
    watches.add(ONCE, OFFLINE)
    assert len(watches.all()) == WATCHES_MAX


def test_duplicate_saved_watches_are_merged() -> None:
    assert Watches([ONCE, STANDING]).all() == [STANDING]


SETTLE, REST = 4.0, 20.0
users = st.sampled_from(["bob", "carol"])
statuses = st.sampled_from([ONLINE, ONLINE, OFFLINE, UNLOGINED, UNKNOWN])


class Histories(RuleBasedStateMachine):
    """Compare ``Watches`` with a search of the complete history of statuses."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.numbers = count()
        self.watches = Watches(stable_for=SETTLE, cooldown=REST)
        self.set: dict[str, Watch] = {}
        self.statuses: dict[str, list[tuple[float, UserStatusType]]] = {}
        self.fired: dict[str, float] = {}

    @rule(user=users, standing=st.booleans(), status=statuses)
    def add(self, user: str, standing: bool, status: UserStatusType) -> None:
        watch = Watch(user, standing, next(self.numbers))
        self.watches.add(watch, status)
        self.set.pop(user, None)
        self.set[user] = watch
        # Before the first status, UNKNOWN counts as not ONLINE.
        self.statuses[user] = [(self.now, OFFLINE if status is UNKNOWN else status)]
        self.fired.pop(user, None)

    @rule(user=users)
    def remove(self, user: str) -> None:
        self.watches.remove(user)
        self.set.pop(user, None)

    @rule(user=users, status=statuses)
    def change_status(self, user: str, status: UserStatusType) -> None:
        self.watches.status_changed(user, status, self.now)
        if user in self.set:
            self.statuses[user].append((self.now, status))

    @rule()
    def lose_the_connection(self) -> None:
        self.watches.connection_lost()
        for user in self.set:
            self.statuses[user].append((self.now, UNKNOWN))

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 4.0, 16.0, 17.0, 30.0]))
    def wait(self, seconds: float) -> None:
        """Advance the time, and fire the watches that become due."""
        end = self.now + seconds
        while (due := self.watches.due_at()) is not None and due <= end:
            self.now = due
            self.fire()
        self.now = end
        assert self.watches.take_due(self.now) == []

    def fire(self) -> None:
        fired = self.watches.take_due(self.now)
        assert fired
        for watch in fired:
            assert self.set[watch.user_id] is watch
            assert self.due(watch.user_id) == self.now
            self.fired[watch.user_id] = self.now
            if not watch.standing:
                del self.set[watch.user_id]

    def due(self, user: str) -> float | None:
        """Return when the watch for a user fires, from its complete history."""
        came, before = None, ONLINE
        last_known = self.statuses[user][0][1]
        for moment, status in self.statuses[user]:
            if status is UNKNOWN:
                before = UNKNOWN
                continue
            if status is ONLINE:
                new = before is not ONLINE and last_known is not ONLINE
                came = moment if new else None if before is UNKNOWN else came
            before = last_known = status
        if before is not ONLINE or came is None:
            return None
        fired = self.fired.get(user)
        if fired is not None and (came <= fired or came + SETTLE < fired + REST):
            return None
        return came + SETTLE

    @invariant()
    def it_is_known_when_the_next_one_fires(self) -> None:
        due = [moment for user in self.set if (moment := self.due(user)) is not None]
        assert self.watches.due_at() == min(due, default=None)
        assert self.watches.all() == list(self.set.values())


def test_random_histories() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=300, deadline=None))

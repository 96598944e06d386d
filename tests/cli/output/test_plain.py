"""What ``imtui watch --plain`` prints of what a watcher tells it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pytest

from imtui.cli.output.plain import PlainPrinter
from imtui.cli.output.printers import Change, Snapshot
from imtui.protocol.messages import FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.status import Platform, UserStatus, UserStatusType

PHONE = SelfDevice("i1", "phone", Platform.ANDROID, 1)
DESK = SelfDevice("i2", "desk", Platform.LINUX, 2)


class Said:
    """A printer at 14:05, and what it printed since last asked."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.printer = PlainPrinter(lambda: datetime(2026, 3, 4, 14, 5))
        self._capsys = capsys

    def __call__(self) -> list[str]:
        printed = self._capsys.readouterr()
        assert printed.err == ""
        assert printed.out == "" or printed.out.endswith("\n")
        return printed.out.splitlines()


def of(
    user_id: str,
    kind: UserStatusType = UserStatusType.ONLINE,
    text: str = "",
    revision: int = 1,
) -> UserStatus:
    return UserStatus(user_id, kind, text, revision=revision)


def snapshot(
    statuses: Sequence[UserStatus] = (),
    *,
    friends: Iterable[str] = (),
    subscriptions: Iterable[str] = (),
    devices: Iterable[SelfDevice] = (),
    narrowed: bool = False,
) -> Snapshot:
    return Snapshot(
        of("alice"), [*statuses], [*friends], [*subscriptions], [*devices], narrowed=narrowed
    )


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def came(user_id: str) -> Change:
    return Change(of(user_id, UserStatusType.OFFLINE), of(user_id, revision=2))


def test_it_begins_with_what_is_most_wanted_and_no_times(said: Said) -> None:
    offline = of("dave", UserStatusType.OFFLINE)
    statuses = [of("alice"), of("bob", text="Hi"), of("carol"), offline, of("zoe", text="Far")]

    said.printer.print_snapshot(
        snapshot(
            statuses,
            friends=["bob", "carol", "dave"],
            subscriptions=["carol", "zoe"],
            devices=[DESK],
        )
    )

    assert said() == [
        "You are alice, ONLINE.",
        "Your connected device is desk (Linux).",
        "2 of 3 friends are online.",
        "bob is ONLINE and says: Hi.",
        "carol is ONLINE too.",
        "You are also subscribed to 1 user, of whom 1 is online.",
        "zoe is ONLINE and says: Far.",
    ]


def test_narrowed_it_begins_with_oneself_and_those(said: Said) -> None:
    statuses = [of("bob", UserStatusType.OFFLINE), of("alice")]

    said.printer.print_snapshot(snapshot(statuses, friends=["bob"], narrowed=True))

    assert said() == ["You are alice, ONLINE.", "bob is OFFLINE: lost without logging out."]


def test_changes_have_their_time(said: Said) -> None:
    said.printer.print_snapshot(snapshot(friends=["bob"]))
    said()

    said.printer.print_changes(
        [came("bob"), Change(of("alice"), of("alice", text="Hi", revision=2))]
    )

    assert said() == ["14:05 Your text is now: Hi.", "14:05 bob is now ONLINE."]


def test_eight_changes_at_once_are_counted(said: Said) -> None:
    said.printer.print_snapshot(snapshot(friends=[f"f{number}" for number in range(8)]))
    said()
    changes = [came(f"f{number}") for number in range(8)]

    said.printer.print_changes(changes[:7])
    assert len(said()) == 7
    said.printer.print_changes(changes)
    assert said() == ["14:05 8 friends are now ONLINE."]
    said.printer.print_changes([*changes, came("zoe")])
    assert said() == ["14:05 9 users are now ONLINE."]


def test_what_does_not_show_does_not_count_towards_a_burst(said: Said) -> None:
    said.printer.print_snapshot(snapshot())
    said()
    same = Change(of("x"), of("x", revision=2))

    said.printer.print_changes([same] * 10 + [came("bob")])

    assert said() == ["14:05 bob is now ONLINE."]


def test_the_sdk_taking_oneself_for_offline_is_not_told(said: Said) -> None:
    said.printer.print_snapshot(snapshot())
    said()
    made_up, real = (of("alice", UserStatusType.OFFLINE, revision=revision) for revision in (1, 2))

    said.printer.print_changes([Change(of("alice"), made_up)])
    assert said() == []
    said.printer.print_changes([Change(of("alice"), real)])
    assert said() == ["14:05 You are OFFLINE: lost without logging out."]


def test_devices_that_come_and_go(said: Said) -> None:
    said.printer.print_snapshot(snapshot(devices=[DESK]))
    said()

    said.printer.devices_changed([DESK, PHONE])
    assert said() == ["14:05 Your device phone (Android) is connected."]
    said.printer.devices_changed([DESK, PHONE])
    assert said() == []
    said.printer.devices_changed([PHONE])
    assert said() == ["14:05 Your device desk (Linux) is gone."]


def test_only_what_is_new_of_friends_and_subscriptions_is_told(said: Said) -> None:
    said.printer.print_snapshot(snapshot(friends=["bob"], subscriptions=["zoe"]))
    said()

    said.printer.friends_added([FriendInfo("bob"), FriendInfo("carol")])
    said.printer.friends_deleted(["bob", "nobody"])
    said.printer.friends_deleted(["bob"])
    said.printer.subscriptions_changed(["zoe", "dave"], ["nobody"], SubscriptionReason.SUBSCRIBED)
    said.printer.subscriptions_changed([], ["zoe"], SubscriptionReason.EVICTED)

    assert said() == [
        "14:05 carol is now your friend.",
        "14:05 bob is no longer your friend.",
        "14:05 You are now subscribed to dave.",
        "14:05 You are no longer subscribed to zoe: "
        "that would be more than 200, so the earliest went.",
    ]


def test_what_we_forgot_to_make_safe_is_safe_all_the_same(said: Said) -> None:
    said.printer.print_snapshot(snapshot())
    said()

    said.printer.print_notice("a\x1b[31m\nb")

    assert said() == ["14:05 a\ufffd[31m b"]

"""The output of the printer of ``imtui watch --plain``."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pytest

from imtui.cli.output.plain import PlainPrinter
from imtui.cli.output.printers import Change, Snapshot
from imtui.protocol.errors import IMError
from imtui.protocol.messages import FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.status import Platform, UserStatus, UserStatusType

PHONE = SelfDevice("i1", "phone", Platform.ANDROID, 1)
DESK = SelfDevice("i2", "desk", Platform.LINUX, 2)


class Printed:
    """A printer at 14:05; a call returns the lines printed since the last one."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.printer = PlainPrinter(lambda: datetime(2026, 3, 4, 14, 5))
        self._capsys = capsys

    def __call__(self) -> list[str]:
        out, err = self._capsys.readouterr()
        assert err == ""
        assert out == "" or out.endswith("\n")
        return out.splitlines()


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
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return Printed(capsys)


def now_online(user_id: str) -> Change:
    return Change(of(user_id, UserStatusType.OFFLINE), of(user_id, revision=2))


def test_the_snapshot_is_a_summary_without_times(printed: Printed) -> None:
    offline = of("dave", UserStatusType.OFFLINE)
    statuses = [of("alice"), of("bob", text="Hi"), of("carol"), offline, of("zoe", text="Far")]

    printed.printer.print_snapshot(
        snapshot(
            statuses,
            friends=["bob", "carol", "dave"],
            subscriptions=["carol", "zoe"],
            devices=[DESK],
        )
    )

    assert printed() == [
        "You are alice, ONLINE.",
        "Your connected device is desk (Linux).",
        "2 of 3 friends are online.",
        "bob is ONLINE and says: Hi.",
        "carol is ONLINE too.",
        "You are also subscribed to 1 user, of whom 1 is online.",
        "zoe is ONLINE and says: Far.",
    ]


def test_a_snapshot_of_named_users_has_the_own_status_and_theirs(printed: Printed) -> None:
    statuses = [of("bob", UserStatusType.OFFLINE), of("alice")]

    printed.printer.print_snapshot(snapshot(statuses, friends=["bob"], narrowed=True))

    assert printed() == ["You are alice, ONLINE.", "bob is OFFLINE: lost without logging out."]


def test_changes_have_a_time(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot(friends=["bob"]))
    printed()

    printed.printer.print_changes(
        [now_online("bob"), Change(of("alice"), of("alice", text="Hi", revision=2))]
    )

    assert printed() == ["14:05 Your text is now: Hi.", "14:05 bob is now ONLINE."]


def test_eight_changes_at_once_are_counted(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot(friends=[f"f{number}" for number in range(8)]))
    printed()
    changes = [now_online(f"f{number}") for number in range(8)]

    printed.printer.print_changes(changes[:7])
    assert len(printed()) == 7
    printed.printer.print_changes(changes)
    assert printed() == ["14:05 8 friends are now ONLINE."]
    printed.printer.print_changes([*changes, now_online("zoe")])
    assert printed() == ["14:05 9 users are now ONLINE."]


def test_invisible_changes_do_not_count(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot())
    printed()
    same = Change(of("x"), of("x", revision=2))

    printed.printer.print_changes([same] * 10 + [now_online("bob")])

    assert printed() == ["14:05 bob is now ONLINE."]


def test_a_guessed_offline_status_is_not_printed(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot())
    printed()
    made_up, real = (of("alice", UserStatusType.OFFLINE, revision=revision) for revision in (1, 2))

    printed.printer.print_changes([Change(of("alice"), made_up)])
    assert printed() == []
    printed.printer.print_changes([Change(of("alice"), real)])
    assert printed() == ["14:05 You are OFFLINE: lost without logging out."]


def test_devices_connect_and_disconnect(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot(devices=[DESK]))
    printed()

    printed.printer.devices_changed([DESK, PHONE])
    assert printed() == ["14:05 Your device phone (Android) is connected."]
    printed.printer.devices_changed([DESK, PHONE])
    assert printed() == []
    printed.printer.devices_changed([PHONE])
    assert printed() == ["14:05 Your device desk (Linux) is gone."]


def test_only_new_friends_and_subscriptions_are_printed(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot(friends=["bob"], subscriptions=["zoe"]))
    printed()

    printed.printer.friends_added([FriendInfo("bob"), FriendInfo("carol")])
    printed.printer.friends_deleted(["bob", "nobody"])
    printed.printer.friends_deleted(["bob"])
    printed.printer.subscriptions_changed(
        ["zoe", "dave"], ["nobody"], SubscriptionReason.SUBSCRIBED
    )
    printed.printer.subscriptions_changed([], ["zoe"], SubscriptionReason.EVICTED)

    assert printed() == [
        "14:05 carol is now your friend.",
        "14:05 bob is no longer your friend.",
        "14:05 You are now subscribed to dave.",
        "14:05 You are no longer subscribed to zoe: "
        "that would be more than 200, so the earliest went.",
    ]


def test_any_sentence_is_printed_without_control_characters(printed: Printed) -> None:
    printed.printer.print_snapshot(snapshot())
    printed()

    printed.printer.print_error(IMError(1, "a\x1b[31m\nb"))

    assert printed() == ["14:05 Error 1: a\ufffd[31m b."]

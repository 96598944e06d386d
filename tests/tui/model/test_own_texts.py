"""The own text that is restored after a reconnect."""

import pytest
from msgspec import structs

from imtui.protocol.status import ChangedBy, UserStatus
from imtui.tui.model.own_text import AWAY_EXPIRES_AT, OwnText, OwnTexts
from tests.tui.fake import HERE, OFFLINE, ONLINE, PHONE, THIS_DEVICE, status

NOW = 50_000


def own(
    text: str = "", *, since: int = 1, by: ChangedBy | None = None, ends: int | None = None
) -> UserStatus:
    return status("alice", ONLINE, text, since=since, changed_by=by, expires_at=ends)


def lost_after(texts: OwnTexts, pushed: UserStatus, now: int) -> OwnText | None:
    texts.status_pushed(pushed, now)
    return texts.take_lost()


@pytest.fixture
def texts() -> OwnTexts:
    texts = OwnTexts(HERE)
    lost_after(texts, own(), NOW)
    return texts


def test_a_text_of_this_device_is_restored(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, status("alice", OFFLINE, since=2), NOW) is None
    lost = lost_after(texts, own(since=3), NOW)
    assert lost is not None
    assert lost.text == "Tea"


def test_a_text_is_restored_with_its_end(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE, ends=NOW + 1), NOW)
    lost = lost_after(texts, own(since=3), NOW)
    assert lost is not None
    assert lost.expires_at == NOW + 1


def test_a_text_that_has_ended_is_not_restored(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE, ends=NOW), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_a_text_of_another_device_is_not_restored(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own("Coffee", by=PHONE), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_a_text_cleared_without_going_offline_is_not_restored(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own(since=1), NOW) is None


def test_a_text_cleared_by_this_device_is_not_restored(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own("", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_a_surviving_text_is_kept(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own("Tea", since=1), NOW) is None
    assert lost_after(texts, own(since=3), NOW) is not None


def test_a_newer_text_of_another_device_is_kept(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own("Coffee", since=3), NOW) is None


def test_a_text_is_restored_once(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own(since=3), NOW)
    assert lost_after(texts, own(since=5), NOW) is None


def test_nothing_is_restored_after_a_logout(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    texts.forget()
    assert lost_after(texts, own(since=3), NOW) is None


def test_a_login_of_another_device_sets_no_text(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, structs.replace(own("Tea", by=PHONE), online_devices=["Android"]), NOW)
    assert lost_after(texts, own(since=3), NOW) is not None


def test_a_login_of_this_device_sets_no_text(texts: OwnTexts) -> None:
    lost_after(texts, own("Coffee", by=PHONE), NOW)
    lost_after(texts, structs.replace(own("Coffee", by=THIS_DEVICE), online_devices=["Web"]), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_a_reconnect_does_not_clear_the_text(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, status("alice", OFFLINE, since=2), NOW)
    assert lost_after(texts, own(since=3, by=THIS_DEVICE), NOW) is not None


def test_a_text_under_a_lifted_away_text_survives_a_reconnect(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own("Away", by=THIS_DEVICE, ends=AWAY_EXPIRES_AT), NOW)
    lifted = own("Away", by=THIS_DEVICE, ends=NOW + 1000)
    for pushed in [lifted, status("alice", OFFLINE, since=2), lifted, own("Tea")]:
        lost_after(texts, pushed, NOW)
    assert lost_after(texts, own(since=3), NOW) is not None


@pytest.mark.parametrize(("since", "overwritten"), [(1, "Tea"), (3, None)])
def test_only_a_text_that_was_not_cleared_can_be_overwritten(
    texts: OwnTexts, since: int, overwritten: str | None
) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, status("alice", OFFLINE, since=2), NOW)
    lost_after(texts, own("Tea", since=since), NOW)
    assert texts.overwritten is None
    lost_after(texts, own("Coffee", since=since, by=PHONE), NOW)
    assert (texts.overwritten and texts.overwritten.text) == overwritten


def test_a_repeated_login_status_sets_no_text() -> None:
    texts = OwnTexts(HERE)
    answer = own("Coffee")
    lost_after(texts, answer, NOW)
    lost_after(texts, structs.replace(answer, changed_by=THIS_DEVICE), NOW)
    assert lost_after(texts, own(since=3), NOW) is None

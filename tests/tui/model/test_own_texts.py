"""Which own text comes back after a reconnect."""

import pytest
from msgspec import structs

from imtui.protocol.status import ChangedBy, UserStatus
from imtui.tui.model.own_text import OwnText, OwnTexts
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


def test_what_this_device_set_comes_back(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, status("alice", OFFLINE, since=2), NOW) is None
    lost = lost_after(texts, own(since=3), NOW)
    assert lost is not None
    assert lost.text == "Tea"


def test_it_comes_back_with_its_end(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE, ends=NOW + 1), NOW)
    lost = lost_after(texts, own(since=3), NOW)
    assert lost is not None
    assert lost.expires_at == NOW + 1


def test_a_text_that_has_ended_stays_away(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE, ends=NOW), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_what_another_device_set_is_not_ours_to_texts(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own("Coffee", by=PHONE), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_what_was_cleared_without_going_offline_stays_cleared(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own(since=1), NOW) is None


def test_what_we_cleared_stays_cleared(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own("", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_a_text_that_survived_is_left_alone(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own("Tea", since=1), NOW) is None
    assert lost_after(texts, own(since=3), NOW) is not None


def test_a_text_that_another_device_set_meanwhile_is_left_alone(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    assert lost_after(texts, own("Coffee", since=3), NOW) is None


def test_it_comes_back_once(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, own(since=3), NOW)
    assert lost_after(texts, own(since=5), NOW) is None


def test_after_logging_out_nothing_comes_back(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    texts.forget()
    assert lost_after(texts, own(since=3), NOW) is None


def test_another_device_coming_is_no_text_of_its(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, structs.replace(own("Tea", by=PHONE), online_devices=["Android"]), NOW)
    assert lost_after(texts, own(since=3), NOW) is not None


def test_this_device_coming_makes_no_text_ours(texts: OwnTexts) -> None:
    lost_after(texts, own("Coffee", by=PHONE), NOW)
    lost_after(texts, structs.replace(own("Coffee", by=THIS_DEVICE), online_devices=["Web"]), NOW)
    assert lost_after(texts, own(since=3), NOW) is None


def test_coming_back_is_no_clearing_of_ours(texts: OwnTexts) -> None:
    lost_after(texts, own("Tea", by=THIS_DEVICE), NOW)
    lost_after(texts, status("alice", OFFLINE, since=2), NOW)
    assert lost_after(texts, own(since=3, by=THIS_DEVICE), NOW) is not None


def test_the_login_answer_told_once_more_makes_no_text_ours() -> None:
    texts = OwnTexts(HERE)
    answer = own("Coffee")
    lost_after(texts, answer, NOW)
    lost_after(texts, structs.replace(answer, changed_by=THIS_DEVICE), NOW)
    assert lost_after(texts, own(since=3), NOW) is None

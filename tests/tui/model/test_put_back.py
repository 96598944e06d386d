"""Which own text comes back after a reconnect."""

import pytest
from msgspec import structs

from imtui.protocol.status import ChangedBy, UserStatus
from imtui.tui.model.put_back import PutBack
from tests.tui.fake import HERE, OFFLINE, ONLINE, PHONE, THIS_DEVICE, status

NOW = 50_000


def own(
    text: str = "", *, since: int = 1, by: ChangedBy | None = None, ends: int | None = None
) -> UserStatus:
    return status("alice", ONLINE, text, since=since, changed_by=by, expires_at=ends)


@pytest.fixture
def put_back() -> PutBack:
    put_back = PutBack(HERE)
    put_back.heard(own(), NOW)
    return put_back


def test_what_this_device_set_comes_back(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    assert put_back.heard(status("alice", OFFLINE, since=2), NOW) is None
    lost = put_back.heard(own(since=3), NOW)
    assert lost is not None
    assert lost.text == "Tea"


def test_it_comes_back_with_its_end(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE, ends=NOW + 1), NOW)
    lost = put_back.heard(own(since=3), NOW)
    assert lost is not None
    assert lost.expires_at == NOW + 1


def test_a_text_that_has_ended_stays_away(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE, ends=NOW), NOW)
    assert put_back.heard(own(since=3), NOW) is None


def test_what_another_device_set_is_not_ours_to_put_back(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    put_back.heard(own("Coffee", by=PHONE), NOW)
    assert put_back.heard(own(since=3), NOW) is None


def test_what_was_cleared_without_going_offline_stays_cleared(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    assert put_back.heard(own(since=1), NOW) is None


def test_what_we_cleared_stays_cleared(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    put_back.heard(own("", by=THIS_DEVICE), NOW)
    assert put_back.heard(own(since=3), NOW) is None


def test_a_text_that_survived_is_left_alone(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    assert put_back.heard(own("Tea", since=1), NOW) is None
    assert put_back.heard(own(since=3), NOW) is not None


def test_a_text_that_another_device_set_meanwhile_is_left_alone(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    assert put_back.heard(own("Coffee", since=3), NOW) is None


def test_it_comes_back_once(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    put_back.heard(own(since=3), NOW)
    assert put_back.heard(own(since=5), NOW) is None


def test_after_logging_out_nothing_comes_back(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    put_back.forget()
    assert put_back.heard(own(since=3), NOW) is None


def test_another_device_coming_is_no_text_of_its(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    put_back.heard(structs.replace(own("Tea", by=PHONE), online_devices=["Android"]), NOW)
    assert put_back.heard(own(since=3), NOW) is not None


def test_this_device_coming_makes_no_text_ours(put_back: PutBack) -> None:
    put_back.heard(own("Coffee", by=PHONE), NOW)
    put_back.heard(structs.replace(own("Coffee", by=THIS_DEVICE), online_devices=["Web"]), NOW)
    assert put_back.heard(own(since=3), NOW) is None


def test_coming_back_is_no_clearing_of_ours(put_back: PutBack) -> None:
    put_back.heard(own("Tea", by=THIS_DEVICE), NOW)
    put_back.heard(status("alice", OFFLINE, since=2), NOW)
    assert put_back.heard(own(since=3, by=THIS_DEVICE), NOW) is not None


def test_the_login_answer_told_once_more_makes_no_text_ours() -> None:
    put_back = PutBack(HERE)
    answer = own("Coffee")
    put_back.heard(answer, NOW)
    put_back.heard(structs.replace(answer, changed_by=THIS_DEVICE), NOW)
    assert put_back.heard(own(since=3), NOW) is None

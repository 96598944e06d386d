"""What keeps a status up to date, and what becomes of it when nothing does."""

from imtui.tui.model.person import Person
from imtui.tui.model.sources import Sources, UpdateSource
from tests.tui.fake import ONLINE, UNKNOWN, status


def friend(sources: Sources) -> Person:
    """Return a friend whose status is live."""
    sources.friends_notified = True
    person = Person("bob", friend=True)
    sources.learn(person, status("bob"), 1_000)
    assert person.live
    return person


def test_an_answer_without_a_source_has_its_time() -> None:
    sources, stranger = Sources(), Person("bob")
    assert sources.learn(stranger, status("bob"), 1_000)
    assert not sources.learn(stranger, status("bob"), 2_000)
    assert (stranger.status, stranger.live_status) == (ONLINE, UNKNOWN)
    assert stranger.as_of(None) == 2_000


def test_a_live_status_is_as_of_the_loss_of_the_connection() -> None:
    person = friend(Sources())
    assert (person.as_of(None), person.as_of(7_000)) == (None, 7_000)


def test_whoever_loses_the_last_source_becomes_unknown() -> None:
    sources = Sources()
    person = friend(sources)
    person.subscribed, person.friend = True, False
    assert not sources.check(person, 2_000)
    sources.subscribers_notified = False
    assert sources.of(person) is UpdateSource.NOTHING
    assert sources.check(person, 2_000)
    assert (person.status, person.live, person.asked_at) == (UNKNOWN, False, 0)


def test_what_a_login_does_not_confirm_is_as_of_the_time_before() -> None:
    sources = Sources()
    person = friend(sources)
    assert not sources.end_sync(person, 5_000)
    sources.begin_login()
    assert person.live
    assert sources.end_sync(person, 5_000)
    assert (person.status, person.live, person.as_of(None)) == (ONLINE, False, 5_000)

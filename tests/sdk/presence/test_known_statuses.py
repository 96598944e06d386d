from imtui.sdk import UserStatus, UserStatusType
from imtui.sdk.presence.known_statuses import FORGOTTEN, KnownStatuses

ONLINE = UserStatusType.ONLINE
OFFLINE = UserStatusType.OFFLINE


def of(user: str, revision: int, text: str = "", kind: UserStatusType = ONLINE) -> UserStatus:
    return UserStatus(user, kind, text, revision=revision)


def everybody(user_id: str) -> bool:
    return True


def nobody(user_id: str) -> bool:
    return False


def test_older_pushes_are_dropped_and_equal_ones_are_not_older() -> None:
    known = KnownStatuses("me")
    assert known.pushed([of("bob", 5)]) == [of("bob", 5)]
    assert known.pushed([of("bob", 4, "old"), of("ann", 1)]) == [of("ann", 1)]
    assert known.pushed([of("bob", 5, "equal")]) == [of("bob", 5, "equal")]


def test_an_older_answer_returns_the_status_pushed_since() -> None:
    known = KnownStatuses("me")
    known.pushed([of("bob", 5, "new")])
    answered = known.answered([of("bob", 4, "old"), of("ann", 1)], nobody)
    assert answered.statuses == [of("bob", 5, "new"), of("ann", 1)]
    assert answered.differing == []
    assert "ann" not in known


def test_a_login_forgets_revisions_so_that_smaller_ones_count() -> None:
    known = KnownStatuses("me")
    known.pushed([of("bob", 900, "before")])
    known.forget_revisions()
    assert known.pushed([of("bob", 3, "after")]) == [of("bob", 3, "after")]


def test_after_a_login_only_differing_statuses_are_reported() -> None:
    known = KnownStatuses("me")
    known.pushed([of("bob", 900), of("ann", 901), of("eve", 902)])
    known.forget_revisions()
    known.pushed([of("eve", 7, "pushed meanwhile")])
    answered = known.answered([of("bob", 3), of("ann", 4, "new"), of("eve", 5, "old")], everybody)
    assert answered.differing == [of("ann", 4, "new")]
    assert answered.statuses[2] == of("eve", 7, "pushed meanwhile")


def test_an_answer_within_a_login_is_not_reported() -> None:
    known = KnownStatuses("me")
    known.pushed([of("bob", 1)])
    assert known.answered([of("bob", 2, "new")], everybody).differing == []
    assert known.get("bob") == of("bob", 2, "new")


def test_new_statuses_are_reported_only_on_request() -> None:
    known = KnownStatuses("me")
    assert known.answered([of("bob", 1)], everybody).differing == []
    assert known.answered([of("ann", 1)], everybody, notify_new=True).differing == [of("ann", 1)]
    assert known.answered([of("eve", 1)], nobody, notify_new=True).differing == []


def test_without_a_connection_the_own_status_is_offline_without_a_text() -> None:
    known = KnownStatuses("me")
    known.pushed([of("me", 5, "busy")])
    lost = known.lose_connection(77)
    assert (lost.status_type, lost.custom_status, lost.since) == (OFFLINE, "", 77)
    assert lost.online_devices == []
    known.forget_revisions()
    assert known.answered([of("me", 1, "busy")], everybody).differing == [of("me", 1, "busy")]


def test_statuses_that_were_not_learned_become_unknown_once() -> None:
    known = KnownStatuses("me")
    known.pushed([of("bob", 1), of("ann", 2)])
    known.forget_revisions()
    known.pushed([of("ann", 1)])
    assert [s.user_id for s in known.give_up_outdated()] == ["bob"]
    assert known.give_up_outdated() == []
    assert known.outdated() == ["bob"]
    unknown = known.get("bob")
    assert unknown is not None
    assert (unknown.status_type, unknown.revision) == (UserStatusType.UNKNOWN, FORGOTTEN)


def test_a_flood_of_strangers_is_bounded_and_keeps_the_own_status() -> None:
    known = KnownStatuses("me")
    known.pushed([of("me", 1)])
    known.pushed(of(f"u{n}", 1) for n in range(12_000))
    assert "me" in known
    assert "u0" not in known
    assert "u11999" in known

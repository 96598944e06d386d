"""The idle timer of the embedded backend, in virtual time."""

from imtui.cli.embedded.idle_timer import IdleTimer


def test_start_grace() -> None:
    idle_timer = IdleTimer(start_grace=20, idle_grace=10)

    assert not idle_timer.has_expired(0, in_use=False, touched=1)
    assert not idle_timer.has_expired(19.9, in_use=False, touched=1)
    assert idle_timer.has_expired(20, in_use=False, touched=1)


def test_grace_after_the_last_user_has_left() -> None:
    idle_timer = IdleTimer(start_grace=20, idle_grace=10)
    idle_timer.has_expired(0, in_use=False, touched=1)

    assert not idle_timer.has_expired(100, in_use=True, touched=1)
    assert not idle_timer.has_expired(109.9, in_use=False, touched=1)
    assert idle_timer.has_expired(110, in_use=False, touched=1)


def test_a_touched_lock_file_extends_the_grace() -> None:
    idle_timer = IdleTimer(start_grace=20, idle_grace=10)
    idle_timer.has_expired(0, in_use=False, touched=1)

    assert not idle_timer.has_expired(20, in_use=False, touched=2)
    assert not idle_timer.has_expired(29.9, in_use=False, touched=2)
    assert idle_timer.has_expired(30, in_use=False, touched=2)

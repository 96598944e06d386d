"""When the embedded backend ends, in virtual time."""

from imtui.cli.embedded.idleness import Idleness


def test_start_grace() -> None:
    idleness = Idleness(start_grace=20, idle_grace=10)

    assert not idleness.is_over(0, anybody=False, touched=1)
    assert not idleness.is_over(19.9, anybody=False, touched=1)
    assert idleness.is_over(20, anybody=False, touched=1)


def test_grace_after_the_last_one_has_left() -> None:
    idleness = Idleness(start_grace=20, idle_grace=10)
    idleness.is_over(0, anybody=False, touched=1)

    assert not idleness.is_over(100, anybody=True, touched=1)
    assert not idleness.is_over(109.9, anybody=False, touched=1)
    assert idleness.is_over(110, anybody=False, touched=1)


def test_whoever_announces_a_start_is_waited_for() -> None:
    idleness = Idleness(start_grace=20, idle_grace=10)
    idleness.is_over(0, anybody=False, touched=1)

    assert not idleness.is_over(20, anybody=False, touched=2)
    assert not idleness.is_over(29.9, anybody=False, touched=2)
    assert idleness.is_over(30, anybody=False, touched=2)

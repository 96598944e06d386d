"""Rotations of the app's key, in virtual time and over restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.protocol.app_key import KeyRing
from imtui.protocol.errors import IMError
from imtui.protocol.limits import APP_KEYS_MAX, KEY_GRACE_MAX
from imtui.protocol.usersig import sign
from imtui.protocol.verification import verify_user_sig
from imtui.server.core.delivery import KeysDelivery
from imtui.server.core.keys.changes import KeysEnded
from imtui.server.core.keys.rotation import get_key_ring, rotate_key
from tests.server.core.world import WALL_START, World

DAY = 24 * 3600


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a core on a database, with one key."""
    world = World(tmp_path / "db")
    rotate_key(world.admin(), 0)
    world.carry_on()
    yield world
    world.close()


def rotate(world: World, grace: int) -> KeyRing:
    ring = rotate_key(world.admin(), grace)
    world.carry_on()
    return ring


def ids(world: World) -> list[int]:
    return [key.key_id for key in get_key_ring(world.admin()).keys]


def sig_of(world: World) -> str:
    """Return a UserSig that is made with the newest key."""
    key = get_key_ring(world.admin()).newest
    return sign("ann", key.sdk_app_id, key.secret_key, 10 * DAY, now=world.now.unix_ms / 1000)


def code_of(world: World, user_sig: str) -> int:
    ring = get_key_ring(world.admin())
    try:
        verify_user_sig(ring, ring.sdk_app_id, "ann", user_sig, world.now.unix_ms)
    except IMError as error:
        return error.code
    return 0


def test_old_and_new_user_sigs_are_valid_until_the_end_of_the_grace(world: World) -> None:
    old = sig_of(world)
    secret = get_key_ring(world.admin()).newest.secret_key
    rotate(world, 7 * DAY)
    new = sig_of(world)
    assert new != old
    for seconds, old_code in ((0, 0), (7 * DAY - 0.001, 0), (7 * DAY, 70009), (8 * DAY, 70009)):
        world.seconds = seconds
        # Whether or not anything has swept meanwhile.
        assert (code_of(world, old), code_of(world, new)) == (old_code, 0), seconds
        assert world.core.next_due(world.now) is None or seconds >= 7 * DAY or ids(world) == [2, 1]
    world.sweep()
    assert ids(world) == [2]
    assert secret not in [key.secret_key for key in get_key_ring(world.admin()).keys]
    assert (code_of(world, old), code_of(world, new)) == (70009, 0)


def test_the_core_is_due_at_the_end_of_a_grace_and_looks_at_the_wall_clock_now_and_then(
    world: World,
) -> None:
    assert world.core.next_due(world.now) is None
    rotate(world, DAY)
    due = world.core.next_due(world.now)
    assert due is not None
    assert 0 < due - world.now.monotonic <= 60
    world.seconds = DAY - 1
    assert world.core.next_due(world.now) == world.now.monotonic + 1


def test_a_rotation_without_a_grace_ends_all_earlier_keys_at_once(world: World) -> None:
    first = sig_of(world)
    rotate(world, DAY)
    second = sig_of(world)
    rotate(world, 0)
    assert ids(world) == [3]
    assert [code_of(world, one) for one in (first, second, sig_of(world))] == [70009, 70009, 0]


def test_a_second_rotation_shortens_a_grace_and_never_prolongs_it(world: World) -> None:
    rotate(world, 2 * DAY)
    rotate(world, 5 * DAY)
    ends = [key.until for key in get_key_ring(world.admin()).keys]
    assert ends == [None, WALL_START + 5 * DAY * 1000, WALL_START + 2 * DAY * 1000]
    rotate(world, DAY)
    ends = [key.until for key in get_key_ring(world.admin()).keys]
    assert ends == [None, *[WALL_START + DAY * 1000] * 3]


def test_edges_are_told_of_each_change(world: World) -> None:
    world.take_deliveries()
    rotate(world, 10)
    world.seconds = 10
    world.sweep()
    told = [one for one in world.take_deliveries() if isinstance(one, KeysDelivery)]
    assert [[key.key_id for key in one.key_ring.keys] for one in told] == [[2, 1], [2]]


def test_keys_and_their_ends_survive_a_restart_and_a_late_start_ends_what_is_over(
    world: World,
) -> None:
    rotate(world, DAY)
    before = get_key_ring(world.admin())
    world.restart()
    assert get_key_ring(world.admin()) == before
    world.seconds = DAY
    world.take_changes()
    world.restart()
    assert ids(world) == [2]
    (ended,) = (one for one in world.take_changes() if isinstance(one, KeysEnded))
    assert ended.ended == (1,)
    world.seconds = 0
    world.restart()
    # Erased, whatever the clock says now.
    assert ids(world) == [2]


def test_there_is_a_most_of_keys_and_a_way_out(world: World) -> None:
    for _ in range(APP_KEYS_MAX - 1):
        rotate(world, DAY)
    before = get_key_ring(world.admin())
    with pytest.raises(IMError, match=r"Wait until 2023-11-15 22:13 UTC, .* grace of 0") as error:
        rotate(world, DAY)
    assert error.value.code == 70402
    assert get_key_ring(world.admin()) == before
    rotate(world, 0)
    assert ids(world) == [APP_KEYS_MAX + 1]


@pytest.mark.parametrize("grace", [-1, KEY_GRACE_MAX + 1, 10 * 366 * DAY])
def test_a_grace_has_bounds(world: World, grace: int) -> None:
    with pytest.raises(IMError) as error:
        rotate(world, grace)
    assert error.value.code == 70402
    assert ids(world) == [1]


def test_no_secret_is_in_what_a_log_may_show(world: World) -> None:
    world.take_changes()
    rotate(world, DAY)
    ring = get_key_ring(world.admin())
    shown = repr((ring, ring.newest, world.take_changes(), world.take_deliveries()))
    assert "key_id=2" in shown
    assert not any(key.secret_key in shown for key in ring.keys)

"""Admins, their names and their UserSigs, over restarts too."""

from collections.abc import Callable
from functools import partial

import pytest

from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.limits import ADMINS_MAX
from imtui.protocol.proof import Proof
from imtui.protocol.rest.role import Role
from imtui.server.core.admins.administering import (
    add_admin,
    get_admin_ids,
    get_role,
    list_admins,
    remove_admin,
)
from imtui.server.core.console import Switch
from imtui.server.core.delivery import AdminsDelivery
from imtui.server.core.logins.administration import set_console
from imtui.server.core.logins.registration import delete, import_account, register
from tests.server.core.world import WALL_START, World, sig_id

SECOND = WALL_START // 1000


def code_of(call: Callable[[], object]) -> int:
    try:
        call()
    except IMError as error:
        return error.code
    return 0


def is_revoked(world: World, user_id: str, made: int) -> bool:
    proof = Proof(user_id, made, sig_id(1))
    return code_of(lambda: world.core.check_not_revoked(proof, world.now)) == 70052


def test_roles_include_the_ones_below_them() -> None:
    order = [Role.FULL, Role.SUPPORT, Role.READ]
    for place, role in enumerate(order):
        assert [role.includes(other) for other in order] == [place <= n for n in range(3)]


def test_the_first_admin_is_always_full_and_there(world: World) -> None:
    assert get_role(world.admin(), ADMINISTRATOR) is Role.FULL
    for role in Role:
        assert code_of(partial(add_admin, world.admin(), ADMINISTRATOR, role)) == 70402
    assert code_of(lambda: remove_admin(world.admin(), ADMINISTRATOR)) == 70402
    assert get_role(world.admin(), ADMINISTRATOR) is Role.FULL
    # And an account, as before.
    import_account(world.admin(), ADMINISTRATOR, None, None)


def test_admins_and_their_roles_survive_a_restart(world: World) -> None:
    add_admin(world.admin(), "anna", Role.READ)
    add_admin(world.admin(), "ben", Role.FULL)
    world.seconds = 5
    add_admin(world.admin(), "anna", Role.SUPPORT)
    remove_admin(world.admin(), "ben")
    for _ in range(2):
        admins = [(one.user_id, one.role, one.since) for one in list_admins(world.admin())]
        assert admins == [
            (ADMINISTRATOR, Role.FULL, 0),
            ("anna", Role.SUPPORT, WALL_START),
        ]
        assert get_role(world.admin(), "ben") is None
        assert get_admin_ids(world.admin()) == {ADMINISTRATOR, "anna"}
        world.restart()


def test_edges_are_told_of_each_change(world: World) -> None:
    add_admin(world.admin(), "anna", Role.READ)
    add_admin(world.admin(), "anna", Role.READ)
    remove_admin(world.admin(), "anna")
    told = [one for one in world.take_deliveries() if isinstance(one, AdminsDelivery)]
    assert [one.user_ids for one in told] == [{ADMINISTRATOR, "anna"}, {ADMINISTRATOR}]


def test_a_name_is_an_admins_or_an_accounts_never_both(world: World) -> None:
    world.login(1, "alice")
    assert code_of(lambda: add_admin(world.admin(), "alice", Role.READ)) == 70402
    add_admin(world.admin(), "anna", Role.READ)
    assert code_of(lambda: world.login(2, "anna")) == 70107
    assert code_of(lambda: import_account(world.admin(), "anna", "Anna", None)) == 70402
    assert code_of(lambda: register(world.admin(), "anna")) == 70402
    set_console(world.admin(), {"auto_register": Switch.OFF})
    assert code_of(lambda: world.login(2, "anna")) == 70107
    set_console(world.admin(), {"auto_register": Switch.ON})
    # Each becomes free when it ends.
    remove_admin(world.admin(), "anna")
    world.seconds = 1
    world.login(2, "anna")
    delete(world.admin(), "alice")
    add_admin(world.admin(), "alice", Role.READ)


def test_a_removal_revokes_the_user_sigs_for_good(world: World) -> None:
    add_admin(world.admin(), "anna", Role.FULL)
    assert not is_revoked(world, "anna", SECOND)
    remove_admin(world.admin(), "anna")
    add_admin(world.admin(), "anna", Role.READ)
    world.carry_on()
    for _ in range(2):
        assert is_revoked(world, "anna", SECOND)
        assert not is_revoked(world, "anna", SECOND + 1)
        world.restart()
    remove_admin(world.admin(), "anna")
    world.seconds = 1
    # Nor do they log in an account that has the name later.
    assert code_of(lambda: world.login(1, "anna", made=SECOND)) == 70052
    world.login(1, "anna", made=SECOND + 1)


def test_a_revocation_far_ahead_is_corrected_also_in_the_database(world: World) -> None:
    world.seconds = 10_000
    add_admin(world.admin(), "anna", Role.READ)
    remove_admin(world.admin(), "anna")
    world.seconds = 0
    assert is_revoked(world, "anna", SECOND)
    assert not is_revoked(world, "anna", SECOND + 1)
    world.seconds = 10
    world.restart()
    assert not is_revoked(world, "anna", SECOND + 1)


@pytest.mark.parametrize("name", ["", "an na", "x" * 33, "é", "a\n"])
def test_a_name_is_a_user_id(world: World, name: str) -> None:
    assert code_of(lambda: add_admin(world.admin(), name, Role.READ)) == 6017


def test_nobody_else_is_removed(world: World) -> None:
    world.login(1, "alice")
    for name in ("alice", "nobody", "", "x" * 40):
        assert code_of(partial(remove_admin, world.admin(), name)) == 70107


def test_there_is_a_most_of_admins(world: World) -> None:
    for number in range(ADMINS_MAX - 1):
        add_admin(world.admin(), f"admin{number}", Role.READ)
    assert code_of(lambda: add_admin(world.admin(), "one-more", Role.READ)) == 70402
    add_admin(world.admin(), "admin0", Role.FULL)
    remove_admin(world.admin(), "admin1")
    add_admin(world.admin(), "one-more", Role.READ)

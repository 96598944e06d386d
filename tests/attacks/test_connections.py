"""Short attacks with connections: others stay connected, and get in."""

import pytest

from tests.attacks.kinds.connections import ATTACKS
from tests.attacks.unharmed import attack_unharmed

pytestmark = pytest.mark.xdist_group("attacks")

_NAMED = {attack.name: attack for attack in ATTACKS}


@pytest.mark.parametrize("name", ["handshakes", "churn", "return"])
def test_connections_of_others_harm_nobody(name: str) -> None:
    attack_unharmed(_NAMED[name])


def test_others_get_in_though_there_are_more_connections_than_open_files() -> None:
    report = attack_unharmed(_NAMED["descriptors"])
    assert report.under_attack.logins


def test_what_a_connection_holds_is_bounded_and_a_closed_one_holds_nothing() -> None:
    attack = _NAMED["unread"]
    report = attack_unharmed(attack)
    assert all(row.met for row in attack.rows(report))


def test_a_large_frame_needs_a_login() -> None:
    report = attack_unharmed(_NAMED["short-frames"])
    assert any(name.startswith("closed") for name in report.counts)

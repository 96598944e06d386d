"""Short attacks with connections: others stay connected, and get in."""

import pytest

from tests.attacks.kinds.connections import ATTACKS
from tests.attacks.unharmed import attack_unharmed

pytestmark = pytest.mark.xdist_group("attacks")

_NAMED = {attack.name: attack for attack in ATTACKS}


@pytest.mark.parametrize("name", ["handshakes", "short-frames", "unread", "churn", "return"])
def test_connections_of_others_harm_nobody(name: str) -> None:
    attack_unharmed(_NAMED[name])


def test_others_get_in_though_there_are_more_connections_than_open_files() -> None:
    report = attack_unharmed(_NAMED["descriptors"])
    assert report.under_attack.logins

"""The login policy: who must go."""

import pytest

from imtui.protocol.status import Platform
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.accounts.login_policy import over_policy
from imtui.server.core.console import LoginPolicy


def device(order: int, platform: Platform = Platform.LINUX) -> Device:
    return Device("alice", f"i{order}", platform, "", DeviceState.LIVE, order, 0, 0)


@pytest.mark.parametrize(
    ("policy", "connected", "gone"),
    [
        (LoginPolicy.SINGLE, [device(1)], []),
        (LoginPolicy.SINGLE, [device(2), device(1, Platform.MAC)], [1]),
        (LoginPolicy.PLATFORM, [device(1), device(2, Platform.MAC)], []),
        (LoginPolicy.PLATFORM, [device(3), device(1), device(2, Platform.MAC)], [1]),
        (LoginPolicy.MULTI, [device(order) for order in range(10)], []),
        (LoginPolicy.MULTI, [device(order) for order in range(12)], [0, 1]),
        (
            LoginPolicy.MULTI,
            [*(device(order) for order in range(10)), device(99, Platform.WEB)],
            [],
        ),
    ],
)
def test_the_earliest_logins_over_the_policy_go(
    policy: LoginPolicy, connected: list[Device], gone: list[int]
) -> None:
    assert [device.login_order for device in over_policy(policy, connected)] == gone

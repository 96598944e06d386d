"""The devices to kick when an account has too many connected."""

from collections import defaultdict
from collections.abc import Sequence

from imtui.protocol.limits import DEVICES_PER_PLATFORM
from imtui.server.core.accounts.device import Device
from imtui.server.core.console import LoginPolicy


def over_policy(policy: LoginPolicy, connected: Sequence[Device]) -> list[Device]:
    """Return the devices that the policy does not admit, the earliest login first."""
    if len(connected) == 1:
        return []
    groups: defaultdict[str, list[Device]] = defaultdict(list)
    for device in connected:
        groups["" if policy is LoginPolicy.SINGLE else device.platform].append(device)
    most = DEVICES_PER_PLATFORM if policy is LoginPolicy.MULTI else 1
    excess: list[Device] = []
    for group in groups.values():
        group.sort(key=_by_login)
        excess += group[: max(0, len(group) - most)]
    return sorted(excess, key=_by_login)


def _by_login(device: Device) -> int:
    return device.login_order

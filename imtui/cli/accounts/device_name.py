"""The name of a device of this machine."""

from imtui.protocol import limits
from imtui.sdk.instances import Instance


def default_device_name(instance: Instance) -> str:
    """Return the host name, plus the device number except for the first; at most 64 bytes."""
    import socket

    from imtui.protocol.safe_text import safe_text

    suffix = "" if instance.number == 1 else f" {instance.number or instance.instance_id[:4]}"
    host = safe_text(socket.gethostname()).strip() or "device"
    room = limits.DEVICE_NAME_MAX_BYTES - len(suffix)
    return host.encode()[:room].decode(errors="ignore") + suffix

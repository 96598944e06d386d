"""The addresses of backends, and the rule that only local ones may be unencrypted."""

import ipaddress
from urllib.parse import urlsplit

from msgspec import Struct

from imtui.protocol.errors import invalid_parameters


class Address(Struct, frozen=True):
    """The address of a backend."""

    url: str
    """The URL to request, with a WebSocket or HTTP scheme."""
    unix_path: str | None
    """The path of the Unix socket, if it is one."""
    local: bool
    """Whether the backend is on this machine."""


def web_socket_address(url: str, *, insecure: bool = False) -> Address:
    """Parse ``ws://…``, ``wss://…`` or ``ws+unix:///path``.

    Raises:
        IMError: 6017 if it is malformed, or is remote and unencrypted without ``insecure``.
    """
    return _address(url, "ws", insecure)


def rest_address(url: str, *, insecure: bool = False) -> Address:
    """Parse ``http://…``, ``https://…`` or ``http+unix:///path``.

    Raises:
        IMError: 6017 if it is malformed, or is remote and unencrypted without ``insecure``.
    """
    return _address(url, "http", insecure)


def _address(url: str, scheme: str, insecure: bool) -> Address:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise invalid_parameters("url", f"not an address: {error}") from error
    if parts.scheme == f"{scheme}+unix":
        if parts.netloc or not parts.path.startswith("/"):
            raise invalid_parameters("url", f"a Unix socket is {scheme}+unix:///absolute/path")
        return Address(f"{scheme}://localhost/", parts.path, local=True)
    if parts.scheme not in (scheme, f"{scheme}s") or not host:
        raise invalid_parameters(
            "url", f"expected {scheme}://host:port, {scheme}s://host:port or {scheme}+unix:///path"
        )
    local = _is_this_machine(host)
    if parts.scheme == scheme and not (local or insecure):
        raise invalid_parameters(
            "url",
            f"{scheme}:// to {host} would send the UserSig unencrypted; use {scheme}s://, "
            "or allow it with --insecure",
        )
    return Address(url, None, local)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The addresses of backends, and the rule that only local ones may be unencrypted."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from imtui.protocol.errors import invalid_parameters

# A comma may also stand in a path; only one before another scheme separates.
_SEPARATOR: Final = re.compile(r"\s*,\s*(?=[a-z+]+://)", re.IGNORECASE)

ADDRESSES_MAX: Final = 64
"""The most addresses of one backend."""


class Address(Struct, frozen=True):
    """The address of a backend."""

    url: str
    """The URL to request, with a WebSocket or HTTP scheme."""
    unix_path: str | None
    """The path of the Unix socket, if it is one."""
    local: bool
    """Whether the backend is on this machine."""
    ip: str | None = None
    """The IP to connect to, if the host name in the URL was resolved."""


def split_urls(urls: str | Iterable[str]) -> tuple[str, ...]:
    """Return the URLs of one backend, which a string separates by commas, each once."""
    return tuple(dict.fromkeys(_SEPARATOR.split(urls) if isinstance(urls, str) else urls))


def first_url(urls: str | Iterable[str]) -> str:
    """Return the URL under which a backend is remembered, so that others may be added later."""
    return next(iter(split_urls(urls)), "")


def web_socket_addresses(
    urls: str | Iterable[str], *, insecure: bool = False
) -> tuple[Address, ...]:
    """Parse one or several of ``ws://…``, ``wss://…`` and ``ws+unix:///path``.

    Args:
        urls: The addresses of one backend; several in a string are separated by commas.
        insecure: Allow ``ws://`` to another machine.

    Raises:
        IMError: 6017 if there is none, if there are more than 64, or if one is malformed, or is
            remote and unencrypted without ``insecure``.
    """
    return _addresses(urls, "ws", insecure)


def rest_addresses(urls: str | Iterable[str], *, insecure: bool = False) -> tuple[Address, ...]:
    """Parse one or several of ``http://…``, ``https://…`` and ``http+unix:///path``.

    Args:
        urls: The addresses of one backend; several in a string are separated by commas.
        insecure: Allow ``http://`` to another machine.

    Raises:
        IMError: 6017 as for ``web_socket_addresses``.
    """
    return _addresses(urls, "http", insecure)


def _addresses(urls: str | Iterable[str], scheme: str, insecure: bool) -> tuple[Address, ...]:
    split = split_urls(urls)
    if not 1 <= len(split) <= ADDRESSES_MAX:
        raise invalid_parameters("url", f"expected 1 to {ADDRESSES_MAX} addresses")
    return tuple(_address(url, scheme, insecure) for url in split)


def _address(url: str, scheme: str, insecure: bool) -> Address:
    try:
        parts = urlsplit(url)
        if "," in parts.netloc.rpartition("@")[2]:
            raise invalid_parameters("url", f"write {scheme}s:// before each of several addresses")
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

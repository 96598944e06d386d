"""Listening sockets and their URLs."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple

from imtui.server.edge.acceptor import BACKLOG
from imtui.server.node.data_dir import Address, BackendError

_ANY: Final = "::"
_ANY_IPV4: Final = "0.0.0.0"


def listen_on_hosts(hosts: Sequence[str], port: int, option: str) -> list[socket.socket]:
    """Return sockets that listen on a TCP port of some hosts, the same for all.

    Args:
        hosts: Their names or addresses. ``::`` is all of IPv6 and IPv4, so no other is needed.
        port: The port; 0 takes a free one.
        option: The option that chooses another port, for the error.

    Raises:
        BackendError: It is not possible on one of them; the message says which, and why.
    """
    addresses = _needed([_resolved(host, port) for host in hosts])
    with contextlib.ExitStack() as stack:
        socks: list[socket.socket] = []
        for address in addresses:
            socks.append(stack.enter_context(_listen_on(address, port, option)))
            port = socks[0].getsockname()[1]
        stack.pop_all()
    return socks


class _Address(NamedTuple):
    host: str
    family: socket.AddressFamily
    ip: str


def _resolved(host: str, port: int) -> _Address:
    try:
        family, *_, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise BackendError(_cannot(host, port, error.strerror or str(error))) from error
    except (OverflowError, UnicodeError, ValueError) as error:
        raise BackendError(_cannot(host, port, str(error))) from error
    return _Address(host, family, str(name[0]))


def _needed(addresses: Iterable[_Address]) -> list[_Address]:
    """Return the addresses without those that others include."""
    different = list({address.ip: address for address in addresses}.values())
    every_ip = {address.ip for address in different}
    if _ANY in every_ip:
        return [address for address in different if address.ip == _ANY]
    if _ANY_IPV4 in every_ip:
        return [one for one in different if one.ip == _ANY_IPV4 or one.family != socket.AF_INET]
    return different


def _listen_on(address: _Address, port: int, option: str) -> socket.socket:
    host, family, ip = address
    try:
        sock = socket.create_server(
            (ip, port),
            family=family,
            backlog=BACKLOG,
            dualstack_ipv6=ip == _ANY and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BackendError(
                f"Port {port} of {host} is in use. Choose another with {option}."
            ) from error
        raise BackendError(_cannot(host, port, os.strerror(error.errno or 0))) from error
    # Accepted sockets inherit it. Without it a frame that waits for an acknowledgement is up to
    # 40 ms late; asyncio sets it only on sockets that it creates itself.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _cannot(host: str, port: int, reason: str) -> str:
    return f"Cannot listen on {with_port(host, port)}: {reason}. Choose an address with --host."


def listen_on_path(path: Path) -> socket.socket:
    """Return a Unix socket that listens at a path, and replaces one that was left there.

    Raises:
        BackendError: It cannot listen.
    """
    if sys.platform == "win32":
        raise BackendError(f"Cannot listen on {path}: Python has no Unix sockets on Windows.")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        sock.bind(str(path))
        path.chmod(0o600)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise BackendError(f"Cannot listen on {path}: {error.strerror or error}.") from error
    return sock


def url_of(scheme: str, sock: socket.socket) -> str:
    """Return the URL of a listening socket: ``ws://host:port``, ``ws+unix:///path``."""
    name = sock.getsockname()
    if isinstance(name, str):
        return f"{scheme}+unix://{name}"
    host, port = name[:2]
    return f"{scheme}://{with_port(host, port)}"


def address_of(
    ws: socket.socket, rest: socket.socket, sdk_app_id: int, certificate: str
) -> Address:
    """Return the address of this process, given its listening sockets.

    Args:
        ws: That for WebSockets.
        rest: That for REST.
        sdk_app_id: The app.
        certificate: The certificate in PEM; empty without TLS.
    """
    s = "s" if certificate else ""
    return Address(
        url_of(f"ws{s}", ws),
        url_of(f"http{s}", rest),
        sdk_app_id,
        os.getpid(),
        certificate=certificate,
    )


def remote_hosts(socks: Iterable[socket.socket]) -> list[str]:
    """Return the addresses of listening sockets that other machines can reach."""
    names = [sock.getsockname() for sock in socks]
    hosts = [name[0] for name in names if not isinstance(name, str)]
    return [host for host in hosts if not ip_address(host.partition("%")[0]).is_loopback]


def with_port(host: str, port: int) -> str:
    """Return ``host:port``, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def open_sockets(
    stack: contextlib.ExitStack | contextlib.AsyncExitStack,
    hosts: Sequence[str],
    ports: tuple[int, int],
    unix_dir: Path | None,
) -> tuple[list[socket.socket], list[socket.socket]]:
    """Return the listening sockets of the WebSocket port, and those of the REST port.

    Args:
        stack: Closes them.
        hosts: The hosts.
        ports: Both ports; 0 for a free one.
        unix_dir: A folder for Unix sockets, which take the place of the ports; or None.

    Raises:
        BackendError: It cannot listen.
    """
    if unix_dir is None:
        options = ("--port", "--rest-port")
        both = []
        for port, option in zip(ports, options, strict=True):
            both.append(listen_on_hosts(hosts, port, option))
            for sock in both[-1]:
                stack.callback(sock.close)
        return both[0], both[1]
    return _listen_below(stack, unix_dir / "ws.sock"), _listen_below(stack, unix_dir / "rest.sock")


def _listen_below(
    stack: contextlib.ExitStack | contextlib.AsyncExitStack, path: Path
) -> list[socket.socket]:
    sock = listen_on_path(path)
    stack.callback(path.unlink, missing_ok=True)
    stack.callback(sock.close)
    return [sock]

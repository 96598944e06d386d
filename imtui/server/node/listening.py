"""Listening sockets and their URLs."""

import errno
import socket
from pathlib import Path

from imtui.server.edge.acceptor import BACKLOG
from imtui.server.node.data_dir import BackendError


def listen_on_port(host: str, port: int, option: str) -> socket.socket:
    """Return a socket that listens on a TCP port; port 0 takes a free one.

    Raises:
        BackendError: It cannot listen; the message names ``option`` to choose another port.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BackendError(
                f"Port {port} of {host} is in use. Choose another with {option}."
            ) from error
        raise BackendError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    except (OverflowError, UnicodeError) as error:
        raise BackendError(f"Cannot listen on {host}:{port}: {error}.") from error
    # Accepted sockets inherit it. Without it a frame that waits for an acknowledgement is up to
    # 40 ms late; asyncio sets it only on sockets that it creates itself.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def listen_on_path(path: Path) -> socket.socket:
    """Return a Unix socket that listens at a path, and replaces one that was left there.

    Raises:
        BackendError: It cannot listen.
    """
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
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

"""Listening sockets."""

import contextlib
import socket
from pathlib import Path

import pytest

from imtui.server.edge.addresses import TrustedProxies
from imtui.server.node.data_dir import BackendError
from imtui.server.node.listening import listen_on_hosts, listen_on_path, remote_hosts, url_of


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")


def test_what_is_accepted_sends_small_frames_at_once() -> None:
    (listening,) = listen_on_hosts(["127.0.0.1"], 0, "--port")
    with listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_socket_is_named_by_its_url(tmp_path: Path) -> None:
    with listen_on_hosts(["127.0.0.1"], 0, "--port")[0] as listening:
        port = listening.getsockname()[1]
        assert url_of("ws", listening) == f"ws://127.0.0.1:{port}"
    with listen_on_path(tmp_path / "s") as listening:
        assert url_of("http", listening) == f"http+unix://{tmp_path}/s"


@needs_ipv6
def test_an_ipv6_address_is_in_brackets() -> None:
    with listen_on_hosts(["::1"], 0, "--port")[0] as listening:
        assert url_of("http", listening) == f"http://[::1]:{listening.getsockname()[1]}"


def test_a_path_that_was_left_behind_is_taken_over_and_one_that_is_none_is_told(
    tmp_path: Path,
) -> None:
    listen_on_path(tmp_path / "s").close()
    listen_on_path(tmp_path / "s").close()
    with pytest.raises(BackendError, match="Cannot listen on"):
        listen_on_path(tmp_path / "no such folder" / "s")
    with pytest.raises(BackendError, match="Cannot listen on"):
        listen_on_path(tmp_path / ("x" * 200))


def hosts_of(socks: list[socket.socket]) -> list[str]:
    """Return the addresses of sockets, which are closed."""
    with contextlib.ExitStack() as stack:
        for sock in socks:
            stack.enter_context(sock)
        assert len({sock.getsockname()[1] for sock in socks}) == 1
        return [sock.getsockname()[0] for sock in socks]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["127.0.0.1"], ["127.0.0.1"]),
        (["127.0.0.1", "127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]),
        (["127.0.0.1", "0.0.0.0", "127.0.0.2"], ["0.0.0.0"]),
        pytest.param(["127.0.0.2", "::1"], ["127.0.0.2", "::1"], marks=needs_ipv6),
        pytest.param(["127.0.0.1", "0.0.0.0", "::1"], ["0.0.0.0", "::1"], marks=needs_ipv6),
        pytest.param(["127.0.0.1", "::", "0.0.0.0", "::1"], ["::"], marks=needs_ipv6),
    ],
)
def test_several_hosts_have_the_same_port(hosts: list[str], expected: list[str]) -> None:
    assert hosts_of(listen_on_hosts(hosts, 0, "--port")) == expected


@needs_ipv6
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_host_of_all_addresses_takes_both_families(host: str) -> None:
    (listening,) = listen_on_hosts(["::"], 0, "--port")
    port = listening.getsockname()[1]
    with listening, socket.create_connection((host, port)):
        accepted, peer = listening.accept()
        accepted.close()
        assert TrustedProxies().peer(peer, listening.getsockname()).is_local


def test_one_of_several_hosts_that_cannot_be_had_leaves_none_open() -> None:
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BackendError, match=rf"Port {port} of 127.0.0.2 is in use.*--port"):
            listen_on_hosts(["127.0.0.1", "127.0.0.2"], port, "--port")
    assert hosts_of(listen_on_hosts(["127.0.0.1", "127.0.0.2"], port, "--port"))
    with pytest.raises(BackendError, match=r"Cannot listen on 192\.0\.2\.1:\d+: .*--host"):
        listen_on_hosts(["127.0.0.1", "192.0.2.1"], 0, "--port")


def test_the_addresses_that_other_machines_reach_are_known(tmp_path: Path) -> None:
    for hosts, remote in ((["127.0.0.1"], []), (["127.0.0.1", "0.0.0.0"], ["0.0.0.0"])):
        socks = listen_on_hosts(hosts, 0, "--port")
        assert remote_hosts(socks) == remote
        hosts_of(socks)
    with listen_on_path(tmp_path / "s") as listening:
        assert remote_hosts([listening]) == []

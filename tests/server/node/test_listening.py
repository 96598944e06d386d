"""Listening sockets."""

import socket
from pathlib import Path

import pytest

from imtui.server.node.data_dir import BackendError
from imtui.server.node.listening import listen_on_path, listen_on_port, url_of


def test_what_is_accepted_sends_small_frames_at_once() -> None:
    listening = listen_on_port("127.0.0.1", 0, "--port")
    with listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_socket_is_named_by_its_url(tmp_path: Path) -> None:
    with listen_on_port("127.0.0.1", 0, "--port") as listening:
        port = listening.getsockname()[1]
        assert url_of("ws", listening) == f"ws://127.0.0.1:{port}"
    with listen_on_path(tmp_path / "s") as listening:
        assert url_of("http", listening) == f"http+unix://{tmp_path}/s"


def test_a_path_that_was_left_behind_is_taken_over_and_one_that_is_none_is_told(
    tmp_path: Path,
) -> None:
    listen_on_path(tmp_path / "s").close()
    listen_on_path(tmp_path / "s").close()
    with pytest.raises(BackendError, match="Cannot listen on"):
        listen_on_path(tmp_path / "no such folder" / "s")
    with pytest.raises(BackendError, match="Cannot listen on"):
        listen_on_path(tmp_path / ("x" * 200))

"""What imtui does on Windows in place of what only Unix has."""

import io
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from imtui.cli.embedded.backend import EmbeddedBackend
from imtui.cli.embedded.sockets import make_socket_dir
from imtui.server.disk_faults import find_fault
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import Address, BackendError, DataDir
from imtui.server.node.descriptors import raise_limit, shares
from imtui.server.node.edges.supervisor import EdgedBackend
from imtui.server.node.listening import listen_on_path
from imtui.tui.kit.clock import SystemClock
from imtui.tui.kit.desktop import clipboard_commands
from imtui.tui.kit.terminal import editor_command, exit_on_signals, print_last
from imtui.tui.kit.undocumented.app import tolerant_driver


@pytest.fixture(autouse=True)
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play Windows."""
    monkeypatch.setattr(sys, "platform", "win32")


def test_the_app_has_textuals_driver() -> None:
    assert tolerant_driver() is None


def test_clip_copies_unless_the_desktop_is_elsewhere() -> None:
    def which(name: str) -> str | None:
        return name if name == "clip.exe" else None

    assert clipboard_commands({}, which) == [["clip.exe"]]
    assert clipboard_commands({"SSH_CONNECTION": "x"}, which) == []


def test_the_path_of_an_editor_keeps_its_backslashes() -> None:
    editor = {"EDITOR": r'"C:\Program Files\Vim\vim.exe" -n'}
    assert editor_command(editor) == [r"C:\Program Files\Vim\vim.exe", "-n"]
    assert editor_command({}) == []


def test_the_last_words_go_through_the_console() -> None:
    # Its bytes would be of another code page.
    written = io.StringIO()
    print_last("Čau", written)
    assert written.getvalue() == "Čau\n"


def test_the_clock_needs_no_time_zone_of_unix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "tzset")
    clock = SystemClock()
    clock.follow_time_zone()
    assert clock.local(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_no_signal_of_unix_is_handled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "setitimer")
    with ExitStack() as stack:
        exit_on_signals(lambda: None, stack)


def test_a_disk_has_fewer_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "statvfs")
    (tmp_path / "db").touch()
    assert find_fault(tmp_path / "db") is None


def test_so_many_connections_are_watched_at_most() -> None:
    assert raise_limit() == 512
    assert sum(shares(raise_limit())) < 512


async def test_edges_and_unix_sockets_are_refused_in_one_line(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", rest_port=0, port=0)
    with pytest.raises(BackendError, match="Leave out --edges"):
        await EdgedBackend(config, 2).__aenter__()
    with pytest.raises(BackendError, match="no Unix sockets"):
        listen_on_path(tmp_path / "s")


async def test_the_embedded_backend_has_ports_and_its_own_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 1, raising=False)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 2, raising=False)
    started: list[tuple[list[str], Any]] = []

    def start(command: list[str], **options: Any) -> None:
        started.append((command, options["creationflags"]))
        raise OSError("not played")

    monkeypatch.setattr(subprocess, "Popen", start)
    assert make_socket_dir(tmp_path) is None
    with pytest.raises(BackendError, match="not played"):
        await EmbeddedBackend(tmp_path).ensure_running()
    ((command, flags),) = started
    assert "--port" in command
    assert "--socket-dir" not in command
    assert flags == 3


async def test_an_address_of_another_system_is_not_reachable(tmp_path: Path) -> None:
    DataDir(tmp_path).publish(Address("ws+unix:///s", "http+unix:///s", 1, 1))
    assert await EmbeddedBackend(tmp_path).running_address() is None

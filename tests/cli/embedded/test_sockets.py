"""The folder of the embedded backend's Unix sockets."""

import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.cli.embedded.sockets import make_socket_dir


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="im-") as folder:
        path = Path(folder).resolve()
        (path / "tmp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(path / "tmp"))
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(path / "run"))
        yield path


def socket_dir_of(data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    folder = make_socket_dir(data)
    assert folder is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder / "rest.sock").encode()) < 100
    return folder


def test_runtime_folder_is_preferred(short: Path) -> None:
    (short / "run").mkdir()

    assert socket_dir_of(short / "data").parent == short / "run"
    assert socket_dir_of(short / "data") == socket_dir_of(short / "data")
    assert socket_dir_of(short / "data") != socket_dir_of(short / "other")


def test_data_folder_without_a_runtime_folder(short: Path) -> None:
    assert socket_dir_of(short / "data") == short / "data" / "run"


def test_temporary_folder_if_other_paths_are_too_long(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (short / ("r" * 90)).mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short / ("r" * 90)))

    assert socket_dir_of(short / ("d" * 90)).parent == short / "tmp"


def test_a_symbolic_link_is_not_followed(short: Path) -> None:
    (short / "data").mkdir()
    (short / "theirs").mkdir(mode=0o755)
    (short / "data" / "run").symlink_to(short / "theirs")

    assert socket_dir_of(short / "data").parent == short / "tmp"
    assert stat.S_IMODE((short / "theirs").stat().st_mode) == 0o755

"""Where the embedded backend's Unix sockets lie."""

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


def made(data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    folder = make_socket_dir(data)
    assert folder is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder / "rest.sock").encode()) < 100
    return folder


def test_in_the_runtime_folder(short: Path) -> None:
    (short / "run").mkdir()

    assert made(short / "data").parent == short / "run"
    assert made(short / "data") == made(short / "data")
    assert made(short / "data") != made(short / "other")


def test_in_the_data_folder_if_there_is_no_runtime_folder(short: Path) -> None:
    assert made(short / "data") == short / "data" / "run"


def test_in_the_temporary_folder_if_all_else_is_too_long(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (short / ("r" * 90)).mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short / ("r" * 90)))

    assert made(short / ("d" * 90)).parent == short / "tmp"


def test_never_through_a_link_that_somebody_left(short: Path) -> None:
    (short / "data").mkdir()
    (short / "theirs").mkdir(mode=0o755)
    (short / "data" / "run").symlink_to(short / "theirs")

    assert made(short / "data").parent == short / "tmp"
    assert stat.S_IMODE((short / "theirs").stat().st_mode) == 0o755

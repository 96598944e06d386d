"""The folder of the embedded backend's Unix sockets: private, with a short path."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from imtui.files import make_private_dir

_PATH_MAX_BYTES: Final = 100
"""Just below the limit that every system has for the path of a Unix socket."""

_LONGEST_NAME: Final = "rest.sock"


def make_socket_dir(data_dir: Path, previous: Path | None = None) -> Path | None:
    """Create and return the private folder for the sockets of a data folder.

    Args:
        data_dir: The data folder.
        previous: The folder of the backend before, if it had one: clients look for it there.

    Returns:
        The first usable folder with short enough paths: in the user's runtime folder, in the data
        folder, or in the system's temporary folder. None if there is none or the system has no
        Unix sockets; the backend then listens on loopback ports.
    """
    before = () if previous is None else (previous,)
    for candidate in chain(before, _candidates(data_dir)):
        if len(os.fsencode(candidate / _LONGEST_NAME)) < _PATH_MAX_BYTES and _usable(candidate):
            return candidate
    return None


def _candidates(data_dir: Path) -> Iterator[Path]:
    if sys.platform == "win32":
        return
    name = "imtui-" + hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    if runtime.is_absolute() and runtime.is_dir():
        yield runtime / name
    yield data_dir / "run"
    yield Path(tempfile.gettempdir()) / name


def _usable(folder: Path) -> bool:
    # In a world-writable folder, another user may have placed a link with this name.
    if folder.is_symlink():
        return False
    try:
        make_private_dir(folder)
    except OSError:
        return False
    return True

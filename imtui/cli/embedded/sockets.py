"""Where the embedded backend listens: Unix sockets in a private folder with a short path."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from imtui.files import make_private_dir

_PATH_MAX_BYTES: Final = 100
"""What every system allows for a Unix socket's path, and a little less."""

_LONGEST_NAME: Final = "rest.sock"


def make_socket_dir(data_dir: Path) -> Path | None:
    """Make and return the private folder for the sockets of one data folder.

    Returns:
        The first of these that can be used and whose sockets' paths are short enough: a folder in
        the user's runtime folder, in the data folder, in the system's temporary folder. None where
        there are no Unix sockets, or no place for them: loopback ports serve then.
    """
    for candidate in _candidates(data_dir):
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
    # In a folder that everybody may write to, somebody else may have put a link of this name.
    if folder.is_symlink():
        return False
    try:
        make_private_dir(folder)
    except OSError:
        return False
    return True

"""What other programs need to be measured beside ours, and what of it is not here."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Need:
    """A package, and how one sees that it is here."""

    package: str
    is_met: Callable[[], bool]
    installer: str = "apt-get install"


def missing(needs: Iterable[Need]) -> str:
    """Return the commands that install what is not here; empty if all of it is."""
    packages: dict[str, list[str]] = {}
    for need in needs:
        if not need.is_met():
            packages.setdefault(need.installer, []).append(need.package)
    return "; ".join(f"{installer} {' '.join(names)}" for installer, names in packages.items())


def is_here(name: str, needs: Iterable[Need]) -> bool:
    """Tell whether all needs of a program are met; otherwise print what installs them."""
    install = missing(needs)
    if install:
        print(f"not measured beside {name}, which is not all here: {install}", file=sys.stderr)
    return not install


def _has_program(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) is not None for name in names)


def _prosody_has(module: str) -> Callable[[], bool]:
    """Return whether the Lua that runs Prosody finds a module of Lua."""

    def is_met() -> bool:
        program = shutil.which("prosody")
        if program is None:
            return False
        with Path(program).open("rb") as file:
            interpreter = file.readline().decode(errors="replace").removeprefix("#!").split()
        command = [*interpreter, "-e", f"require '{module}'"]
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    return is_met


def ejabberd_library() -> Path | None:
    """Return the folder of ejabberd's parts, if it is here."""
    return next((one.parent for one in Path("/usr/lib").glob("*/ejabberd-*")), None)


PROSODY: Final = (
    Need("prosody", _has_program("prosody")),
    Need("lua-sec", _prosody_has("ssl")),
)
PROSODY_WITH_SQLITE: Final = (*PROSODY, Need("lua-dbi-sqlite3", _prosody_has("dbd.sqlite3")))
EJABBERD: Final = (
    Need("ejabberd", lambda: ejabberd_library() is not None),
    Need("erlang-base", _has_program("erl")),
)
SLIXMPP: Final = Need("slixmpp", lambda: find_spec("slixmpp") is not None, "pip install")

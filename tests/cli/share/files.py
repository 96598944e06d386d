"""The files in ``imtui/cli/share/``, as the parser of the commands gives them."""

from pathlib import Path
from typing import Final

from imtui.cli.main import build_parser
from imtui.cli.verbs.completion import SHELLS
from tests.cli.share.completion import completion_script
from tests.cli.share.man_page import man_page
from tests.pages import ROOT

SHARE: Final = ROOT / "imtui/cli/share"
MAN_PAGE: Final = SHARE / "man/man1/imtui.1"
COMMAND: Final = "python -m tests.cli.share"


def made_files() -> dict[Path, str]:
    """Return the text of each file."""
    scripts = {
        SHARE / file: completion_script(build_parser(), shell) for shell, file in SHELLS.items()
    }
    return scripts | {MAN_PAGE: man_page(build_parser())}

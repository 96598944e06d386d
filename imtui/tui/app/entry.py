"""The way into the app."""

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from imtui.tui.kit.terminal import print_last, terminal_problem, terminal_shows
from imtui.tui.model.launch import Launch
from imtui.tui.render.glyphs import UNICODE

if TYPE_CHECKING:
    from imtui.tui.services.sdk import Sdk

_FRAMES_A_SECOND: Final = 300


def run(launch: Launch, load_sdk: "Callable[[], Sdk] | None" = None) -> int:
    """Run the app in this terminal until the person leaves, and return the exit status.

    ``load_sdk`` brings another SDK than the bundled one; it is called after the first frame.
    The exit status is 0, or 1 after printing an error on one line of standard error.
    """
    problem = terminal_problem("the app", "imtui status", "imtui watch --plain")
    if problem:
        print(f"imtui: {problem}", file=sys.stderr)
        return 1
    if not terminal_shows(UNICODE.characters):
        launch = replace(launch, ascii=True)
    # A high frame rate echoes keys at once; the painter limits other repaints itself.
    os.environ.setdefault("TEXTUAL_FPS", str(_FRAMES_A_SECOND))
    # Startup makes no garbage; the collector is enabled again after the first frame.
    gc.disable()
    import asyncio

    from imtui.tui.app.attend import attend

    ending = asyncio.run(attend(launch, load_sdk))
    if ending.failure:
        where = f" (details: {launch.log_file})" if launch.log_file else ""
        print_last(f"imtui: {ending.failure}{where}", sys.stderr)
    elif ending.farewell:
        print_last(ending.farewell, sys.stdout)
    return 1 if ending.failure else 0

"""The clipboard and the notices of the desktop."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from imtui.cli.doctor.check import Check, note, ok, wrong

if TYPE_CHECKING:
    from imtui.tui.settings.schema import Desktop

_TMUX_TIMEOUT: Final = 1.0

Which = Callable[[str], str | None]
"""Finds a program by its name."""


def check_clipboard(environ: Mapping[str, str], which: Which = shutil.which) -> Check:
    """Return with what the app copies."""
    from imtui.tui.kit.desktop import clipboard_commands, osc52

    name = "clipboard"
    commands = clipboard_commands(environ, which)
    if commands:
        return ok(name, f"copies with {commands[0][0]}")
    advice = ""
    if environ.get("WAYLAND_DISPLAY"):
        advice = "Install wl-clipboard, which has wl-copy."
    elif environ.get("DISPLAY"):
        advice = "Install xclip or xsel."
    if osc52("x", environ):
        return note(name, "only through the terminal (OSC 52), if that allows it", advice)
    return note(
        name,
        "nothing can copy, and this terminal cannot either",
        advice or "Use a terminal with OSC 52, or tmux.",
    )


def check_notices(
    desktop: "Desktop", environ: Mapping[str, str], which: Which = shutil.which
) -> Check:
    """Return whether the desktop notices of the settings can be shown."""
    from imtui.tui.kit.desktop import notify_program
    from imtui.tui.settings.schema import Desktop

    name, chosen = "notices", f'alerts.desktop is "{desktop}"'
    if desktop is Desktop.OFF:
        return ok(name, f"none on the desktop: {chosen}")
    if desktop is Desktop.NATIVE:
        program = notify_program()
        if which(program):
            return ok(name, f"on the desktop with {program}")
        return wrong(
            name,
            f"{chosen}, but there is no {program}",
            f'Install {program}, or set alerts.desktop to "osc9".',
        )
    if environ.get("TMUX") and not _tmux_passes_on(environ):
        return wrong(
            name,
            f"{chosen}, but tmux does not pass that on",
            "Add to ~/.tmux.conf: set -g allow-passthrough on",
        )
    return note(name, f"{chosen}: shown if the terminal knows it")


def _tmux_passes_on(environ: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(
            ["tmux", "display-message", "-p", "#{allow-passthrough}"],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TMUX_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    # Versions before 3.3 have no such option, and pass everything on.
    return done.returncode == 0 and done.stdout.strip() not in ("0", "off")

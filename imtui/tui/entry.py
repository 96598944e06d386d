"""The way into the app."""

import sys

from imtui.tui.launch import Launch


def run(launch: Launch) -> int:
    """Run the app in this terminal until the person leaves, and return the exit status.

    It is 0, or 1 after an error was told in one line on standard error.
    """
    if not (
        sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()
    ):
        print("imtui: the app needs a terminal; try `imtui status` in scripts.", file=sys.stderr)
        return 1
    import asyncio

    from imtui.tui.app import attend

    failure = asyncio.run(attend(launch))
    if failure:
        print(f"imtui: {failure}", file=sys.stderr)
    return 1 if failure else 0

"""The modules that are imported before the first paint."""

import subprocess
import sys

HEAVY = ("httpx", "websockets", "imtui.sdk", "rich.markdown", "sqlite3")


def test_the_first_paint_imports_nothing_heavy() -> None:
    code = (
        "import sys; import imtui.tui.app.app; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"

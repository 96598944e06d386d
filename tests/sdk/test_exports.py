import subprocess
import sys

import imtui.sdk


def test_every_exported_name_exists() -> None:
    assert sorted(imtui.sdk.__all__) == imtui.sdk.__all__
    assert all(hasattr(imtui.sdk, name) for name in imtui.sdk.__all__)


def test_the_sdk_imports_neither_the_server_nor_a_screen_nor_http() -> None:
    script = (
        "import sys, imtui.sdk, imtui.sdk.rest\n"
        "heavy = ('imtui.server', 'imtui.tui', 'textual', 'rich', 'httpx', 'sqlite3')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr

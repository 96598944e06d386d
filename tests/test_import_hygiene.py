"""What a part of imtui may not drag in, proved in a fresh interpreter."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("imtui.sdk", ["textual", "rich", "imtui.server", "imtui.tui", "imtui.cli", "httpx"]),
        (
            "imtui.server.node.backend",
            ["textual", "rich", "imtui.sdk", "imtui.tui", "uvicorn", "httpx"],
        ),
        (
            "imtui.server.core.core",
            [
                *("asyncio", "socket", "sqlite3", "websockets", "logging"),
                *("imtui.server.edge", "imtui.server.model", "imtui.server.node"),
                *("imtui.server.commands", "imtui.server.callbacks", "imtui.server.link"),
            ],
        ),
        (
            "imtui.server.edge.gateway",
            [
                *("imtui.server.core", "imtui.server.model", "imtui.server.commands"),
                "imtui.server.callbacks",
            ],
        ),
        ("imtui.protocol.jsonrpc", ["asyncio", "socket", "imtui.sdk", "imtui.server"]),
        (
            "imtui.cli.main",
            ["textual", "rich", "websockets", "httpx", "starlette", "uvicorn", "imtui.server.core"],
        ),
        # For its parser, whichever command runs.
        (
            "imtui.cli.verbs.backend.serve",
            ["imtui.server.core", "imtui.server.link", "imtui.server.store", "asyncpg"],
        ),
        (
            "imtui.cli.verbs.backend.deploy",
            ["imtui.cli.deploy", "imtui.server.core", "imtui.server.link", "imtui.server.store"],
        ),
        ("imtui.tui.app.app", ["websockets", "httpx", "imtui.server", "starlette"]),
    ],
)
def test_importing_a_module_leaves_the_others_out(module: str, absent: list[str]) -> None:
    program = (
        f"import sys; import {module};print(*(name for name in {absent!r} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == []

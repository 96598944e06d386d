"""``imtui serve`` whose clients have a tenth of the time to come back; its children start at once.

``python -m tests.checker.processes.serve --data DIR --edges 2``. Edges reach the core through a
proxy.
"""

import os
import sys
from typing import Any

import pytest

from tests.checker.processes.running import LINK, RETURN_WITHIN


def _main() -> None:
    patch = pytest.MonkeyPatch()
    # Before anything that takes it as a default is imported.
    patch.setattr("imtui.protocol.limits.RETURN_WITHIN", RETURN_WITHIN)
    patch.setattr("imtui.server.node.edges.supervisor._AGAIN_LAST", 0.4)
    from imtui.cli.entry import run
    from imtui.server.node.edges.setup import Role, Setup

    def set_up(role: Role, config: Any, key: bytes, link: str, *rest: Any, **more: Any) -> Setup:
        reached = os.environ[LINK] if role is Role.EDGE else link
        return Setup(role, config, key, reached, *rest, **more)

    patch.setattr("imtui.server.node.edges.supervisor.Setup", set_up)
    sys.argv[0:1] = ["imtui", "serve"]
    run()


if __name__ == "__main__":
    _main()

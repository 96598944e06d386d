"""``imtui serve`` whose clients have a tenth of the time to come back; its children start at once.

``python -m tests.checker.serve --data DIR --edges 2``.
"""

import sys

import pytest

from tests.checker.processes import RETURN_WITHIN

if __name__ == "__main__":
    patch = pytest.MonkeyPatch()
    # Before anything that takes it as a default is imported.
    patch.setattr("imtui.protocol.limits.RETURN_WITHIN", RETURN_WITHIN)
    patch.setattr("imtui.server.node.edges.supervisor._AGAIN_LAST", 0.4)
    sys.argv[0:1] = ["imtui", "serve"]
    from imtui.cli.entry import run

    run()

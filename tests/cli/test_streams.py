"""Standard streams that a shell has closed."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.cli.processes import Home, redirected


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--version"],
        ["completion", "bash"],
        ["doctor"],
        ["status", "set"],
        ["send", "bob"],
    ],
)
@pytest.mark.parametrize("streams", [["<"], [">"], ["2>"], ["<", ">", "2>"]])
def test_a_closed_stream_is_like_an_empty_one(
    home: Home, arguments: Sequence[str], streams: Sequence[str]
) -> None:
    closed, empty = (
        home.run_redirected(" ".join(stream + target for stream in streams), *arguments)
        for target in ("&-", "/dev/null")
    )

    assert closed.returncode == empty.returncode
    assert (closed.stdout, closed.stderr) == (empty.stdout, empty.stderr)


def test_no_file_gets_the_descriptor_of_a_closed_stream(home: Home) -> None:
    program = (
        "import os, sys; from imtui.cli.main import main; main(['--version']); "
        "opened = os.open('/', os.O_RDONLY); "
        "sys.exit(opened if all(map(os.get_inheritable, range(3))) else 1)"
    )

    started = redirected("<&- >&- 2>&-", sys.executable, "-c", program)
    done = subprocess.run(started, env=home.env)

    assert done.returncode > 2

"""Ctrl-C from the first line of the entry point to the end of the process."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.cli.processes import Home

INTERRUPTING = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
{before}
from imtui.cli.entry import run
sys.argv = ["imtui", *{arguments!r}]
status = run()
{after}
sys.exit(status)
"""


def _allow_interrupts() -> None:
    # A shell lets what it runs in the background ignore them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_interrupted(
    home: Home, module: str, *arguments: str, before: str = "", after: str = ""
) -> "subprocess.CompletedProcess[str]":
    script = INTERRUPTING.format(module=module, arguments=arguments, before=before, after=after)
    return subprocess.run(
        [sys.executable, "-c", script],
        env=home.env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
        preexec_fn=_allow_interrupts,
    )


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("imtui.cli.main", []),
        ("argparse", ["--help"]),
        ("imtui.cli.verbs.status", ["status"]),
        ("asyncio", ["unread"]),
        ("imtui.cli.admin.rows", ["kick", "--from", "-"]),
        ("imtui.tui.app.entry", []),
        ("imtui.server.node.data_dir", ["status", "--app-id", "1"]),
    ],
)
def test_ctrl_c_during_an_import_is_one_clean_exit(
    home: Home, module: str, arguments: Sequence[str]
) -> None:
    done = run_interrupted(home, module, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_after_the_command_is_a_clean_exit(home: Home) -> None:
    done = run_interrupted(home, "none", "--version", after="os.kill(os.getpid(), signal.SIGINT)")
    assert (done.returncode, done.stderr) == (130, "")


def test_an_ignored_ctrl_c_stays_ignored(home: Home) -> None:
    ignore = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    done = run_interrupted(home, "argparse", "--version", before=ignore)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [["kick"], ["account", "import"], ["friend", "add"]])
def test_ctrl_c_ends_the_wait_for_standard_input(home: Home, command: Sequence[str]) -> None:
    # The read blocks for ever, because nobody writes; what interrupts it is the first signal.
    reading, writing = os.pipe()
    script = (
        "import os, signal, sys\n"
        "from imtui.cli.entry import run\n"
        "class Input:\n"
        "    def read(self, size):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        return os.read(0, 1)\n"
        "class Stdin:\n"
        "    buffer = Input()\n"
        "sys.stdin = Stdin()\n"
        f"sys.argv = ['imtui', *{list(command)!r}, '--from', '-']\n"
        "sys.exit(run())\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=home.env,
            stdin=reading,
            capture_output=True,
            text=True,
            timeout=30,
            preexec_fn=_allow_interrupts,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

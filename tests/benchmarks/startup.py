"""The time until the first frame.

Measured from the start of the process to the first text on the terminal, with existing bytecode,
for ``imtui`` with the address of a backend that does not answer, and for a Textual app with one
word. imtui uses the network only after that frame.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.program import Program
from tests.benchmarks.suites import Scale, Suite

RUNS: Final = 11
# Nothing listens on the port of the discard service; the first frame does not wait for it.
IMTUI: Final = ("imtui", "--server", "ws://127.0.0.1:9", "--app-id", "1", "--user", "alice")


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure both apps in turn."""
    ours, bare = [], []
    with TemporaryDirectory() as folder:
        home = Path(folder)
        signature = home / "alice.sig"
        signature.write_text("signature", encoding="ascii")
        signature.chmod(0o600)
        imtui = (*IMTUI, "--usersig-file", signature)
        hello = ("tests.benchmarks.bare.hello",)
        for run in range(2 if scale.quick else RUNS + 1):
            one, other = _first_frame(home, imtui, "Friends"), _first_frame(home, hello, "Hello")
            # The first run only writes the bytecode for the others.
            if run:
                ours.append(one)
                bare.append(other)
    yield Figure(
        "startup",
        "exec to first frame",
        "ms",
        ours,
        bare,
        partner="a Textual app with one Static (tests.benchmarks.bare.hello)",
        ratio_max=1.25,
    )


def _first_frame(home: Path, command: tuple[object, ...], text: str) -> float:
    module, *arguments = map(str, command)
    with Program(home, module, *arguments) as program:
        return (program.wait_for(text) - program.started) * 1000


SUITE: Final = Suite(
    measure,
    (
        "a cold disk, or bytecode that has to be compiled first",
        "the console script of an installed imtui, which is started as `python -m imtui` here",
        "reading a kept account from a keyring",
        "the embedded backend, which a first start without an account brings up after the frame",
    ),
)

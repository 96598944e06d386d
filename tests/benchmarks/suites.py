"""The suites by name, one module for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from tests.benchmarks.figures import Figure

AGAINST: Final = "against"
"""The suite that compares with another commit."""

MODULES: Final = {
    "tui": "tests.benchmarks.tui",
    "startup": "tests.benchmarks.startup",
    "messages": "tests.benchmarks.messages",
    "server": "tests.benchmarks.server.suite",
    "edges": "tests.benchmarks.edges.suite",
    "cluster": "tests.benchmarks.cluster.suite",
    "sdk": "tests.benchmarks.sdk.suite",
    AGAINST: "tests.benchmarks.against.suite",
}


@dataclass(frozen=True)
class Scale:
    """What to measure, and for how long."""

    quick: bool = False
    """Whether to check only that everything works; the figures mean nothing then."""
    rest: float = 60.0
    """How long to measure the app at rest, in seconds."""
    peers: bool = False
    """Whether to measure other servers as well as ours."""
    long: bool = False
    """Whether to measure the cases that take many minutes, too."""
    rev: str = "HEAD"
    """The commit to compare with this tree."""
    pairs: int | None = None
    """The number of pairs of backends, rounded up to an even number; None for the default."""
    only: tuple[str, ...] = ()
    """The wanted cases of the suites that have cases; empty for all."""

    def wants(self, case: str) -> bool:
        """Tell whether to measure a case of a suite."""
        return not self.only or case in self.only


@dataclass(frozen=True)
class Suite:
    """The figures of one part of imtui."""

    measure: Callable[[Scale], Iterator[Figure]]
    not_measured: tuple[str, ...]
    """What the figures do not cover."""
    cases: tuple[str, ...] = ()
    """The cases that can be measured alone."""


def load(name: str) -> Suite:
    """Return the suite with a name: the ``SUITE`` of its module."""
    suite = import_module(MODULES[name]).SUITE
    assert isinstance(suite, Suite)
    return suite

"""The suites by name, one module each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from tests.benchmarks.figures import Figure

AGAINST: Final = "against"
"""The suite that needs another commit."""

MODULES: Final = {
    "tui": "tests.benchmarks.tui",
    "startup": "tests.benchmarks.startup",
    "messages": "tests.benchmarks.messages",
    "server": "tests.benchmarks.server.suite",
    "sdk": "tests.benchmarks.sdk.suite",
    AGAINST: "tests.benchmarks.against.suite",
}


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    quick: bool = False
    """Only to see that everything works: the figures mean nothing."""
    rest: float = 60.0
    """How many seconds the app is watched at rest."""
    peers: bool = False
    """Whether other servers are measured beside ours, too."""
    long: bool = False
    """Whether what takes many minutes is measured, too."""
    rev: str = "HEAD"
    """The commit whose backend is measured beside that of this tree."""
    pairs: int | None = None
    """How many pairs of backends are measured, rounded up to an even number; None for enough."""
    only: tuple[str, ...] = ()
    """The cases that are wanted of suites that have cases; all if there are none."""

    def wants(self, case: str) -> bool:
        """Tell whether a case of a suite is to be measured."""
        return not self.only or case in self.only


@dataclass(frozen=True)
class Suite:
    """Some figures of one part of imtui."""

    measure: Callable[[Scale], Iterator[Figure]]
    not_measured: tuple[str, ...]
    """What the figures do not tell."""
    cases: tuple[str, ...] = ()
    """What can be measured alone."""


def load(name: str) -> Suite:
    """Return the suite of that name, the ``SUITE`` of its module."""
    suite = import_module(MODULES[name]).SUITE
    assert isinstance(suite, Suite)
    return suite

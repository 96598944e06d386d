"""The suites by name, one module each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from tests.benchmarks.figures import Figure

MODULES: Final = {
    "tui": "tests.benchmarks.tui",
    "startup": "tests.benchmarks.startup",
    "messages": "tests.benchmarks.messages",
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


@dataclass(frozen=True)
class Suite:
    """Some figures of one part of imtui."""

    measure: Callable[[Scale], Iterator[Figure]]
    not_measured: tuple[str, ...]
    """What the figures do not tell."""


def load(name: str) -> Suite:
    """Return the suite of that name, the ``SUITE`` of its module."""
    suite = import_module(MODULES[name]).SUITE
    assert isinstance(suite, Suite)
    return suite

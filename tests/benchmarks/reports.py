"""Reports of a measured program to the benchmark, over a separate pipe."""

import os
import time
from dataclasses import dataclass
from typing import Final

VARIABLE: Final = "IMTUI_BENCHMARK_REPORTS"
"""The environment variable with the file descriptor of the pipe."""


@dataclass(frozen=True)
class Report:
    """An event in a measured program."""

    what: str
    at: float
    """The time on the clock that all processes share (``time.monotonic``)."""
    value: int


def report(what: str, value: int = 0) -> None:
    """Report an event that happens now, if a benchmark runs the program."""
    if descriptor := os.environ.get(VARIABLE):
        os.write(int(descriptor), f"{what} {time.monotonic()} {value}\n".encode())


def parse(line: str) -> Report:
    """Return the report in a line of the pipe."""
    what, at, value = line.split()
    return Report(what, float(at), int(value))

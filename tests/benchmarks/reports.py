"""What a measured program tells its harness, beside the terminal."""

import os
import time
from dataclasses import dataclass
from typing import Final

VARIABLE: Final = "IMTUI_BENCHMARK_REPORTS"
"""The environment variable that bears the number of the pipe to write to."""


@dataclass(frozen=True)
class Report:
    """Something that happened in a measured program."""

    what: str
    at: float
    """When, on the clock that all processes share (``time.monotonic``)."""
    value: int


def report(what: str, value: int = 0) -> None:
    """Tell the harness, if there is one, that something happens now."""
    if descriptor := os.environ.get(VARIABLE):
        os.write(int(descriptor), f"{what} {time.monotonic()} {value}\n".encode())


def parse(line: str) -> Report:
    """Return what a line on the pipe says."""
    what, at, value = line.split()
    return Report(what, float(at), int(value))

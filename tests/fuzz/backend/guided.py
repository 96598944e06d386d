"""Fuzzing guided by coverage, with atheris.

``pip install atheris`` installs it where there is a wheel: Linux on x86-64, at present. Without it,
Hypothesis draws at random, guided by the number of different outcomes.
"""

import asyncio
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.backend.parts import Part


def load() -> Any:
    """Return atheris; None if it is not installed."""
    try:
        return import_module("atheris")
    except ImportError:
        return None


def fuzz_guided(atheris: Any, name: str, checks: int, seed: int) -> None:
    """Run the checks of a part, and end the process.

    Nothing of imtui may have been imported before: what is imported here is instrumented.
    """
    with atheris.instrument_imports(include=["imtui", "websockets.http11", "websockets.frames"]):
        from tests.fuzz.backend.parts import PARTS, hypothesis_test
    part: Part = PARTS[name]
    with asyncio.Runner() as runner:
        test: Any = hypothesis_test(part, runner, [0], checks)
        options = [f"-runs={checks}", f"-seed={seed}", "-max_len=4096", "-len_control=0"]
        atheris.Setup([sys.argv[0], *options], test.hypothesis.fuzz_one_input)
        atheris.Fuzz()

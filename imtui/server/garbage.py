"""Cyclic garbage: how errors make none, and how it is found without a pause that clients feel.

A full collection looks at every object, which takes a tenth of a second with 10,000 connections,
and nobody is answered meanwhile.
"""

import gc
from typing import Final, Literal, TypeVar

E = TypeVar("E", bound=BaseException)

_FULL: Final = 2
"""The generation of a full collection."""
_SPARED_MAX: Final = 1_000_000
"""So many objects, which are some 100 MiB, are spared before all are looked at, if not more."""


class Spared:
    """Lets full collections spare what has survived one: it is most likely needed for long.

    Objects that nothing refers to are freed as ever. Cycles of spared ones are found once as many
    were spared as there were when all were looked at last, and a million.
    """

    def __init__(self, spared_max: int = _SPARED_MAX) -> None:
        """Start without spared objects; ``spared_max`` is the least number that is too many."""
        self._spared_max = self._most = spared_max
        self._spared = 0
        self._looks_at_all = False

    def __call__(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        """Take part in a collection, as one of ``gc.callbacks``."""
        if info["generation"] != _FULL:
            return
        if phase == "start":
            self._looks_at_all = self._spared >= self._most
            if self._looks_at_all:
                gc.unfreeze()
            return
        survivors = len(gc.get_objects(_FULL))
        gc.freeze()
        if self._looks_at_all:
            self._spared, self._most = 0, max(survivors, self._spared_max)
        else:
            self._spared += survivors


def keep_collections_short() -> None:
    """Let this process spare what has survived a full collection."""
    gc.callbacks.append(Spared())


def without_frames(error: E) -> E:
    """Return an error without the frames that it passed, for whoever keeps it.

    They hold all that they worked on, and one of them may hold the error: only a collection would
    free them.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return error

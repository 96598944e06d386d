"""Prometheus' text format, version 0.0.4."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, Literal, NamedTuple

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

BOUNDS: Final = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
"""The upper bounds of a histogram's buckets, in seconds."""

Labels = Mapping[str, str]

_NO_LABELS: Final[Labels] = {}
_ESCAPED: Final = str.maketrans({"\\": r"\\", "\n": r"\n"})
_ESCAPED_IN_QUOTES: Final = _ESCAPED | str.maketrans({'"': r"\""})


class Sample(NamedTuple):
    """One value of a metric."""

    value: float
    labels: Labels = _NO_LABELS
    suffix: str = ""
    """Added to the metric's name."""


@dataclass(slots=True)
class Histogram:
    """Durations, counted by fixed upper bounds."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many were above the bound before and at most this one; the last has no bound."""
    seconds: float = 0.0
    """The sum of all durations."""

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    @property
    def count(self) -> int:
        """Return how many durations were observed."""
        return sum(self.buckets)

    def samples(self, labels: Labels = _NO_LABELS) -> Iterator[Sample]:
        """Yield the values, each with these labels."""
        for bound, count in zip((*BOUNDS, "+Inf"), accumulate(self.buckets), strict=True):
            yield Sample(count, {**labels, "le": str(bound)}, "_bucket")
        yield Sample(self.seconds, labels, "_sum")
        yield Sample(self.count, labels, "_count")


class Family(NamedTuple):
    """One metric."""

    kind: Literal["counter", "gauge", "histogram"]
    name: str
    """With its base unit, and ``_total`` for a counter."""
    meaning: str
    """A sentence for the HELP line."""
    samples: Iterable[Sample]
    """Its values; no two have the same labels and suffix."""

    def text(self) -> str:
        """Return its lines."""
        name = self.name
        head = f"# HELP {name} {self.meaning.translate(_ESCAPED)}\n# TYPE {name} {self.kind}\n"
        return head + "".join(_line(name, sample) for sample in self.samples)


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(
        f'{label}="{value.translate(_ESCAPED_IN_QUOTES)}"' for label, value in sample.labels.items()
    )
    return f"{name}{sample.suffix}{f'{{{labels}}}' if labels else ''} {sample.value}\n"

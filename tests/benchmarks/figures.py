"""Figures: medians of measured values, with those of a partner and a goal, as a table and JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median, quantiles
from typing import Final

_RATIOS_THAT_TELL: Final = 4
# The standard error of a median is 1.25 times that of a mean, and the distance between the
# quartiles is 1.35 standard deviations.
_TWO_ERRORS: Final = 2 * 1.25 / 1.35


@dataclass(frozen=True)
class Figure:
    """A quantity measured in several runs."""

    suite: str
    name: str
    unit: str
    runs: Sequence[float]
    """Our values, one per run."""
    partner_runs: Sequence[float] = ()
    """The partner's values, one per run."""
    partner: str = ""
    """A description of the partner, which was measured in the same way."""
    ratio_max: float | None = None
    """The goal: the highest allowed ratio of our value to the partner's."""
    value_max: float | None = None
    """The goal: the highest allowed value."""
    ratio_min: float | None = None
    """The goal: the lowest allowed ratio of our value to the partner's."""
    ratios: Sequence[float] = ()
    """The ratio of our value to the partner's in each run, if both took turns within a run."""
    least: bool = False
    """Whether the lowest run of each counts instead of the median."""

    @property
    def ours(self) -> float:
        """Return our value: the median of our runs, or the lowest of them."""
        return self._typical(self.runs)

    @property
    def beside(self) -> float | None:
        """Return the partner's value: the median of its runs, or the lowest of them."""
        return self._typical(self.partner_runs) if self.partner_runs else None

    @property
    def ratio(self) -> float | None:
        """Return the ratio of our value to the partner's; None without a partner."""
        if self.ratios:
            return median(self.ratios)
        return self.ours / self.beside if self.beside else None

    @property
    def margin(self) -> float | None:
        """Return about two standard errors of the ratio; None if there are too few ratios."""
        if len(self.ratios) < _RATIOS_THAT_TELL:
            return None
        low, _, high = quantiles(self.ratios, n=4, method="inclusive")
        return _TWO_ERRORS * (high - low) / sqrt(len(self.ratios))

    @property
    def goal(self) -> str:
        """Return the goal in words; empty if there is none."""
        if self.ratio_max is not None:
            return f"<= {self.ratio_max:g} x"
        if self.ratio_min is not None:
            return f">= {self.ratio_min:g} x"
        return "" if self.value_max is None else f"<= {self.value_max:g} {self.unit}"

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met; None if there is none."""
        if self.ratio_max is not None:
            return self.ratio is not None and self.ratio <= self.ratio_max
        if self.ratio_min is not None:
            return self.ratio is not None and self.ratio >= self.ratio_min
        return None if self.value_max is None else self.ours <= self.value_max

    def _typical(self, runs: Sequence[float]) -> float:
        return min(runs) if self.least else median(runs)


def as_json(figure: Figure) -> str:
    """Return a figure as one line of JSON."""
    return json.dumps(
        {
            "suite": figure.suite,
            "figure": figure.name,
            "unit": figure.unit,
            "ours": _rounded(figure.ours),
            "partner": figure.partner,
            "beside": _rounded(figure.beside),
            "ratio": _rounded(figure.ratio),
            "margin": _rounded(figure.margin),
            "goal": figure.goal,
            "met": figure.met,
            "runs": [_rounded(one) for one in figure.runs],
            "partner_runs": [_rounded(one) for one in figure.partner_runs],
            "ratios": [_rounded(one) for one in figure.ratios],
        },
        ensure_ascii=False,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


_HEAD: Final = ("suite", "figure", "unit", "ours", "beside", "ratio", "goal", "met", "runs")
_VERDICTS: Final = {True: "yes", False: "NO", None: ""}


def as_table(figures: Iterable[Figure]) -> str:
    """Return figures as a table, followed by the partners."""
    figures = list(figures)
    rows = [_HEAD, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    partners = {figure.partner: None for figure in figures if figure.partner}
    return "\n".join([*lines, "", *(f"beside: {partner}" for partner in partners)])


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.suite,
        figure.name,
        figure.unit,
        _number(figure.ours),
        _number(figure.beside),
        _ratio(figure),
        figure.goal,
        _VERDICTS[figure.met],
        str(len(figure.runs)),
    )


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return ""
    if figure.margin is None:
        return f"{figure.ratio:.2f}"
    return f"{figure.ratio:.3f} ±{figure.margin:.3f}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"

"""Figures: medians of what was measured, beside a partner's and a goal; as a table and as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final


@dataclass(frozen=True)
class Figure:
    """One thing that was measured in some runs."""

    suite: str
    name: str
    unit: str
    runs: Sequence[float]
    """Ours, one for each run."""
    partner_runs: Sequence[float] = ()
    partner: str = ""
    """What was measured in the same way beside ours."""
    ratio_max: float | None = None
    """The goal: at most so many times the partner's."""
    value_max: float | None = None
    """The goal: at most so much."""

    @property
    def ours(self) -> float:
        """Return the median of our runs."""
        return median(self.runs)

    @property
    def beside(self) -> float | None:
        """Return the median of the partner's runs."""
        return median(self.partner_runs) if self.partner_runs else None

    @property
    def ratio(self) -> float | None:
        """Return how many times the partner's ours is."""
        return self.ours / self.beside if self.beside else None

    @property
    def goal(self) -> str:
        """Return the goal in words, or nothing."""
        if self.ratio_max is not None:
            return f"<= {self.ratio_max:g} x"
        return "" if self.value_max is None else f"<= {self.value_max:g} {self.unit}"

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met; None if there is none."""
        if self.ratio_max is not None:
            return self.ratio is not None and self.ratio <= self.ratio_max
        return None if self.value_max is None else self.ours <= self.value_max


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
            "goal": figure.goal,
            "met": figure.met,
            "runs": [_rounded(one) for one in figure.runs],
            "partner_runs": [_rounded(one) for one in figure.partner_runs],
        },
        ensure_ascii=False,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


_HEAD: Final = ("suite", "figure", "unit", "ours", "beside", "ratio", "goal", "met", "runs")
_VERDICTS: Final = {True: "yes", False: "NO", None: ""}


def as_table(figures: Iterable[Figure]) -> str:
    """Return figures as a table, with the partners below it."""
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
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.goal,
        _VERDICTS[figure.met],
        str(len(figure.runs)),
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"

"""What an attack did to a backend and its clients, as rows with goals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.attacks.attackers.aim import Scale
from tests.attacks.bystander import Measured
from tests.benchmarks.server.setting import percentile

LOG_MAX_KIB: Final = 64
DISK_MAX_MIB: Final = 16
_RATIO_MAX: Final = 3
_MINUTE: Final = 60.0


@dataclass(frozen=True)
class Usage:
    """What a backend takes of the machine."""

    memory: float
    """In MiB."""
    log: float
    """In KiB."""
    disk: float
    """In MiB."""


@dataclass(frozen=True)
class Report:
    """What was measured before, during and after an attack."""

    scale: Scale
    at_rest: Measured
    under_attack: Measured
    before: Usage
    during: Usage
    """The most at any time of the attack."""
    after: Usage
    """After the attackers are gone, and the backend had time to recover."""
    counts: Mapping[str, int]
    """What happened to the attackers, see ``Tally.counts``."""
    lost: int
    """How often a well-behaved client was lost, during the attack and after it."""
    seconds: float
    """How long the attackers were there."""
    lacking: Sequence[str] = ()
    """The limits that the backend does not have."""

    @property
    def log(self) -> float:
        """Return how much was logged, in KiB."""
        return self.after.log - self.before.log

    @property
    def minutes(self) -> float:
        """Return for how many minutes the bounds of a minute count, at least one."""
        return max(1.0, self.scale.seconds / _MINUTE)


@dataclass(frozen=True)
class Row:
    """A quantity at rest and under attack, and its goal."""

    what: str
    at_rest: float | None
    under_attack: float | None
    unit: str = ""
    goal: str = ""
    met: bool | None = None
    """None without a goal."""


def common_rows(report: Report, heartbeat_p99: float) -> Iterator[Row]:
    """Yield what is looked at in every attack.

    Args:
        report: What was measured.
        heartbeat_p99: The goal for another client's heartbeat, in milliseconds.
    """
    rest, under = report.at_rest, report.under_attack
    yield beside("heartbeat, p50", rest.heartbeats, under.heartbeats, _RATIO_MAX)
    slowest = percentile_99(under.heartbeats)
    yield Row(
        "heartbeat, p99",
        percentile_99(rest.heartbeats),
        slowest,
        "ms",
        f"<= {heartbeat_p99:g} ms",
        slowest is not None and slowest <= heartbeat_p99,
    )
    yield beside("a change, p50", rest.changes, under.changes)
    yield beside("a message, p50", rest.messages, under.messages)
    yield beside("a login, p50", rest.logins, under.logins)
    yield at_most("logins that failed", rest.failed_logins, under.failed_logins)
    yield at_most("well-behaved clients lost", rest.lost, report.lost, "", 0)
    yield at_most("well-behaved calls refused", len(rest.refused), len(under.refused), "", 0)
    log_max = LOG_MAX_KIB * report.minutes
    yield at_most("log", None, report.log, "KiB", log_max)
    yield at_most("memory", report.before.memory, report.during.memory, "MiB")


def disk_row(report: Report) -> Iterator[Row]:
    """Yield how much was written to the disk, where one account attacks."""
    grown = report.during.disk - report.before.disk
    yield at_most("disk", None, grown, "MiB", DISK_MAX_MIB * report.minutes)


def beside(
    what: str, rest: Sequence[float], under: Sequence[float], ratio_max: float | None = None
) -> Row:
    """Return a row of medians in milliseconds, with the highest allowed ratio."""
    at_rest, under_attack = (median(one) if one else None for one in (rest, under))
    if ratio_max is None:
        return Row(what, at_rest, under_attack, "ms")
    met = at_rest is not None and under_attack is not None and under_attack <= ratio_max * at_rest
    return Row(what, at_rest, under_attack, "ms", f"<= {ratio_max:g} x", met)


def at_most(
    what: str, rest: float | None, under: float, unit: str = "", most: float | None = None
) -> Row:
    """Return a row with the highest allowed value."""
    if most is None:
        return Row(what, rest, under, unit)
    return Row(what, rest, under, unit, f"<= {most:g} {unit}".rstrip(), under <= most)


def percentile_99(values: Sequence[float]) -> float | None:
    """Return the 99th percentile; None without values."""
    return percentile(values, 99) if values else None


_HEAD: Final = ("attack", "what", "at rest", "under attack", "ratio", "goal", "met")
_VERDICTS: Final = {True: "yes", False: "NO", None: ""}


def as_table(rows: Iterable[tuple[str, Row]]) -> str:
    """Return rows as a table, each with the name of its attack."""
    lines = [_HEAD, *(_cells(name, row) for name, row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _cells(name: str, row: Row) -> tuple[str, ...]:
    ratio = ""
    if row.at_rest and row.under_attack is not None:
        ratio = f"{row.under_attack / row.at_rest:.1f}"
    at_rest, under_attack = (_value(one, row.unit) for one in (row.at_rest, row.under_attack))
    return name, row.what, at_rest, under_attack, ratio, row.goal, _VERDICTS[row.met]


def _value(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.4g} {unit}".rstrip()

"""What a run has done, and what was wrong."""

import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Report:
    """The result of a run."""

    seed: int
    operations: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    fault_log: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    messages: int = 0
    erased: int = 0
    taken_over: int = 0
    looks: int = 0
    """How often a status was looked at that only faults of the backend may change."""
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def time(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self.began

    def log(self, kind: str, words: str) -> None:
        """Note a fault."""
        self.faults[kind] += 1
        self.fault_log.append(f"{self.time:8.2f} {kind}: {words}")

    @property
    def verdict(self) -> str:
        """Return a summary in one line."""
        word = f"{len(self.wrong)} WRONG" if self.wrong else "all right"
        return (
            f"seed {self.seed}: {word}; {self.operations.total()} operations "
            f"({self.acknowledged.total()} acknowledged), {self.messages} messages "
            f"({self.erased} erased), "
            f"{self.faults.total()} faults, {self.taken_over} logins taken over, "
            f"{self.looks} looks at a status, "
            f"{self.seconds:.0f} s"
        )

    def __str__(self) -> str:
        """Return the full report; errors come with the faults that led to them."""
        lines = [
            f"operations: {dict(sorted(self.operations.items()))}",
            f"acknowledged: {dict(sorted(self.acknowledged.items()))}",
            f"faults: {dict(sorted(self.faults.items()))}",
        ]
        if self.wrong:
            lines += ["fault log:", *self.fault_log, "wrong:", *self.wrong]
        return "\n".join([*lines, self.verdict])

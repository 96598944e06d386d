"""The CPU time of each process of a backend, by what it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.server.processes import children_of

_CHILD: Final = b"--child"


@dataclass(frozen=True)
class Used:
    """CPU time in seconds."""

    core: float
    """Of the process that has the core."""
    edges: tuple[float, ...]
    """Of each edge; without edges, of the one process."""

    @property
    def all(self) -> float:
        """Return the CPU time of all processes."""
        return self.core + sum(self.edges)

    @property
    def busiest(self) -> float:
        """Return the CPU time of the process that used most."""
        return max(self.core, *self.edges)

    def since(self, before: "Used") -> "Used":
        """Return what was used since then."""
        edges = zip(self.edges, before.edges, strict=True)
        return Used(self.core - before.core, tuple(now - then for now, then in edges))


def used_by(pid: int) -> Used:
    """Return what a backend has used, given its process ID or that of its parent process."""
    roles = {child: _role(child) for child in children_of(pid)}
    if not any(roles.values()):
        return Used(0.0, (cpu_of(pid),))
    core = sum(cpu_of(child) for child, role in roles.items() if role == "core")
    edges = tuple(cpu_of(child) for child, role in sorted(roles.items()) if role == "edge")
    return Used(core, edges)


def _role(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return words[words.index(_CHILD) + 1].decode() if _CHILD in words else ""

"""The processes that a backend with edges has started."""

import subprocess
from pathlib import Path
from typing import Final

CORE: Final = "core"
EDGE: Final = "edge"
ROLES: Final = (CORE, EDGE)


def children_of(data: Path) -> dict[str, list[int]]:
    """Return the processes of the core, and of the edges, of a backend with this data folder."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    found: dict[str, list[int]] = {role: [] for role in ROLES}
    for line in listed.stdout.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        for role, pids in found.items():
            if arguments.endswith(f"--data {data} --child {role}"):
                pids.append(int(pid))
    return found

"""What another process has cost."""

import time


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU, user and system, that all threads of a process have used."""
    # The kernel's name for the CPU clock of another process, see clock_getcpuclockid(3);
    # /proc/PID/stat counts the same in steps of 10 ms, too coarse for an app at rest.
    return time.clock_gettime((~pid << 3) | 2)

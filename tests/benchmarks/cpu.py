"""The CPU time of another process."""

import time


def cpu_of(pid: int) -> float:
    """Return the CPU time of all threads of a process, user and system, in seconds."""
    # This is the ID of another process's CPU clock, see clock_getcpuclockid(3). /proc/PID/stat
    # has steps of 10 ms, which is too coarse for an app at rest.
    return time.clock_gettime((~pid << 3) | 2)

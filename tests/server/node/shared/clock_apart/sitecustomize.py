"""Lets the wall clock of every Python process with this folder in PYTHONPATH be wrong."""

import os
import time

_AHEAD = float(os.environ["TESTS_CLOCK_AHEAD"])
_true_time = time.time
vars(time)["time"] = lambda: _true_time() + _AHEAD

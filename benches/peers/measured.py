"""Runs a command and prints what it took: seconds of processors, seconds by the clock, peak memory in MiB.

    measured.py COMMAND…
"""

import os
import subprocess
import sys
import time

start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
clock = time.perf_counter() - start
print(f"{usage.ru_utime + usage.ru_stime:.3f} {clock:.3f} {usage.ru_maxrss / 1024:.0f}")
sys.exit(os.waitstatus_to_exitcode(status) != 0)

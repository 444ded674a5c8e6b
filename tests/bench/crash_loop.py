"""A crash loop: for two minutes every sshd is killed at its first banner. How
often it is started: a storm, or what the back-off and its breaker allow.

    crash_loop.py PROGRAMS_FOLDER [--seconds N]
"""

import contextlib
import os
import signal
import sys
import threading
import time

import verdict
from private import private
from supervised import banner, supervised

# Five failures open the breaker…
FAILURES = 5
# …and so many seconds later it lets one more try through.
HALF_OPEN = 300


def kill_at_first_sight(kept, until):
    while time.monotonic() < until:
        if banner(kept.port):
            # It may have died while we asked.
            with contextlib.suppress(OSError, ValueError):
                os.kill(kept.pid(), signal.SIGKILL)
        time.sleep(0.002)


def main(programs, seconds):
    with private(programs) as here, supervised(here, ["mamori", "runit"], "crash loop") as kept:
        # What had been ready is started again at once, and that one counts here, too.
        time.sleep(1)
        before = [one.starts() for one in kept]
        end = time.monotonic() + seconds
        killers = [threading.Thread(target=kill_at_first_sight, args=(one, end)) for one in kept]
        for killer in killers:
            killer.start()
        for killer in killers:
            killer.join()
        starts = [one.starts() - was for one, was in zip(kept, before)]
    peer = (float(starts[1]), "runit") if len(starts) > 1 else ()
    allowed = FAILURES + seconds // HALF_OPEN
    verdict.figure(f"crash loop of {seconds} s: starts", float(starts[0]), "", allowed, *peer)


chosen = int(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 120
main(os.path.abspath(sys.argv[1]), chosen)
sys.exit(verdict.failed)

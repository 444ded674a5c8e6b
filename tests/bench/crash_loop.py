"""A crash loop: for two minutes every sshd is killed as soon as it greets, and
another time a moment later. How often it is started: a storm, or what the
back-off and its breaker allow.

    crash_loop.py PROGRAMS_FOLDER [--seconds N]
"""

import contextlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import verdict
from private import private
from supervised import banner, supervised

# Five failures open the breaker…
FAILURES = 5
# …and so many seconds later it lets one more try through.
HALF_OPEN = 300
# Seconds from the first greeting to the end: less than what counts as having lived.
LIVES = (0, 0.2)


def kill_again_and_again(kept, lives, seconds):
    """How often it was started meanwhile. What had been ready before is
    started again at once, and that one counts here, too."""
    before, end = kept.starts(), time.monotonic() + seconds
    while time.monotonic() < end:
        if banner(kept.port):
            time.sleep(lives)
            # It may have died while we asked.
            with contextlib.suppress(OSError, ValueError):
                os.kill(kept.pid(), signal.SIGKILL)
        time.sleep(0.002)
    return float(kept.starts() - before)


def crash_loop(programs, lives, seconds):
    with private(programs) as here, supervised(here, ["mamori", "runit"], "crash loop") as kept:
        time.sleep(1)
        with ThreadPoolExecutor() as killers:
            return list(killers.map(lambda one: kill_again_and_again(one, lives, seconds), kept))


def main(programs, seconds):
    with ThreadPoolExecutor() as both:
        loops = list(both.map(lambda lives: crash_loop(programs, lives, seconds), LIVES))
    allowed = FAILURES + seconds // HALF_OPEN
    for lives, (ours, *peer) in zip(LIVES, loops):
        what = f"crash loop of {seconds} s, {lives} s each: starts"
        verdict.figure(what, ours, "", allowed, *(peer + ["runit"] if peer else []))


chosen = int(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 120
main(os.path.abspath(sys.argv[1]), chosen)
sys.exit(verdict.failed)

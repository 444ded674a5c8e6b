"""`kill -9` of an sshd under a supervisor, until the banner of a new one:
30 times, each after at least a second of ready.

    recovery.py PROGRAMS_FOLDER [--kills N]
"""

import os
import random
import statistics
import sys
import time

import verdict
from private import private
from supervised import PEERS, p95, supervised


def main(programs, kills):
    dice = random.Random(875)
    times = {}
    with private(programs) as here, supervised(here, PEERS, "recovery") as kept:
        # All in turn, so that all meet the same machine.
        for _ in range(kills):
            time.sleep(dice.uniform(1, 2))
            for one in kept:
                times.setdefault(one.name, []).append(one.kill())
    ours, runit = times["mamori"], times.get("runit")
    if runit:
        verdict.figure(f"recovery: sshd killed {kills} times, p95", p95(ours), "s", 1.6, p95(runit), "runit", False)
    verdict.figure("recovery: sshd killed, p95, aim", p95(ours), "s", 0.10)
    beside = (statistics.median(runit), "runit") if runit else ()
    verdict.told("recovery: sshd killed, median", statistics.median(ours), "s", *beside)
    for peer in ("supervisord", "monit"):
        if peer in times:
            verdict.told(f"recovery: p95 beside {peer}", p95(ours), "s", p95(times[peer]), peer)


chosen = int(sys.argv[sys.argv.index("--kills") + 1]) if "--kills" in sys.argv else 30
main(os.path.abspath(sys.argv[1]), chosen)
sys.exit(verdict.failed)

"""Services on a remote node killed while its channel is up, until new ones
answer: with the default rhythm of the watcher, at random times.

    remote_recovery.py PROGRAMS_FOLDER [--kills N]
"""

import os
import random
import statistics
import sys
import threading
import time

import verdict
from private import private, until
from sshds import QUIET, sshds
from stage import Stage, kill

NODES = 4


def killed(service, wait):
    """Seconds until another process of that service answers."""
    time.sleep(wait)
    before = service.pid()
    begun = time.monotonic()
    kill(before)
    while service.pid() in (None, before):
        assert time.monotonic() < begun + 60, f"{service.name} does not come back"
        time.sleep(0.05)
    return time.monotonic() - begun


def main(programs, kills):
    dice = random.Random(875)
    times = []
    with private(programs) as here, sshds(here) as servers:
        stage = Stage(here)
        stage.text = QUIET
        for name in servers.aliases("far", servers.sshd(), NODES):
            stage.text += f'[[node]]\nname = "{name}"\n'
            stage.service(f"web-{name}", f'node = "{name}"')
        stage.configure()
        try:
            stage.watch()
            for service in stage.services:
                until(service.pid, f"{service.name} to be started", 90)
            time.sleep(2)
            for _ in range(kills):
                # Apart from each other, and from the rhythm of the looks.
                runs = [
                    threading.Thread(target=lambda one, wait: times.append(killed(one, wait)), args=(one, wait))
                    for one, wait in [(one, dice.uniform(1, 16)) for one in stage.services]
                ]
                for run in runs:
                    run.start()
                for run in runs:
                    run.join()
        finally:
            stage.end()
    verdict.figure(f"recovery: {len(times)} remote services, median", statistics.median(times), "s", 10)
    verdict.figure("recovery: remote services, slowest", max(times), "s", 30)
    verdict.figure("recovery: remote services, not back", float(kills * NODES - len(times)), "", 0)


chosen = int(sys.argv[sys.argv.index("--kills") + 1]) if "--kills" in sys.argv else 5
main(os.path.abspath(sys.argv[1]), chosen)
sys.exit(verdict.failed)

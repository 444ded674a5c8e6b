"""A round over 100 open channels beside `xargs -P100 ssh … true` over 100
ControlMaster connections that are up.

`mamori health --watch --json` prints a line at the end of each round and
waits exactly `[watch] liveness_every` before the next: a round is the time
between two lines less that wait, and holds all it does: the questions, the
local look, the judging, the state file. Its full probe is asked of each node;
the peer runs `true`. Both take turns: the peer runs in the wait.

A node has answered when its uptime went on since the line before.

    warm.py PROGRAMS_FOLDER
"""

import json
import os
import statistics
import subprocess
import sys
import time

import verdict
from private import private, until
from sshds import QUIET, answered, sshds

ALIASES, ROUNDS, WARM_UP, WAIT = 100, 15, 2, 3


def masters(here, names):
    """A master connection for each alias."""
    for name in names:
        here.start("ssh", "-M", "-N", "-S", f"{here.home}/master-{name}", name)
    sockets = [f"{here.home}/master-{name}" for name in names]
    until(lambda: all(map(os.path.exists, sockets)), "the masters", 120)


def fan_out(here, names):
    """Seconds of one run of the peer, and whether all answered."""
    begun = time.monotonic()
    done = subprocess.run(
        ["xargs", "-P100", "-I{}", "ssh", "-S", f"{here.home}/master-{{}}", "{}", "true"],
        env=here.environment,
        input="\n".join(names),
        text=True,
        capture_output=True,
        check=False,
    )
    return time.monotonic() - begun, done.returncode == 0


def line(watch):
    """The next round's result, and when it came."""
    text = watch.stdout.readline()
    return time.monotonic(), json.loads(text)


def main(programs):
    with private(programs) as here, sshds(here) as servers:
        names = servers.aliases("warm", servers.sshd("MaxStartups 500"), ALIASES)
        servers.configure(names, f'[watch]\nliveness_every = "{WAIT}s"\n{QUIET}')
        masters(here, names)
        watch = subprocess.Popen(
            [f"{programs}/mamori", "health", "--watch", "--json"],
            env=here.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        here.started.append(watch)
        for _ in range(WARM_UP):
            at, result = line(watch)
        ours, peers, missing, peer_missed = [], [], 0, 0
        for _ in range(ROUNDS):
            took, complete = fan_out(here, names)
            assert time.monotonic() < at + WAIT, "the peer ran into our round"
            peers.append(took)
            peer_missed += not complete
            (before, was), (at, result) = (at, answered(result)), line(watch)
            ours.append(at - before - WAIT)
            now = answered(result)
            missing += sum(now.get(name, 0) <= was.get(name, 0) for name in names)
    us, they = statistics.median(ours), statistics.median(peers)
    verdict.figure("warm: 100 aliases, a round (median)", us, "s", 0.5, they, "xargs", False)
    verdict.figure(f"warm: answers missing in {ROUNDS} rounds", missing, "", 0)
    if peer_missed:
        verdict.skipped("warm: xargs", f"in {peer_missed} of {ROUNDS} rounds not all answered")


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

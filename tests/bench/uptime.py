"""Whether time is booked rightly: real minutes over 3 loopback nodes, asked
every second, with outages of 20 to 60 s (the node's sshd and its sessions are
killed, then it is started again) and, from 5 minutes on, one sleep of the
observer (SIGSTOP to SIGCONT).

Truth is kept here by the same clock, CLOCK_BOOTTIME: down from the kill until
it listens again, unknown while the watcher is stopped. Whenever the watcher
books, the state file shows the totals by class up to `uptime.last`; each
stretch between two such moments is held against the truth on its own, so that
errors of different outages cannot cancel out. What is too much in one class
is missing in another: half of the sum of the differences is wrong. A last
`mamori health` closes the books.

    uptime.py PROGRAMS_FOLDER [--minutes 10] [--seed N]
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import time

import verdict
from private import private, until
from sshds import QUIET, sshds

NAMES = ("one", "two", "three")
CLASSES = ("up", "down", "unknown")
# A verdict takes 10 s, and what came back must be seen to be back.
LEAD, APART = 5, 20


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def plan(chance, seconds):
    """Outages as (begin, end, node), and the observer's sleeps; both lie
    where they like: an outage may begin or end unseen."""
    count = max(1, round(seconds / 100))
    outages = []
    for n in range(count):
        # A node's next outage comes after its last.
        slot = (seconds - 2 * LEAD) / -(-count // len(NAMES))
        begin = LEAD + slot * (n // len(NAMES))
        length = chance.uniform(20, min(60, slot - APART))
        begin += chance.uniform(0, slot - APART - length)
        outages.append((begin, begin + length, NAMES[n % len(NAMES)]))
    sleeps = []
    if seconds >= 300:
        length = chance.uniform(20, 60)
        begin = chance.uniform(LEAD, seconds - 2 * LEAD - length)
        sleeps = [(begin, begin + length)]
    return outages, sleeps


class Books:
    """What the state file says of a node's time, whenever it says more."""

    def __init__(self, path):
        self.path, self.entries, self.seen = path, {name: [] for name in NAMES}, None

    def look(self):
        with contextlib.suppress(FileNotFoundError):
            written = os.stat(self.path).st_mtime_ns
            if written != self.seen:
                self.seen = written
                with open(self.path, encoding="utf-8") as file:
                    self.take(json.load(file))

    def take(self, state):
        for node in state["nodes"]:
            entries, uptime = self.entries.get(node["name"]), node.get("uptime")
            if entries is not None and uptime:
                at = uptime["last"]["elapsed_ms"] / 1000
                booked = [uptime[f"{name}_ms"] / 1000 for name in (*CLASSES, "paused")]
                if not entries or entries[-1][0] != at:
                    entries.append((at, booked))

    def complete(self):
        return all(self.entries.values())


def overlap(spans, begin, end):
    return sum(max(0, min(end, to) - max(begin, of)) for of, to in spans)


def truth(outages, sleeps, begin, end):
    """Seconds up, down and unknown between two moments."""
    unknown = overlap(sleeps, begin, end)
    unseen = sum(overlap(sleeps, max(begin, of), min(end, to)) for of, to in outages)
    down = overlap(outages, begin, end) - unseen
    return end - begin - down - unknown, down, unknown


def wrong(entries, outages, sleeps):
    """Seconds of the wrong class, and seconds at all, of one node."""
    off = 0
    for (begin, before), (end, after) in zip(entries, entries[1:]):
        booked = [late - soon for soon, late in zip(before, after)]
        assert abs(sum(booked) - (end - begin)) < 0.01, "the classes do not add up"
        true = (*truth(outages, sleeps, begin, end), 0)
        off += sum(abs(said - was) for said, was in zip(booked, true)) / 2
    return off, entries[-1][0] - entries[0][0]


def live(servers, watcher, ports, books, planned, seconds):
    """Carries the plan out; the outages of each node and the sleeps as they were."""
    outages, sleeps = {name: [] for name in NAMES}, []
    todo = [(at, "stop", name) for at, _, name in planned[0]]
    todo += [(at, "start", name) for _, at, name in planned[0]]
    todo += [(at, what, "") for span in planned[1] for at, what in zip(span, ("sleep", "wake"))]
    begun = now()
    for at, what, name in [*sorted(todo), (seconds, "", "")]:
        while now() < begun + at:
            books.look()
            time.sleep(0.2)
        if what == "stop":
            outages[name].append([now(), None])
            servers.stop(ports[name])
        elif what == "start":
            servers.start(ports[name])
            outages[name][-1][1] = now()
        elif what == "sleep":
            sleeps.append([now(), None])
            watcher.send_signal(signal.SIGSTOP)
        elif what == "wake":
            watcher.send_signal(signal.SIGCONT)
            sleeps[-1][1] = now()
    return outages, sleeps


def main(programs, minutes, seed):
    planned = plan(random.Random(seed), 60 * minutes)
    with private(programs) as here, sshds(here) as servers:
        ports = {name: servers.sshd() for name in NAMES}
        for name, port in ports.items():
            servers.alias(name, port)
        servers.configure(NAMES, f'[watch]\nliveness_every = "1s"\n{QUIET}')
        books = Books(f"{here.home}/mamori/state.json")
        watcher = here.start(f"{programs}/mamori", "watch")

        def begun():
            books.look()
            return books.complete()

        until(begun, "the first looks")
        try:
            outages, sleeps = live(servers, watcher, ports, books, planned, 60 * minutes)
        finally:
            watcher.send_signal(signal.SIGCONT)
        here.run(f"{programs}/mamori", "health")
        books.look()
        assert watcher.poll() is None, "the watcher ended"
    results = [wrong(books.entries[name], outages[name], sleeps) for name in NAMES]
    assert all(wall > 57 * minutes for _, wall in results), results
    share = 100 * sum(off for off, _ in results) / sum(wall for _, wall in results)
    worst = max(100 * off / wall for off, wall in results)
    what = f"{minutes:g} min, {len(planned[0])} outages, {len(sleeps)} sleeps"
    print(f"uptime: {what}, seed {seed}")
    verdict.figure("uptime: booked wrongly", share, "%", 1)
    verdict.told("uptime: of the worst node", worst, "%")


arguments = argparse.ArgumentParser()
arguments.add_argument("programs")
arguments.add_argument("--minutes", type=float, default=10)
arguments.add_argument("--seed", type=int, default=random.randrange(10_000))
given = arguments.parse_args()
main(os.path.abspath(given.programs), given.minutes, given.seed)
sys.exit(verdict.failed)

"""100 aliases of one sshd with the default MaxStartups, no connection open:
`mamori health --json` must reach them all. Beside it, in turns, parallel-ssh
and `xargs -P100 ssh`, whose sshd is spared the drops: MaxStartups 500. Then
what these two reach with the default, and ansible, once.

    cold.py PROGRAMS_FOLDER
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

import verdict
from private import private
from sshds import QUIET, answered, sshds

ALIASES, TURNS = 100, 5


class Peer:
    """A program that runs `true` on every name of a list."""

    def __init__(self, name, command, answers):
        self.name, self.command, self.answers = name, command, answers
        self.there = bool(shutil.which(command[0]))

    def run(self, here, names):
        """Seconds, and how many answered."""
        listed = f"{here.home}/names"
        with open(listed, "w", encoding="utf-8") as file:
            file.write("\n".join(names) + "\n")
        return timed(here, [word.format(listed=listed) for word in self.command], self.answers)


def timed(here, command, answers):
    begun = time.monotonic()
    done = subprocess.run(
        command,
        env=here.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return time.monotonic() - begun, answers(done.stdout)


def lines(pattern):
    return lambda text: len(re.findall(pattern, text, re.M))


# At ssh's exit code 255 xargs would give up all the others.
ONE = "ssh -o BatchMode=yes @ echo came || exit 1"
XARGS = Peer(
    "xargs -P100 ssh",
    ["xargs", "-a", "{listed}", "-P100", "-I@", "sh", "-c", ONE],
    lines("^came$"),
)
PARALLEL = Peer(
    "parallel-ssh",
    ["parallel-ssh", "-h", "{listed}", "-p", "100", "-t", "120", "true"],
    lines(r"\[SUCCESS\]"),
)
ANSIBLE = Peer(
    "ansible",
    ["ansible", "all", "-i", "{listed}", "-f", "25", "-m", "raw", "-a", "true"],
    lines(r"\| (CHANGED|SUCCESS) \|"),
)


def health(here):
    """A first look: nothing is known and nothing open."""
    shutil.rmtree(f"{here.home}/mamori", ignore_errors=True)
    command = [f"{here.programs}/mamori", "health", "--json"]
    # The machine we run on is one of the nodes.
    return timed(here, command, lambda text: len(answered(json.loads(text))) - 1)


def main(programs):
    with private(programs) as here, sshds(here) as servers:
        here.environment["ANSIBLE_SSH_ARGS"] = "-o ControlMaster=no"
        names = servers.aliases("strict", servers.sshd(), ALIASES)
        spared = servers.aliases("spared", servers.sshd("MaxStartups 500"), ALIASES)
        servers.configure(names, QUIET)
        peers = [peer for peer in (PARALLEL, XARGS, ANSIBLE) if peer.there]
        ours, theirs = [], {peer: [] for peer in peers}
        for turn in range(TURNS):
            ours.append(health(here))
            for peer in peers:
                if turn == 0 or peer is not ANSIBLE:
                    theirs[peer].append(peer.run(here, spared))
        strict = {peer: peer.run(here, names) for peer in peers if peer is not ANSIBLE}
    missing = sum(ALIASES - count for _, count in ours)
    verdict.figure(f"cold: answers missing in {TURNS} runs", missing, "", 0)
    us = statistics.median(took for took, _ in ours)
    for peer in (PARALLEL, XARGS, ANSIBLE):
        what = "cold: 100 aliases"
        if peer not in theirs:
            verdict.skipped(f"cold: {peer.name}", "not installable here, the peer is not measured")
            continue
        they = statistics.median(took for took, _ in theirs[peer])
        if peer is PARALLEL:
            verdict.figure(what, us, "s", 1.25, they, peer.name, False)
        else:
            verdict.told(what, us, "s", they, peer.name)
        least = min(count for _, count in theirs[peer])
        if least < ALIASES:
            verdict.skipped(f"cold: {peer.name}", f"it reached only {least} of {ALIASES}")
    for peer, (_, count) in strict.items():
        verdict.told("cold: answered, default MaxStartups", ALIASES, "", count, peer.name)


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

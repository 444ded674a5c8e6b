"""What the watcher costs with N nodes that it asks itself over ssh: loopback
aliases of a few sshds of the benchmark's own. CPU and memory of the watcher
over a minute, those of its ssh processes, and how long until all are judged.
All of them and their servers run on this one machine, which sets the bound.

    fleet.py PROGRAMS_FOLDER [--sizes 10,50,100,200] [--seconds 60]
"""

import argparse
import os
import shutil
import time

import verdict
from footprint_of import At, text
from growth import chart, table
from private import private, until
from sshds import QUIET, descendants, sshds

EACH = 50


def channels(pid):
    """The ssh processes of a watcher: how many, and what they hold and used."""
    moments = [At(child) for child in descendants(pid)[1:] if text(f"/proc/{child}/comm") == "ssh\n"]
    return len(moments), sum(one.pss for one in moments), sum(one.whole for one in moments)


def measure(programs, count, seconds):
    with private(programs) as here, sshds(here) as servers:
        names = []
        for n in range(-(-count // EACH)):
            port = servers.sshd("MaxStartups 500")
            names += servers.aliases(f"node-{n}", port, min(EACH, count - n * EACH))
        servers.configure(names, QUIET)
        here.start_tmux()
        own = shutil.copy(f"{programs}/mamori", f"{here.home}/copy")
        begun = time.monotonic()
        watcher = here.start(own, "watch")
        wanted = f"{count + 1}/{count + 1}"
        until(lambda: wanted in here.tmux("show-environment", "-gh", "MAMORI_STATUS"), wanted, 180)
        judged = time.monotonic() - begun
        time.sleep(5)
        before, (_, _, ssh_before) = At(watcher.pid), channels(watcher.pid)
        begun = time.monotonic()
        time.sleep(seconds)
        after, (open_channels, ssh_pss, ssh_after) = At(watcher.pid), channels(watcher.pid)
        minutes = (time.monotonic() - begun) / 60
        assert watcher.poll() is None, "the watcher ended early"
        return {
            "nodes": count,
            "all judged after s": judged,
            "CPU s/min": (after.whole - before.whole) / minutes,
            "children s/min": (after.children - before.children) / minutes,
            "PSS MiB": after.pss,
            "open channels": open_channels,
            "ssh CPU s/min": (ssh_after - ssh_before) / minutes,
            "ssh PSS MiB": ssh_pss,
            "state KiB": os.path.getsize(f"{here.home}/mamori/state.json") / 1024,
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--sizes", default="10,50,100,200")
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    rows = []
    for count in map(int, arguments.sizes.split(",")):
        row = measure(os.path.abspath(arguments.programs), count, arguments.seconds)
        rows.append(row)
        # Client and server of each handshake share this machine's processors.
        verdict.told(f"ssh, {count} nodes: all judged", row["all judged after s"], "s")
    table(rows)
    for name in ("CPU s/min", "PSS MiB"):
        chart(name, [(row["nodes"], row[name]) for row in rows])


main()

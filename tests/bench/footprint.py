"""The watcher at rest, without remote nodes and with three, beside monit at
rest: memory, wake-ups and CPU time over the same two minutes, all settings
left as they are. The ssh processes that hold the channels are told apart.

    footprint.py PROGRAMS_FOLDER
"""

import os
import shutil
import sys
import time

import verdict
from footprint_of import At, text
from private import private, until
from sshds import descendants, sshds

WARM_UP, SECONDS = 45, 120
NODES = ("one", "two", "three")
FIGURES = (
    ("memory (PSS)", "pss", "MiB"),
    ("voluntary switches a minute", "switches", "/min"),
    ("CPU seconds in 2 min", "cpu", "s"),
)

MONIT = """set daemon 30
set log {home}/monit.log
set pidfile {home}/monit.pid
set idfile {home}/monit.id
set statefile {home}/monit.state
check system here
    if loadavg (5min) > 100 then alert
    if memory usage > 99% then alert
check filesystem home with path {home}
    if space usage > 99% then alert
    if inode usage > 99% then alert
check file control with path {home}/monitrc
"""


class Rest:
    """Two moments, and what lay between."""

    def __init__(self, before, after):
        self.pss = after.pss
        self.switches = (after.switches - before.switches) * 60 / SECONDS
        self.cpu = (after.cpu - before.cpu) * 120 / SECONDS
        self.children = (after.children - before.children) * 120 / SECONDS


class Channels:
    """The ssh processes of a watcher."""

    def __init__(self, pid):
        children = descendants(pid)[1:]
        moments = [At(child) for child in children if text(f"/proc/{child}/comm") == "ssh\n"]
        self.count = len(moments)
        self.pss = sum(moment.pss for moment in moments)
        self.cpu = sum(moment.cpu for moment in moments)


def shows(here, wanted):
    return lambda: wanted in here.tmux("display-message", "-p", "#{T:status-right}")


def watcher(here, wanted):
    """A watcher whose segment shows this. Each is a copy of the program, for
    the memory that two of one program share would count half."""
    here.start_tmux()
    own = shutil.copy(f"{here.programs}/mamori", f"{here.home}/copy")
    process = here.start(own, "watch")
    until(shows(here, wanted), "the segment")
    return process


def monit(here):
    """The peer, if it is there."""
    if not shutil.which("monit"):
        verdict.skipped("footprint: monit", "not installable here, the peer is not measured")
        return []
    control = f"{here.home}/monitrc"
    with open(control, "w", encoding="utf-8") as file:
        file.write(MONIT.format(home=here.home))
    os.chmod(control, 0o600)
    return [here.start("monit", "-I", "-c", control)]


def main(programs):
    with private(programs) as here, private(programs) as there, sshds(there) as servers:
        for name in NODES:
            servers.alias(name, servers.sshd())
        servers.configure(NODES)
        processes = [watcher(here, "1/1"), watcher(there, "4/4"), *monit(here)]
        time.sleep(WARM_UP)
        before = [At(process.pid) for process in processes]
        channels = Channels(processes[1].pid)
        time.sleep(SECONDS)
        after = [At(process.pid) for process in processes]
        still = Channels(processes[1].pid)
        ended = [process.args for process in processes if process.poll() is not None]
        assert not ended, f"ended early: {ended}"
        assert channels.count == still.count == len(NODES), "a channel ended early"
    alone, three, *peers = [Rest(*moments) for moments in zip(before, after)]
    peer = peers[0] if peers else None
    for who, ours, goals in (("watcher", alone, (6, 6, 0.03)), ("3 nodes", three, (6, 24, 0.1))):
        for (what, name, unit), goal in zip(FIGURES, goals):
            beside = getattr(peer, name) if peer else None
            verdict.figure(f"{who}: {what}", getattr(ours, name), unit, goal, beside, "monit")
        verdict.told(f"{who}: ended children, CPU s in 2 min", ours.children, "s")
    verdict.told("3 nodes: its ssh, memory (PSS)", still.pss, "MiB")
    used = (still.cpu - channels.cpu) * 120 / SECONDS
    verdict.told("3 nodes: its ssh, CPU s in 2 min", used, "s")


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

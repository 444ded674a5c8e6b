"""The watcher at rest, without remote nodes, beside monit at rest: memory,
wake-ups and CPU time over two minutes.

    footprint.py PROGRAMS_FOLDER
"""

import glob
import os
import re
import shutil
import sys
import time

import verdict
from private import private, until

WARM_UP, SECONDS = 45, 120

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


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class At:
    """What the kernel says of a process at this moment."""

    def __init__(self, pid):
        self.pss = int(re.search(r"^Pss: +(\d+)", text(f"/proc/{pid}/smaps_rollup"), re.M)[1]) / 1024
        self.switches, self.cpu = 0, 0.0
        for task in glob.glob(f"/proc/{pid}/task/*"):
            status = text(f"{task}/status")
            self.switches += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])
            self.cpu += int(text(f"{task}/schedstat").split()[0]) / 1e9
        fields = text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        self.children = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


class Rest:
    """Two moments, and what lay between."""

    def __init__(self, before, after):
        self.pss = after.pss
        self.switches = (after.switches - before.switches) * 60 / SECONDS
        self.cpu = (after.cpu - before.cpu) * 120 / SECONDS
        self.children = (after.children - before.children) * 120 / SECONDS


def main(programs):
    with private(programs) as here:
        here.start_tmux()
        watcher = here.start(f"{programs}/mamori", "watch")
        until(lambda: "1/1" in here.tmux("display-message", "-p", "#{T:status-right}"), "the segment")
        processes = [watcher]
        if shutil.which("monit"):
            control = f"{here.home}/monitrc"
            with open(control, "w", encoding="utf-8") as file:
                file.write(MONIT.format(home=here.home))
            os.chmod(control, 0o600)
            processes.append(here.start("monit", "-I", "-c", control))
        else:
            verdict.skipped("footprint: monit", "not installable here, the peer is not measured")
        time.sleep(WARM_UP)
        before = [At(process.pid) for process in processes]
        time.sleep(SECONDS)
        after = [At(process.pid) for process in processes]
        ended = [process.args for process in processes if process.poll() is not None]
        assert not ended, f"ended early: {ended}"
    ours, *peers = [Rest(*moments) for moments in zip(before, after)]
    peer = peers[0] if peers else None
    for what, name, unit, goal in (
        ("memory (PSS)", "pss", "MiB", 6),
        ("voluntary switches a minute", "switches", "/min", 6),
        ("CPU seconds in 2 min", "cpu", "s", 0.03),
    ):
        beside = getattr(peer, name) if peer else None
        verdict.figure(f"watcher: {what}", getattr(ours, name), unit, goal, beside, "monit")
    print(f"{'watcher: its children, CPU s in 2 min':<40} {ours.children:>9.3f} s        (no goal)")


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

"""`mamori-status` beside a minimal static C reader: wall and CPU time from
spawn to exit, in alternating pairs.

    segment.py MAMORI MAMORI_STATUS READER
"""

import json
import os
import statistics
import sys
import tempfile
import time

import verdict

PAIRS = 1500
WARM_UP = 50
mamori, status, reader = (os.path.abspath(path) for path in sys.argv[1:4])


def a_state(home, nodes):
    """A state file as `mamori health` writes it, with `nodes` nodes."""
    environment = {**os.environ, "MAMORI_HOME": home, "HOME": home, "XDG_CONFIG_HOME": home}
    pid = os.posix_spawn(mamori, [mamori, "health"], environment, file_actions=QUIET)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, 1), f"mamori health: {code}"
    path = os.path.join(home, "mamori/state.json")
    with open(path, encoding="utf-8") as file:
        state = json.load(file)
    first = state["nodes"][0]
    state["nodes"] = [{**first, "name": f"node-{n}"} for n in range(nodes)]
    state["summary"].update(ok=nodes, total=nodes, text=f"● {nodes}/{nodes}")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file, separators=(",", ":"), ensure_ascii=False)
    return path


QUIET = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]


def once(arguments, environment):
    """Wall and CPU microseconds of one run."""
    begun = time.perf_counter_ns()
    pid = os.posix_spawn(arguments[0], arguments, environment, file_actions=QUIET)
    _, how, used = os.wait4(pid, 0)
    wall = (time.perf_counter_ns() - begun) / 1000
    assert how == 0, arguments
    return wall, (used.ru_utime + used.ru_stime) * 1e6


def compare(nodes, goal):
    with tempfile.TemporaryDirectory() as home:
        path = a_state(home, nodes)
        environment = {"MAMORI_HOME": home, "HOME": home, "PATH": os.environ["PATH"]}
        shown = os.popen(f"MAMORI_HOME='{home}' '{status}' --no-style").read()
        assert f"{nodes}/{nodes}" in shown, shown
        ours, peers = [], []
        for n in range(PAIRS + WARM_UP):
            pair = [([status], ours), ([reader, path], peers)]
            for arguments, into in pair if n % 2 else reversed(pair):
                into.append(once(arguments, environment))
        for name, column in (("wall", 0), ("CPU", 1)):
            us, they = (
                statistics.median(run[column] for run in runs[WARM_UP:]) for runs in (ours, peers)
            )
            what = f"segment, {nodes} nodes, {name} (median)"
            verdict.figure(what, us, "µs", goal, they, "C reader", absolute=False)


compare(3, 1.25)
compare(200, 3.0)
sys.exit(verdict.failed)

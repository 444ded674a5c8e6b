"""What a coordinator costs with N nodes that speak for themselves through a
hub every 30 s: a private redis-server, the snapshot of a real watcher said by
N names (hub_nodes.py), a real watcher that hears them and tells a real tmux.

For each N: CPU and memory of the coordinator and of the hub while nothing
happens; then changes, one after the other, each timed from the moment the hub
had it until the hidden MAMORI_STATUS of the tmux server counts it; the state
file's size, its writes and how long a whole change of it takes; the time of
`mamori status`, and of the dashboard's first picture. No peer of this kind is
known here: the goals stand beside the figures.

    hub.py PROGRAMS_FOLDER [--sizes 10,100,500,2000] [--seconds 60] [--changes 120]
"""

import argparse
import contextlib
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time

import verdict
from footprint_of import At
from growth import chart, table
from hub_nodes import PREFIX, Hub
from private import private, until
from supervised import free_port

EVERY = 30
# Everything is looked at, and handed over to the history, once a minute.
QUIET = """[watch]
health_every = "60s"
[network]
check = ["127.0.0.1:9"]
[limits]
disk_used_max = 100
inodes_used_max = 100
memory_available_min = 1
"""


def configure(here, name, port, every):
    folder = f"{here.home}/.config/mamori"
    os.makedirs(folder, 0o700, exist_ok=True)
    with open(f"{folder}/config.toml", "w", encoding="utf-8") as file:
        hub = f'[hub]\nurl = "redis://127.0.0.1:{port}"\nevery = "{every}s"\n'
        file.write(f'[local]\nname = "{name}"\n{QUIET}{hub}')


def redis(here):
    """A hub that keeps nothing; its process and port."""
    port = free_port()
    process = here.start(
        "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        "--dir", here.home,
    )  # fmt: skip

    def answers():
        with contextlib.suppress(OSError):
            return Hub(port).ask("PING") == b"PONG"

    until(answers, "the hub")
    return process, port


def template(programs):
    """What a real watcher says of a machine; the file's name."""
    with private(programs) as here:
        _, port = redis(here)
        configure(here, "template", port, 1)
        here.start(f"{programs}/mamori", "watch")
        hub = Hub(port)
        said = lambda: hub.ask("GET", f"{PREFIX}node:template")
        until(lambda: said() and json.loads(said())["node"]["problems"] == [], "a snapshot")
        return said()


class Bar:
    """A tmux client that asks for the hidden variable without a process each time."""

    def __init__(self, here):
        self.process = subprocess.Popen(
            [*here.tmux_command, "-C", "attach", "-t", "bench"],
            env=here.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def counts(self):
        """How many nodes are fine, and of how many, as the bar has it."""
        self.process.stdin.write("show-environment -gh MAMORI_STATUS\n")
        self.process.stdin.flush()
        said = ""
        for line in self.process.stdout:
            said = line if line.startswith("MAMORI_STATUS=") else said
            # The end of the client's own beginning comes in between.
            if line.startswith("%error") or (said and line.startswith("%end")):
                break
            assert not line.startswith("%exit"), "tmux ended"
        found = re.search(r"(\d+)/(\d+)", said)
        return (int(found[1]), int(found[2])) if found else None

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def state_of(here):
    path = f"{here.home}/mamori/state.json"
    with open(path, encoding="utf-8") as file:
        return json.load(file), os.path.getsize(path)


def timed(here, *arguments):
    """Seconds that a command of ours takes."""
    begun = time.monotonic()
    done = subprocess.run(
        [f"{here.programs}/mamori", *arguments],
        env=here.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return time.monotonic() - begun


def first_picture(here):
    """Seconds until the dashboard shows its nodes."""
    begun = time.monotonic()
    command = f"exec {here.programs}/mamori dash"
    here.tmux("new-session", "-d", "-s", "dash", "-x", "200", "-y", "50", command)
    shown = lambda: "sim-0" in here.tmux("capture-pane", "-p", "-t", "dash:")
    while not shown():
        assert time.monotonic() < begun + 30, "the dashboard shows nothing"
        time.sleep(0.01)
    took = time.monotonic() - begun
    pid = int(here.tmux("display-message", "-p", "-t", "dash:", "#{pane_pid}"))
    memory = At(pid).pss
    here.tmux("kill-session", "-t", "dash")
    return took, memory


def changes(bar, nodes, count, wanted):
    """Seconds of each change until the bar counts it."""
    chance, bad, took = random.Random(2), set(), []
    for _ in range(wanted):
        time.sleep(chance.uniform(0.1, 0.8))
        n = chance.randrange(count)
        bad ^= {n}
        nodes.stdin.write(f"{n}\n")
        nodes.stdin.flush()
        said = float(nodes.stdout.readline())
        while bar.counts()[0] != count + 1 - len(bad):
            assert time.monotonic() < said + 30, f"never counted: {bar.counts()}, {len(bad)} bad"
            time.sleep(0.005)
        took.append(time.monotonic() - said)
    return sorted(took)


def folder_bytes(folder):
    return sum(os.path.getsize(name) for name in glob.glob(f"{folder}/**", recursive=True) if os.path.isfile(name))


def measure(programs, said, count, arguments):
    with private(programs) as here:
        server, port = redis(here)
        configure(here, "coordinator", port, EVERY)
        file = f"{here.home}/template.json"
        with open(file, "wb") as out:
            out.write(said)
        nodes = subprocess.Popen(
            [sys.executable, f"{os.path.dirname(os.path.abspath(__file__))}/hub_nodes.py"]
            + [str(port), file, str(count), str(EVERY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        here.started.append(nodes)
        assert nodes.stdout.readline() == "all have spoken\n"
        here.start_tmux()
        own = shutil.copy(f"{programs}/mamori", f"{here.home}/copy")
        watcher = here.start(own, "watch")
        bar = Bar(here)
        begun = time.monotonic()
        until(lambda: bar.counts() == (count + 1, count + 1), f"{count} nodes to be shown", 120)
        shown = time.monotonic() - begun
        time.sleep(arguments.warm_up)
        state, _ = state_of(here)
        revision, kept = state["revision"], folder_bytes(f"{here.home}/mamori")
        before, hub_before = At(watcher.pid), At(server.pid)
        begun = time.monotonic()
        time.sleep(arguments.seconds)
        minutes = (time.monotonic() - begun) / 60
        after, hub_after = At(watcher.pid), At(server.pid)
        state, size = state_of(here)
        writes = state["revision"] - revision
        per = lambda one, other, field: (getattr(other, field) - getattr(one, field)) / minutes
        found = {
            "nodes": count,
            "shown after s": shown,
            "CPU s/min": per(before, after, "whole"),
            "children s/min": per(before, after, "children"),
            "PSS MiB": after.pss,
            "hub CPU s/min": per(hub_before, hub_after, "whole"),
            "hub PSS MiB": hub_after.pss,
            "idle writes/min": writes / minutes,
            "idle KiB/min": writes * size / minutes / 1024,
            "home KiB/min": (folder_bytes(f"{here.home}/mamori") - kept) / minutes / 1024,
        }
        before, begun = At(watcher.pid), time.monotonic()
        took = changes(bar, nodes, count, arguments.changes)
        minutes = (time.monotonic() - begun) / 60
        after = At(watcher.pid)
        found |= {
            "changes/min": len(took) / minutes,
            "busy CPU s/min": per(before, after, "whole"),
            "p50 s": took[len(took) // 2],
            "p99 s": took[min(len(took) - 1, int(len(took) * 0.99))],
            "busy PSS MiB": after.pss,
        }
        # What waited is written.
        time.sleep(2.5)
        writing = [timed(here, *words) for words in (["pause", "local"], ["resume", "local"]) * 3]
        found |= {
            "state KiB": state_of(here)[1] / 1024,
            "a write s": min(writing),
            "status s": min(timed(here, "status") for _ in range(3)),
        }
        found["dash s"], found["dash PSS MiB"] = first_picture(here)
        assert watcher.poll() is None, "the watcher ended early"
        bar.end()
        return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--sizes", default="10,100,500,2000")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--warm-up", type=float, default=35)
    parser.add_argument("--changes", type=int, default=120)
    arguments = parser.parse_args()
    programs = os.path.abspath(arguments.programs)
    said = template(programs)
    rows = []
    for count in map(int, arguments.sizes.split(",")):
        rows.append(measure(programs, said, count, arguments))
        row = rows[-1]
        print(", ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)
        verdict.figure(f"hub, {count} nodes: change to bar, p99", row["p99 s"], "s", 1)
    table(rows)
    for name in ("CPU s/min", "PSS MiB", "state KiB", "p99 s"):
        chart(name, [(row["nodes"], row[name]) for row in rows])


main()
sys.exit(verdict.failed)

"""What the dashboard costs while nothing happens: CPU, bytes to the terminal
and memory, in a tmux server of its own at 200x50, with 10 nodes and with 200.
What the nodes were when they were last seen is days old, so that only the
clock's minute changes. Then what a key costs until it is drawn.

    dash.py PROGRAMS_FOLDER
"""

import datetime
import glob
import json
import math
import os
import re
import subprocess
import sys
import time

import verdict
from private import private, until

SECONDS = 30
SIZES = (10, 200)


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def node(number, seen):
    """A node as the state file has it; every seventh has a problem."""
    bad = number % 7 == 0
    used = 93.1 if bad else 40.0 + number % 45
    problem = {"check": "disk", "value": used, "limit": 90.0, "text": "disk 93% (limit 90%)"}
    disk = {
        "mount": "/",
        "used_bytes": int(479e7 * used),
        "total_bytes": int(479e9),
        "used_percent": used,
        "inodes_used_percent": 12.0,
    }
    readings = {
        "disk_used_percent": used,
        "disk_mount": "/",
        "disks": [disk],
        "memory_available_percent": 48.0,
        "load_1m": 0.4,
        "uptime_s": 1_220_400,
        "sshd": True,
        "network": True,
        "tmux_sessions": ["monitor"],
    }
    return {
        "name": f"node-{number:03}",
        "state": "degraded" if bad else "ok",
        "since": rfc3339(seen),
        "observed_at": rfc3339(seen),
        "latency_ms": 3.1,
        "problems": [problem] if bad else [],
        "readings": {name: {"value": value} for name, value in readings.items()},
    }


def sample(number, at):
    used = 50 + 40 * math.sin(at / 50_000 + number)
    return {
        "node": f"node-{number:03}",
        "at": at,
        "state": "ok",
        "load": 0.5,
        "latency_ms": 3.0,
        "home": "/",
        "memory_percent": 45.0,
        "memory_bytes": 7_000_000_000,
        "memory_total": 16_000_000_000,
        "disks": [
            {
                "mount": "/",
                "used_bytes": int(479e7 * used),
                "total_bytes": int(479e9),
                "used_percent": used,
                "inodes_used_percent": 12.0,
            }
        ],
    }


def seed(here, count):
    """A state of so many nodes, and a day of their history."""
    now = int(time.time())
    seen = (now // 60 - 5 * 1_440) * 60
    nodes = [node(number, seen) for number in range(count)]
    alerts = [
        {
            "id": f"{one['name']}/disk",
            "number": at + 1,
            "severity": "warning",
            "since": rfc3339(seen),
            "text": f"{one['name']} disk 93% (limit 90%)",
        }
        for at, one in enumerate(one for one in nodes if one["problems"])
    ]
    os.makedirs(f"{here.home}/mamori", mode=0o700, exist_ok=True)
    with open(f"{here.home}/mamori/state.json", "w", encoding="utf-8") as file:
        json.dump({"schema": 1, "revision": 7, "nodes": nodes, "alerts": alerts, "next_alert": 999}, file)
    records = [{"now": rfc3339(now)}]
    records += [{"sample": sample(number, at)} for number in range(count) for at in range(now - 86_400, now, 300)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    done = subprocess.run(
        [f"{here.programs}/mamori", "history", "record"],
        input=lines.encode(),
        env=here.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def cpu(pid):
    """Seconds of all its threads."""
    seconds = 0.0
    for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(task, encoding="utf-8") as file:
            seconds += int(file.read().split()[0]) / 1e9
    return seconds


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"^VmRSS:\s+(\d+)", file.read(), re.M)[1]) / 1024


def measure(programs, count):
    with private(programs) as here:
        seed(here, count)
        written = f"{here.home}/written"
        command = f"exec {programs}/mamori dash"
        here.tmux("new-session", "-d", "-s", "bench", "-x", "200", "-y", "50", command)
        here.tmux("set-option", "-g", "status", "off")
        screen = lambda: here.tmux("capture-pane", "-p", "-t", "bench")
        until(lambda: "node-000" in screen() and "└-24 h" in screen(), "the dashboard and its history")
        pid = int(here.tmux("display-message", "-p", "-t", "bench", "#{pane_pid}"))
        here.tmux("pipe-pane", "-t", "bench", f"cat >> {written}")
        size = lambda: os.path.getsize(written) if os.path.exists(written) else 0
        time.sleep(2)
        before, bytes_before, minute = cpu(pid), size(), int(time.time()) // 60
        time.sleep(SECONDS)
        used, bytes_idle, minutes = cpu(pid) - before, size() - bytes_before, int(time.time()) // 60 - minute
        memory = resident(pid)
        bytes_before = size()
        moves = 20
        for _ in range(moves):
            here.tmux("send-keys", "-t", "bench", "j")
            time.sleep(0.1)
        bytes_moved = (size() - bytes_before) / moves
        here.tmux("send-keys", "-t", "bench", "q")
    name = f"dash, {count} nodes"
    verdict.figure(f"{name}: idle CPU", 100 * used / SECONDS, "%", 1)
    # A minute that ends meanwhile is drawn: its digits and the ages beside it.
    verdict.figure(f"{name}: bytes in {SECONDS} s", bytes_idle, "B", 200 * minutes)
    verdict.told(f"{name}: memory (RSS)", memory, "MiB")
    verdict.told(f"{name}: bytes a move of the cursor", bytes_moved, "B")


def main(programs):
    for count in SIZES:
        measure(programs, count)


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

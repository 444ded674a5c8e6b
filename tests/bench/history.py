"""A year of ten nodes at one sample a minute, handed over as the watcher does
(`mamori history record`), with roll-ups and retention by the batches' own
times: how large the file gets, and how long what a report asks takes then, the
start of the program and the printing of its answer with it.

    history.py PROGRAMS_FOLDER [--days N]
"""

import contextlib
import math
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

import verdict

NODES, DISKS = 10, ("/", "/home")
MINUTE, HOUR, DAY = 60, 3600, 86400
# Minutes between two batches: their records are written as one.
BATCH = 720
QUERIES = {
    "a day of a node": ("samples", DAY, "n3"),
    "a day of all, 5 min": ("samples-5m", DAY, None),
    "a week of a node, 5 min": ("samples-5m", 7 * DAY, "n3"),
    "a month of a node's disks, 5 min": ("disks-5m", 31 * DAY, "n3"),
    "a month of all, hourly": ("samples-1h", 31 * DAY, None),
    "a year of a node's disks, hourly": ("disks-1h", 365 * DAY, "n3"),
    "a month's problems": ("problems", 31 * DAY, None),
    "a month's events": ("events", 31 * DAY, None),
    "a month's uptime": ("uptime", 31 * DAY, None),
    "a month's forecasts of a node": ("forecasts", 31 * DAY, "n3"),
}


def rfc3339(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def disk(mount, used, total):
    percent = round(100 * used / total, 1)
    return (
        f'{{"mount":"{mount}","used_bytes":{used},"total_bytes":{total},'
        f'"used_percent":{percent},"inodes_used_percent":{percent / 3:.1f}}}'
    )


def sample(node, at, dice):
    """One that moves as a real one does: no two numbers are alike for long."""
    minute = at // MINUTE
    total = 500_000_000_000 + node
    used = int(total * (0.5 + 0.2 * math.sin(minute / 5000 + node))) + dice.randrange(1 << 24)
    memory = 16_000_000_000
    free = int(memory * (0.4 + 0.3 * math.sin(minute / 700 + node))) + dice.randrange(1 << 28)
    bad = minute % 1500 == node
    problems = f',"problems":[{{"check":"disk","since":{at},"text":"disk 93% (limit 90%)"}}]' if bad else ""
    latency = f',"latency_ms":{2 + dice.random():.3f}' if minute % 5 == 0 else ""
    disks = ",".join(disk(mount, used + at % 97, total) for mount in DISKS)
    return (
        f'{{"sample":{{"node":"n{node}","at":{at + node},"state":"{"degraded" if bad else "ok"}",'
        f'"memory_percent":{100 * free / memory:.1f},"memory_bytes":{free},"memory_total":{memory},'
        f'"load":{dice.random() * 4:.2f},"cpu":{dice.random() * 100:.1f}{latency},"battery":{50 + minute % 50},'
        f'"home":"/","disks":[{disks}]{problems}}}}}\n'
    )


def books(node, begin, at):
    """What the watcher's books say of a node: all but a minute a day it was up."""
    seconds = at - begin
    down = seconds // DAY * MINUTE
    return (
        f'{{"uptime":{{"node":"n{node}","uptime":{{"since":"{rfc3339(begin)}","up_ms":{1000 * (seconds - down)},'
        f'"down_ms":{1000 * down},"unknown_ms":0,"paused_ms":0,"class":"up",'
        f'"last":{{"at":"{rfc3339(at)}","elapsed_ms":{1000 * seconds},"boot":"b"}}}}}}}}\n'
    )


def forecasts(file, begin, days):
    """An hourly run's forecasts, as `mamori predict` keeps them: two disks, two
    horizons of memory, each judged."""
    dice = random.Random(9)
    kinds = [("disk", mount, 7 * DAY) for mount in DISKS] + [("memory", "", HOUR), ("memory", "", 6 * HOUR)]

    def rows():
        for made in range(begin, begin + days * DAY, HOUR):
            for node in range(NODES):
                for kind, subject, horizon in kinds:
                    chance = dice.random() ** 4
                    eta = [dice.randrange(horizon) for _ in range(3)] if chance > 0.5 else [None] * 3
                    yield (
                        made, made + horizon, f"n{node}", kind, subject, horizon, 90.0, chance, chance > 0.5, *sorted(eta, key=bool),
                        "paths and trees", "720 samples, 30 d", made + horizon, 0, None,
                    )  # fmt: skip

    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.executemany(
            "INSERT INTO forecasts (made, due, node, kind, subject, horizon, threshold, probability, will_cross,"
            " eta, eta_early, eta_late, method, basis, scored, crossed, crossed_at)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            rows(),
        )


def year(begin, days, into):
    dice = random.Random(7)
    for first in range(0, days * DAY // MINUTE, BATCH):
        at = begin + (first + BATCH) * MINUTE
        lines = [f'{{"now":"{rfc3339(at)}"}}\n']
        for minute in range(first, first + BATCH):
            for node in range(NODES):
                lines.append(sample(node, begin + minute * MINUTE, dice))
        lines.extend(books(node, begin, at) for node in range(NODES))
        for node in range(0, NODES, 3):
            lines.append(
                f'{{"event":{{"at":"{rfc3339(at)}","node":"n{node}","what":"degraded","text":"disk 93%"}}}}\n'
            )
        into.write("".join(lines).encode())


def main(programs, days):
    home = tempfile.mkdtemp(prefix="mamori-bench-")
    environment = {"HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC"}
    mamori = f"{programs}/mamori"
    until = int(time.time()) // DAY * DAY
    began = time.monotonic()
    keeper = subprocess.Popen([mamori, "history", "record"], stdin=subprocess.PIPE, env=environment)
    year(until - days * DAY, days, keeper.stdin)
    keeper.stdin.close()
    code, resources = os.wait4(keeper.pid, 0)[1:]
    assert code == 0, f"`mamori history record` ended with {code}"
    samples = days * DAY // MINUTE * NODES
    verdict.told("samples handed over", samples / 1e6, "million")
    verdict.told("  time for them, wall", time.monotonic() - began, "s")
    verdict.told("  time for each, CPU", (resources.ru_utime + resources.ru_stime) / samples * 1e6, "us")
    verdict.figure("  memory of who writes, peak", resources.ru_maxrss / 1024, "MiB", 64)
    folder = f"{home}/.miyabi/mamori"
    forecasts(f"{folder}/history.db", until - days * DAY, days)
    size = sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder) if "history.db" in name)
    verdict.figure("file after it", size / 1e6, "MB", 200)
    began = time.monotonic()
    subprocess.run([mamori, "history", "check"], check=True, env=environment, stdout=subprocess.DEVNULL)
    verdict.told("the whole file looked through", time.monotonic() - began, "s")
    for name, (table, span, node) in QUERIES.items():
        since = ["--since", rfc3339(until - span), *(["--node", node] if node else [])]
        command = [mamori, "history", "export", "--table", table, *since]
        times = []
        for _ in range(40):
            began = time.monotonic()
            answer = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE).stdout
            times.append(time.monotonic() - began)
        times.sort()
        rows = answer.count(b"\n") - 1
        assert rows > 0, f"{name}: no rows"
        p95 = times[math.ceil(0.95 * len(times)) - 1]
        verdict.figure(f"{name} ({rows} rows), p95", 1000 * p95, "ms", 100)
    subprocess.run(["rm", "-rf", home], check=True)


arguments = sys.argv[1:]
chosen = int(arguments[arguments.index("--days") + 1]) if "--days" in arguments else 365
main(os.path.abspath(arguments[0]), chosen)
sys.exit(verdict.failed)

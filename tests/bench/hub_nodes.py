"""Nodes that are none: a template, the snapshot of a real watcher, is said by
N names through the product's own script, each at its own time within EVERY
seconds, with readings that move.

    hub_nodes.py PORT TEMPLATE NODES EVERY [CHANGES_PER_MINUTE]

A line `NUMBER` on standard input changes that node: from ok to degraded, or
back; it is said at once, and answered with the moment at which the hub had it
(CLOCK_MONOTONIC, seconds). With CHANGES_PER_MINUTE nodes change by themselves.
"""

import contextlib
import json
import os
import random
import re
import selectors
import socket
import sys
import time

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/sys/hub/scripts.rs")
KEPT_MS = 86_400_000
PREFIX = "mamori:1:"
PROBLEM = {"check": "disk", "value": 93.1, "limit": 90.0, "text": "disk 93% (limit 90%)"}
STREAM = 1_000


def publishing():
    """What a publisher has the hub run, as the product has it."""
    with open(SCRIPTS, encoding="utf-8") as file:
        return re.search(r'const PUBLISH: &str = "(.*?)";', file.read(), re.S)[1]


class Hub:
    """A connection that speaks RESP, as little of it as is needed."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def ask(self, *words):
        return self.ask_all([words])[0]

    def ask_all(self, commands):
        """All at once; the answers in their order."""
        said = bytearray()
        for words in commands:
            said += b"*%d\r\n" % len(words)
            for word in words:
                word = word if isinstance(word, bytes) else str(word).encode()
                said += b"$%d\r\n%b\r\n" % (len(word), word)
        self.socket.sendall(said)
        return [self._answer() for _ in commands]

    def _answer(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("the hub is gone")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise ValueError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            length = int(rest)
            return None if length < 0 else self.file.read(length + 2)[:-2]
        if kind == b"*":
            return None if int(rest) < 0 else [self._answer() for _ in range(int(rest))]
        return rest


def name_of(number):
    return f"sim-{number:05}"


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Nodes:
    """So many of them, and how they are."""

    def __init__(self, port, template, count, every):
        self.hub, self.script, self.every = Hub(port), publishing(), every
        self.template = template
        self.chance = random.Random(1)
        now = time.time()
        self.disk = [self.chance.uniform(20, 80) for _ in range(count)]
        self.free = [self.chance.uniform(30, 70) for _ in range(count)]
        self.booted = [now - self.chance.uniform(1e5, 1e7) for _ in range(count)]
        self.since = [now - 3_600] * count
        self.bad = [False] * count
        self.last = [None] * count
        # Each has its own time, as machines have that were started one by one.
        self.due = [time.monotonic() + every * n / count for n in range(count)]

    def snapshot(self, n, now):
        """What a node says of itself."""
        chance, said = self.chance, self.template
        self.disk[n] = min(85, max(10, self.disk[n] + chance.uniform(-0.01, 0.011)))
        self.free[n] = min(75, max(25, self.free[n] + chance.uniform(-1, 1)))
        node = said["node"]
        used = PROBLEM["value"] if self.bad[n] else round(self.disk[n], 1)
        total = node["readings"]["memory_total_bytes"].get("value", 16_000_000_000)
        moved = {
            "disk_used_percent": used,
            "memory_available_percent": round(self.free[n], 1),
            "memory_available_bytes": int(total * self.free[n] / 100),
            "load_1m": round(chance.uniform(0, 2), 2),
            "cpu_percent": round(chance.uniform(1, 30), 1),
            "uptime_s": int(now - self.booted[n]),
        }
        readings = {**node["readings"], **{key: {"value": value} for key, value in moved.items()}}
        since = rfc3339(self.since[n])
        memory = {"recent": [True] * 3, "good": 0, "since": since}
        text = {
            **said,
            "instance": f"{n:016x}",
            "written_ms": int(now * 1_000),
            "every_s": self.every,
            "last_event": self.last[n],
            "node": {
                **node,
                "name": name_of(n),
                "state": "degraded" if self.bad[n] else "ok",
                "since": since,
                "observed_at": rfc3339(now),
                "readings": readings,
                "problems": [PROBLEM] if self.bad[n] else [],
                "checks": {"disk": memory} if self.bad[n] else {},
                "boot_id": f"boot-{n}",
            },
        }
        return json.dumps(text, separators=(",", ":"))

    def said(self, n, aloud):
        """The command that says it."""
        name = name_of(n)
        keys = [f"{PREFIX}{key}" for key in (f"claim:{name}", f"node:{name}", "nodes", "changed")]
        claim = max(5_000, 3_000 * self.every)
        arguments = [f"{n:016x}", claim, self.snapshot(n, time.time()), KEPT_MS, name, int(aloud)]
        return ["EVAL", self.script, len(keys), *keys, *arguments]

    def speak(self, numbers, aloud=False):
        self.hub.ask_all([self.said(n, aloud) for n in numbers])

    def speak_all(self):
        """Everybody once, for the first time."""
        for first in range(0, len(self.bad), 200):
            self.speak(range(first, min(first + 200, len(self.bad))), True)

    def change(self, n):
        """A node turns degraded, or ok again; the moment at which the hub had it."""
        now = time.time()
        self.bad[n], self.since[n] = not self.bad[n], now
        event = {
            "at": rfc3339(now),
            "node": name_of(n),
            "what": "degraded" if self.bad[n] else "ok",
            "text": PROBLEM["text"] if self.bad[n] else "",
        }
        stream = f"{PREFIX}events:{name_of(n)}"
        self.last[n] = self.hub.ask(
            "XADD", stream, "MAXLEN", "~", STREAM, "*", "e", json.dumps(event), "a", 0
        ).decode()
        self.speak([n], True)
        return time.monotonic()

    def speak_due(self):
        """Those whose time has come; how long until the next."""
        now = time.monotonic()
        due = [n for n, at in enumerate(self.due) if at <= now]
        self.speak(due)
        for n in due:
            self.due[n] += self.every
        return max(0.0, min(self.due) - time.monotonic())


def main(port, template, count, every, changes):
    with open(template, encoding="utf-8") as file:
        nodes = Nodes(port, json.load(file), count, every)
    nodes.speak_all()
    print("all have spoken", flush=True)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    waiting, next_change = b"", time.monotonic()
    while True:
        wait = min(0.05, nodes.speak_due())
        if changes and time.monotonic() >= next_change:
            nodes.change(nodes.chance.randrange(count))
            next_change += 60 / changes
        if not selector.select(wait):
            continue
        said = os.read(sys.stdin.fileno(), 4_096)
        if not said:
            return
        *lines, waiting = (waiting + said).split(b"\n")
        for line in lines:
            print(nodes.change(int(line)), flush=True)


if __name__ == "__main__":
    port, template, count, every, *changes = sys.argv[1:]
    # The hub ends when the benchmark does.
    with contextlib.suppress(ConnectionError):
        main(int(port), template, int(count), int(every), float(changes[0]) if changes else 0)

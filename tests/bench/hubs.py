"""A Redis of the benchmark's own, ways to it that can be cut, and machines that
share it: each a home with a watcher, whose expected files are its services.
"""

import contextlib
import csv
import json
import os
import shutil
import socket
import subprocess
import threading

from private import Private, until
from sshds import QUIET

# Everything that is told stands on one line: when, kind, what about, text.
TELL = """#!/bin/sh
printf '%s\\t%s\\t%s\\t%s\\n' "$(date +%s.%N)" "$MAMORI_KIND" "$MAMORI_ID" "$(echo "$MAMORI_TEXT" | tr '\\n\\t' '  ')" >>{home}/told
"""
CHANNEL = '[[channel]]\nkind = "command"\ncommand = ["{home}/tell"]\n'


class Redis:
    """A server on a socket of its own; what it held is gone when it is killed."""

    def __init__(self, folder):
        self.folder, self.socket, self.process = folder, f"{folder}/redis", None

    def start(self):
        options = ["--port", "0", "--save", "", "--appendonly", "no", "--dir", self.folder]
        self.process = subprocess.Popen(
            [shutil.which("redis-server"), *options, "--unixsocket", self.socket, "--unixsocketperm", "700"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def answers():
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as peer:
                peer.connect(self.socket)
                return True
            return False

        until(answers, "redis-server to listen")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Way:
    """A way to a socket, which can be cut in two manners: closed, it refuses
    and resets as a host does whose server is gone; silent, nothing passes and
    nobody is told, and what was said meanwhile arrives later, as with TCP."""

    def __init__(self, path, target):
        self.path, self.target = path, target
        self.flows, self.closed = threading.Event(), False
        self.flows.set()
        self.guard, self.ends = threading.Lock(), set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.listener.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                with self.guard:
                    try:
                        if self.closed:
                            raise OSError
                        far.connect(self.target)
                    except OSError:
                        near.close()
                        far.close()
                        continue
                    self.ends |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one, other):
        with contextlib.suppress(OSError):
            while read := one.recv(1 << 16):
                self.flows.wait()
                other.sendall(read)
        self.flows.wait()
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self.guard:
            self.ends -= {one, other}

    def cut(self, silent):
        if silent:
            self.flows.clear()
            return
        with self.guard:
            self.closed = True
            for end in self.ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.closed = False
        self.flows.set()

    def end(self):
        self.mend()
        self.cut(silent=False)
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Machine:
    """A home of a name, with a watcher that speaks to the hub every second."""

    def __init__(self, programs, name, hub):
        self.here, self.name = Private(programs), name
        self.home, self.hub = self.here.home, hub
        self.mamori, self.watcher = f"{programs}/mamori", None
        self.expected, self.more = [], ""
        self.seen = None, None

    def tells(self):
        """It has a channel, which leaves everything in a file."""
        with open(f"{self.home}/tell", "w", encoding="utf-8") as file:
            file.write(TELL.format(home=self.home))
        os.chmod(f"{self.home}/tell", 0o755)
        self.more += CHANNEL.format(home=self.home)

    def expect(self, names):
        """Services of those names: each runs as long as its file is there."""
        for name in names:
            self.expected.append(name)
            self.turn(name, True)

    def service(self, name, more=""):
        return f'[[service]]\nname = "{name}"\ncheck = {{ command = ["test", "-e", "{self.home}/{name}"] }}\n{more}'

    def turn(self, name, runs):
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{self.home}/{name}")
        if runs:
            with open(f"{self.home}/{name}", "w", encoding="utf-8"):
                pass

    def configure(self):
        folder = f"{self.home}/.config/mamori"
        os.makedirs(folder, 0o700, exist_ok=True)
        text = (
            f'[watch]\nhealth_every = "10s"\nliveness_every = "2s"\n{QUIET}[local]\nname = "{self.name}"\n'
            f'[hub]\nurl = "unix://{self.hub}"\nevery = "1s"\n{self.more}'
        )
        with open(f"{folder}/config.toml", "w", encoding="utf-8") as file:
            file.write(text + "".join(map(self.service, self.expected)))
        os.chmod(f"{folder}/config.toml", 0o600)

    def watch(self):
        self.configure()
        self.watcher = self.here.start(self.mamori, "watch")

    def run(self, *arguments):
        return self.here.run(self.mamori, *arguments)

    def state(self):
        """The state file, read anew only when it was written."""
        with contextlib.suppress(FileNotFoundError):
            written = os.stat(f"{self.home}/mamori/state.json").st_mtime_ns
            if written != self.seen[0]:
                with open(f"{self.home}/mamori/state.json", encoding="utf-8") as file:
                    self.seen = written, json.load(file)
        return self.seen[1] or {"nodes": [], "alerts": [], "events": [], "pauses": {}}

    def shows(self, name):
        """How a node is by this one's state file: its state and what is wrong."""
        for node in self.state()["nodes"]:
            if node["name"] == name:
                return node["state"], sorted(problem["check"] for problem in node["problems"])
        return None

    def alerts(self):
        return {alert["id"]: alert for alert in self.state()["alerts"]}

    def told(self):
        """What its channel was told: when, kind, what about, text."""
        with contextlib.suppress(FileNotFoundError), open(f"{self.home}/told", encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file]
        return []

    def history(self):
        """The events in its history, as those of the state file."""
        lines = self.run("history", "export", "--table", "events", "--format", "csv").splitlines()
        return list(csv.DictReader(lines))

    def end(self):
        self.here.end()


@contextlib.contextmanager
def machines(programs, coordinators, nodes):
    """A hub and machines that share it; coordinators reach it by ways of their
    own, and tell."""
    front = Private(programs)
    hub, all_of_them, ways = Redis(front.home), {}, {}
    try:
        hub.start()
        for name in coordinators:
            ways[name] = Way(f"{front.home}/{name}", hub.socket)
        for name in (*coordinators, *nodes):
            all_of_them[name] = Machine(programs, name, f"{front.home}/{name}" if name in ways else hub.socket)
        yield hub, all_of_them, ways
    finally:
        for way in ways.values():
            way.mend()
        for machine in all_of_them.values():
            machine.end()
        for way in ways.values():
            way.end()
        hub.kill()
        front.end()

"""Where a fault is injected: a home of its own with a watcher and small
services, what they do, and what is said of them."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from private import until
from supervised import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = """[watch]
health_every = "10s"
liveness_every = "2s"
probe_timeout = "2s"
[judge]
raise = [1, 1]
clear = 1
[network]
check = ["127.0.0.1:9"]
[limits]
disk_used_max = 100
inodes_used_max = 100
memory_available_min = 1
"""


def stat_of(pid):
    """The fields of a process after its name; `None`: it is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()
    return None


def identity(pid):
    """A process id and when that process started; `None` for one that ended."""
    stat = stat_of(pid)
    return (pid, stat[19]) if stat and stat[0] != "Z" else None


def kill(pid, by=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, by)


class Service:
    """A stand-in under Mamori's care."""

    def __init__(self, stage, name, more="", pid_file=True, start=None, check=None, port=None, **how):
        self.stage, self.name, self.more = stage, name, more
        self.path = f"{stage.home}/{name}"
        self.port = port or free_port()
        self.pid_file = f"{self.path}.pid" if pid_file else None
        self.start = start or [self.path]
        self.check = check or f'ssh_banner = "127.0.0.1:{self.port}"'
        shutil.copy(f"{HERE}/standin.py", self.path)
        os.chmod(self.path, 0o755)
        self.behave(**how)

    def behave(self, **how):
        """How it does from its next start on."""
        how["port"] = self.port
        if self.pid_file:
            how.setdefault("pid_file", self.pid_file)
        with open(f"{self.path}.json", "w", encoding="utf-8") as file:
            json.dump(how, file)

    def leaves_no_pid(self):
        """It leaves its pid file alone from its next start on."""
        self.behave(pid_file=None)

    def toml(self):
        lines = [
            "[[service]]",
            f'name = "{self.name}"',
            f"start = {json.dumps(self.start)}",
            f"check = {{ {self.check} }}",
            f'pid_file = "{self.pid_file}"' if self.pid_file else "",
            self.more,
        ]
        return "\n".join(lines) + "\n"

    def pid(self):
        """The process that answers now, by its own word; `None`: nobody."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            with socket.create_connection(("127.0.0.1", self.port), 1) as peer:
                peer.settimeout(1)
                return int(peer.recv(64).split()[1])
        return None

    def starts(self):
        with contextlib.suppress(OSError), open(f"{self.path}.starts", encoding="utf-8") as file:
            return len(file.readlines())
        return 0

    def processes(self):
        """All that run its program, also those that do not answer."""
        return [pid for pid, words in self.stage.processes().items() if self.path in words]


class Stage:
    """A home with a watcher, a configuration and services."""

    def __init__(self, here):
        self.here, self.home = here, here.home
        self.mamori = f"{here.programs}/mamori"
        self.services, self.text = [], CONFIG
        self.watcher = None
        # The words of a program that makes us somebody else.
        self.become = []

    def service(self, name, more="", **how):
        self.services.append(Service(self, name, more, **how))
        return self.services[-1]

    def configure(self):
        folder = f"{self.home}/.config/mamori"
        os.makedirs(folder, 0o700, exist_ok=True)
        services = "".join(service.toml() for service in self.services)
        # As an editor does: readers see the old file or the new one.
        with open(f"{folder}/new", "w", encoding="utf-8") as file:
            file.write(self.text + services)
        os.rename(f"{folder}/new", f"{folder}/config.toml")

    def watch(self):
        """Starts the watcher."""
        self.watcher = self.here.start(*self.become, self.mamori, "watch")
        return self.watcher

    def end_watcher(self, by=signal.SIGTERM):
        self.watcher.send_signal(by)
        self.watcher.wait(timeout=20)
        self.here.started.remove(self.watcher)

    def settle(self):
        """All services answer."""
        for service in self.services:
            until(service.pid, f"{service.name} to answer", 60)

    def ask(self, *arguments):
        """What a command of ours says as JSON."""
        done = subprocess.run(
            [*self.become, self.mamori, *arguments, "--json"],
            env=self.here.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        try:
            return json.loads(done.stdout)
        except ValueError:
            return {"error": {"what": (done.stdout + done.stderr).decode()}}

    def recover(self, target):
        """What `mamori recover` says of one target."""
        said = self.ask("recover", target)
        return said["targets"][0] if "targets" in said else said["error"]

    def state(self):
        with contextlib.suppress(OSError, ValueError):
            with open(f"{self.home}/mamori/state.json", encoding="utf-8") as file:
                return json.load(file)
        return {}

    def alerts(self):
        """The texts of the open alerts."""
        return [alert["text"] for alert in self.ask("status").get("alerts", [])]

    def processes(self):
        """What runs in this home, by process id: its words."""
        found = {}
        mark = f"HOME={self.home}\0".encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark not in file.read() + b"\0":
                        continue
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().decode(errors="replace").split("\0")
                if identity(int(name)):
                    found[int(name)] = words
        return found

    def uncollected(self):
        """Children of the watcher that ended, and that it never asked how."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            stat = stat_of(name)
            if stat and stat[0] == "Z" and int(stat[1]) == self.watcher.pid:
                found.append(int(name))
        return found

    def end(self):
        """Ends all that runs in this home."""
        if self.watcher and self.watcher in self.here.started:
            self.end_watcher()
        for pid in self.processes():
            kill(pid)
        for process in self.here.started:
            process.kill()
        time.sleep(0.05)


def snapshot(files, pids):
    """What must not change: contents and rights of files, which processes live."""

    def of(path):
        with contextlib.suppress(OSError):
            meta = os.lstat(path)
            content = b""
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).digest()
            return meta.st_mode, meta.st_uid, meta.st_ino, meta.st_mtime_ns, content
        return None

    return {path: of(path) for path in files}, [identity(pid) for pid in pids]

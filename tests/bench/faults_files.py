"""Files that lie, are broken, or are not there: pid files, our own state and
configuration, locks; and a port that somebody else has."""

import fcntl
import os
import subprocess
import sys
import time

from fault import Hopeless, Repairable, killed
from stage import identity, kill


class PidFileStale(Repairable):
    kind = "a service is killed while its pid file names a dead process"
    times, slice, bound = 3, True, 5

    def inject(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        pid = self.web.pid()
        rewrite(self.web.pid_file, f"{gone.pid}\n")
        kill(pid)

    def hit(self):
        return [self.web]


class PidFileOfAnother(Repairable):
    """The service does not write it again, so it goes on lying."""

    kind = "a pid file names somebody else's process, and the service is killed"
    times, slice, bound = 3, True, 5

    def prepare(self):
        self.web = self.stage.service("web")
        self.other = self.stage.here.start("sleep", "100000")

    def inject(self):
        self.web.leaves_no_pid()
        rewrite(self.web.pid_file, f"{self.other.pid}\n")
        killed(self.web)

    def wrong(self):
        return "" if identity(self.other.pid) else "the other process was ended"


class PidFileOfATwin(PidFileOfAnother):
    """As after a reboot: what was once its number is another one's now."""

    kind = "a stale pid file names another service of the same program"
    times = 2

    def prepare(self):
        self.web = self.stage.service("web")
        os.mkdir(f"{self.stage.home}/twin")
        twin = f"{self.stage.home}/twin/web"
        rewrite(twin, "import time\ntime.sleep(100000)\n")
        self.other = self.stage.here.start(sys.executable, twin)

    def inject(self):
        self.web.leaves_no_pid()
        rewrite(self.web.pid_file, f"{self.other.pid}\n")
        os.utime(self.web.pid_file, (time.time() - 86_400,) * 2)
        killed(self.web)


class PidFileRubbish(Repairable):
    kind = "a pid file holds rubbish, and the service is killed"
    times, bound = 2, 5

    def inject(self):
        self.web.leaves_no_pid()
        rewrite(self.web.pid_file, "\0\0\0-7 no number\n" * 400)
        killed(self.web)


class PidFileOfOthers(Hopeless):
    kind = "a pid file belongs to another user: nobody is ended by its word"
    times, root = 1, True
    alerted = False

    def prepare(self):
        self.web = self.stage.service("web")
        self.other = self.stage.here.start("sleep", "100000")

    def inject(self):
        rewrite(self.web.pid_file, f"{self.other.pid}\n")
        os.chown(self.web.pid_file, 64_999, -1)

    def untouched(self):
        return [self.web.pid_file], [self.other.pid, self.web.pid()]

    def undo(self):
        os.remove(self.web.pid_file)


class PortTaken(Hopeless):
    kind = "a killed service's port is taken by somebody else"
    times, slice = 3, True
    names = ("has its port",)

    def inject(self):
        # Waits for the port, and is quicker than anybody.
        taker = (
            "import socket, sys, time\nport = int(sys.argv[1])\n"
            "while True:\n try:\n  s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
            "  s.bind(('127.0.0.1', port)); s.listen(); break\n except OSError: s.close(); time.sleep(0.0002)\n"
            "time.sleep(100000)\n"
        )
        # The program may not come back before the port is taken.
        os.chmod(self.web.path, 0o644)
        self.taker = self.stage.here.start(sys.executable, "-c", taker, str(self.web.port))
        time.sleep(0.3)
        killed(self.web)
        while not taken(self.web.port, self.taker.pid):
            time.sleep(0.01)
        os.chmod(self.web.path, 0o755)
        self.starts = self.web.starts()

    def named(self, text):
        return super().named(text) and str(self.taker.pid) in text

    def untouched(self):
        return [self.web.path], [self.taker.pid]

    def wrong(self):
        return "" if self.web.starts() == self.starts else "it was started all the same"

    def undo(self):
        kill(self.taker.pid)
        self.taker.wait()
        self.stage.here.started.remove(self.taker)


class StateBroken(Repairable):
    kind = "the state file is rubbish, and a service is killed"
    times, bound = 2, 5

    def inject(self):
        rewrite(f"{self.stage.home}/mamori/state.json", '{"schema": 1, "rev')
        killed(self.web)

    def wrong(self):
        end = time.monotonic() + 15
        while "incidents" not in self.stage.state():
            if time.monotonic() > end:
                return "the state file is not good again"
            time.sleep(0.2)
        return ""


class StateLocked(Repairable):
    kind = "somebody holds the state file's lock, and a service is killed"
    times, slice, bound = 2, True, 5

    def inject(self):
        self.lock = held(f"{self.stage.home}/mamori/state.lock")
        killed(self.web)

    def wrong(self):
        os.close(self.lock)
        end = time.monotonic() + 15
        while len(self.stage.state().get("incidents", [])) <= self.known():
            if time.monotonic() > end:
                return "it was never written down"
            time.sleep(0.2)
        self.seen = len(self.stage.state()["incidents"])
        return ""

    def known(self):
        return getattr(self, "seen", 1)


class ConfigurationBroken(Repairable):
    kind = "our configuration breaks, and a service is killed"
    times, bound = 2, 5

    def lead_up(self):
        rewrite(f"{self.stage.home}/.config/mamori/config.toml", "[[service]]\nname = 7\n")
        # Long enough for the watcher to have read it.
        time.sleep(11)

    def inject(self):
        killed(self.web)

    def undo(self):
        self.stage.configure()


class LockLeft(Repairable):
    kind = "a lock file of a dead process is left, and the service is killed"
    times, bound = 2, 5

    def inject(self):
        rewrite(f"{self.stage.home}/mamori/locks/web.lock", "1 mamori recover".ljust(63) + "\n")
        killed(self.web)


class LockHeld(Hopeless):
    kind = "somebody else acts on a killed service: its lock is held"
    times = 2
    names = ("acts on it",)
    # For as long as somebody else is at it that is no news.
    alerted = False

    def inject(self):
        self.lock = held(f"{self.stage.home}/mamori/locks/web.lock")
        self.starts = self.web.starts()
        killed(self.web)
        time.sleep(2)

    def unnamed(self, begun):
        # A person's command waits for it, so that one is not asked.
        return ""

    def wrong(self):
        return "" if self.web.starts() == self.starts else "it was started all the same"

    def undo(self):
        os.close(self.lock)


def rewrite(path, text):
    """As an editor does: readers see the old file or the new one."""
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(f"{path}.new", path)


def held(path):
    """Takes a lock; it is let go of by closing it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def taken(port, pid):
    """Whether that process listens there."""
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            inode = os.readlink(f"/proc/{pid}/fd/{name}").removeprefix("socket:[").rstrip("]")
        except OSError:
            continue
        with open("/proc/net/tcp", encoding="utf-8") as file:
            if any(row.split()[9] == inode and row.split()[3] == "0A" for row in file):
                return True
    return False


ALL = [
    PidFileStale,
    PidFileOfAnother,
    PidFileOfATwin,
    PidFileRubbish,
    PidFileOfOthers,
    PortTaken,
    StateBroken,
    StateLocked,
    ConfigurationBroken,
    LockLeft,
    LockHeld,
]

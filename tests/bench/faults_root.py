"""Faults that only root can inject: a full disk, no more processes, a watcher
that may not do all."""

import os
import shutil
import signal
import subprocess
import time

from fault import Hopeless, Repairable, killed
from private import until
from stage import kill, stat_of

# Nobody's: no such user has processes here, so that a limit counts ours alone.
STRANGER = 64_875


class FullDisk(Repairable):
    kind = "the disk of our home is full, and a service is killed"
    times, slice, bound, root = 2, True, 5, True

    def prepare(self):
        self.folder = f"{self.stage.home}/mamori"
        os.mkdir(self.folder, 0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "mamori", self.folder], check=True)
        self.web = self.stage.service("web")

    def inject(self):
        with open(f"{self.folder}/filler", "ab", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        killed(self.web)

    def wrong(self):
        wrong = super().wrong()
        os.remove(f"{self.folder}/filler")
        known = getattr(self, "known", 1)
        # With room again it is written down.
        until(lambda: len(self.stage.state().get("incidents", [])) > known, "the record", 15)
        self.known = len(self.stage.state()["incidents"])
        return wrong

    def end(self):
        subprocess.run(["umount", "-l", self.folder], check=False)


class Limited(Hopeless):
    """A watcher of another user, whose limits hold."""

    root, programs = True, ("setpriv", "prlimit")
    times = 2

    def watch(self):
        self.stage.configure()
        for folder, _, files in os.walk(self.stage.home):
            for path in [folder, *(f"{folder}/{name}" for name in files)]:
                os.chown(path, STRANGER, STRANGER)
        # The programs may stand where only root may go.
        self.stage.mamori = shutil.copy(self.stage.mamori, f"{self.stage.home}/mamori-program")
        self.stage.become = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
        self.stage.watch()
        self.ready()


class NoMoreProcesses(Limited):
    kind = "the user may have no more processes, and a service is killed"
    slice = True
    names = ("could not be started", "temporarily unavailable")
    bound = 20

    def inject(self):
        self.starts = self.web.starts()
        self.limit(1)
        killed(self.web)

    def limit(self, count):
        words = ["prlimit", f"--pid={self.stage.watcher.pid}", f"--nproc={count}:"]
        subprocess.run([*self.stage.become, *words], check=True)

    def unnamed(self, begun):
        # A person's command would need a process, too.
        until(lambda: any(self.named(text) for text in self.stage.alerts()), f"{self.names}", self.bound)
        used = self.used()
        time.sleep(3)
        busy = (self.used() - used) / 3
        return "" if busy < 0.3 else f"the watcher uses {busy:.0%} of a processor meanwhile"

    def used(self):
        """Seconds of processor time of the watcher's."""
        stat = stat_of(self.stage.watcher.pid)
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def wrong(self):
        return "" if self.web.starts() == self.starts else "it was started all the same"

    def undo(self):
        self.limit(10_000)


class OfAnotherUser(Limited):
    kind = "a service that hangs belongs to another user"
    names = ("a signal stopped process", "sudo kill")
    bound = 30

    def watch(self):
        """Before there is a watcher that could start it as its own."""
        self.stage.here.start(self.web.path)
        self.stage.settle()
        super().watch()

    def inject(self):
        self.hanging = self.web.pid()
        self.starts = self.web.starts()
        kill(self.hanging, signal.SIGSTOP)

    def untouched(self):
        return [self.web.pid_file], [self.hanging]

    def wrong(self):
        return "" if self.web.starts() == self.starts else "something was started"

    def undo(self):
        kill(self.hanging, signal.SIGCONT)


class OfAnotherUserUnnamed(OfAnotherUser):
    kind = "another user's process, which we may not see, has the port"
    names = ("a process of another user has its port",)

    def prepare(self):
        self.web = self.stage.service("web", pid_file=False)

    def untouched(self):
        return [], [self.hanging]


ALL = [FullDisk, NoMoreProcesses, OfAnotherUser, OfAnotherUserUnnamed]

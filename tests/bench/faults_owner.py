"""Owners: services of runit, and nodes that people paused."""

import os
import signal
import subprocess
import time

from fault import Hopeless, Repairable, killed
from private import until
from stage import kill


def owned(stage, start=None):
    """A service of runit's, and its supervisor."""
    folder = f"{stage.home}/sv/web"
    web = stage.service("web", start=start or ["sv", "up", folder])
    os.makedirs(folder)
    with open(f"{folder}/run", "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec {web.path}\n")
    os.chmod(f"{folder}/run", 0o755)
    stage.here.start("runsv", folder)
    until(lambda: os.path.exists(f"{folder}/supervise/ok"), "runsv")
    return web, folder


class OwnerRestarts(Repairable):
    kind = "a service of runit's is killed: runit restarts it, and we do not"
    times, slice, bound, programs = 2, True, 10, ("runsv", "sv")

    def prepare(self):
        self.web, self.folder = owned(self.stage)

    def lead_up(self):
        # Restarts in a row runit delays by a second.
        time.sleep(0.5)
        self.starts = self.web.starts()

    def inject(self):
        killed(self.web)

    def wrong(self):
        time.sleep(1)
        starts = self.web.starts() - self.starts
        return super().wrong() or ("" if starts == 1 else f"{starts} starts")


class OwnedHangs(Repairable):
    kind = "a service of runit's hangs (SIGSTOP)"
    times, bound, programs = 2, 30, ("runsv", "sv")

    def prepare(self):
        self.web, self.folder = owned(self.stage)

    def inject(self):
        kill(self.web.pid(), signal.SIGSTOP)


class OwnerDies(Repairable):
    kind = "a service of runit's is killed with its runsv, and runsv comes back"
    times, bound, programs = 1, 20, ("runsv", "sv")

    def prepare(self):
        self.web, self.folder = owned(self.stage)
        self.runsv = self.stage.here.started[-1]

    def inject(self):
        self.runsv.kill()
        self.runsv.wait()
        self.stage.here.started.remove(self.runsv)
        killed(self.web)
        time.sleep(2)
        self.stage.here.start("runsv", self.folder)


class OwnerStopped(Hopeless):
    kind = "its owner stopped a service of runit's: `sv down`"
    times, slice, programs = 3, True, ("runsv", "sv")
    names = ("stopped by its owner", "sv down")

    def prepare(self):
        self.web, self.folder = owned(self.stage)

    def inject(self):
        subprocess.run(["sv", "down", self.folder], capture_output=True, check=False)
        until(lambda: not self.web.processes(), "runit to end it")
        self.starts = self.web.starts()

    def wrong(self):
        return "" if self.web.starts() == self.starts else "it was started all the same"

    def undo(self):
        subprocess.run(["sv", "up", self.folder], capture_output=True, check=False)


class OwnerStoppedAnother(OwnerStopped):
    """The configuration starts it past its owner, whom the watcher has seen."""

    kind = "its owner stopped a service whose `start` passes by its runsv"
    times, slice = 1, False

    def prepare(self):
        self.web, self.folder = owned(self.stage, start=[f"{self.stage.home}/web"])

    def unnamed(self, begun):
        # A person who asks for it gets it: nobody knows that it was runsv's.
        until(lambda: any(self.named(text) for text in self.stage.alerts()), "the alert", self.bound)
        return ""

    def wrong(self):
        # Longer than its owner is waited for.
        time.sleep(11)
        return super().wrong()


class Paused(Hopeless):
    kind = "the node is paused, and the service is ended: nobody starts it"
    times, slice = 2, True
    alerted = False

    def inject(self):
        self.stage.here.run(self.stage.mamori, "pause", "local", "--reason", "work")
        self.starts = self.web.starts()
        kill(self.web.pid(), signal.SIGTERM)

    def unnamed(self, begun):
        return ""

    def wrong(self):
        time.sleep(10)
        return "" if self.web.starts() == self.starts else "it was started all the same"

    def undo(self):
        self.stage.here.run(self.stage.mamori, "resume", "local")

    def revive(self):
        until(self.web.pid, "the watcher to mend what it found after the pause", 20)


ALL = [OwnerRestarts, OwnedHangs, OwnerDies, OwnerStopped, OwnerStoppedAnother, Paused]

"""Services on a remote node, recovered over its channel."""

import os
import signal
import sys
import time

from fault import Hopeless, Repairable, killed
from faults_files import rewrite
from private import until
from sshds import Sshds
from stage import identity, kill


class Remote:
    """A service on a node that is this machine by another door."""

    programs = ("ssh", "ssh-keygen")
    bound = 30

    def prepare(self):
        self.servers = Sshds(self.stage.here)
        self.door = self.servers.sshd()
        self.servers.alias("far", self.door)
        # A node has the time that a check of a service takes there.
        self.stage.text = self.stage.text.replace('probe_timeout = "2s"', 'probe_timeout = "10s"')
        self.stage.text += '[[node]]\nname = "far"\ndown_after = "5s"\n'
        self.web = self.stage.service("web", 'node = "far"')

    def end(self):
        self.servers.end()

    def target(self):
        return "far/web"


class RemoteKilled(Remote, Repairable):
    kind = "a service of a remote node is killed"
    times, slice = 3, True

    def inject(self):
        killed(self.web)


class RemoteHangs(Remote, Repairable):
    kind = "a service of a remote node hangs (SIGSTOP)"
    times, bound = 2, 90

    def inject(self):
        kill(self.web.pid(), signal.SIGSTOP)


class RemoteByHand(Remote, Repairable):
    kind = "a service of a remote node is killed, and a person recovers it"
    times, bound = 2, 30

    def inject(self):
        self.starts = self.web.starts()
        killed(self.web)
        self.said = self.stage.recover("far/web")

    def wrong(self):
        time.sleep(3)
        if self.said.get("state") not in ("ready", "recovered"):
            return f"recover said {self.said}"
        return super().wrong() or ("" if self.web.starts() == self.starts + 1 else "it was started twice")


class RemoteAfterOutage(Remote, Repairable):
    kind = "a remote node is cut off, its service killed, and the node comes back"
    times, bound = 2, 60

    def inject(self):
        self.servers.stop(self.door)
        killed(self.web)
        time.sleep(3)
        self.servers.start(self.door)


class RemotePidFileOfATwin(Remote, Repairable):
    """What hangs is ended by its pid file's word; that of a dead one is none."""

    kind = "a stale pid file on a remote node names another of the same program"
    times, bound = 1, 60

    def prepare(self):
        super().prepare()
        os.mkdir(f"{self.stage.home}/twin")
        twin = f"{self.stage.home}/twin/web"
        rewrite(twin, "import time\ntime.sleep(100000)\n")
        self.other = self.stage.here.start(sys.executable, twin)

    def inject(self):
        # It fails until it was insisted on that what is in its place is ended.
        self.web.behave(pid_file=None, exits=1)
        starts = self.web.starts()
        rewrite(self.web.pid_file, f"{self.other.pid}\n")
        os.utime(self.web.pid_file, (time.time() - 86_400,) * 2)
        killed(self.web)
        until(lambda: self.web.starts() >= starts + 3, "three tries", 50)
        self.web.behave(pid_file=None)

    def wrong(self):
        return "" if identity(self.other.pid) else "the other process was ended"


class RemoteProgramGone(Remote, Hopeless):
    kind = "the program of a remote service is missing, and it is killed"
    times, slice = 2, False
    names = ("is not there",)
    bound = 40

    def inject(self):
        os.rename(self.web.path, f"{self.web.path}.away")
        self.starts = self.web.starts()
        killed(self.web)

    def wrong(self):
        return "" if self.web.starts() == self.starts else "something was started"

    def undo(self):
        os.rename(f"{self.web.path}.away", self.web.path)


class RemoteFails(Remote, Hopeless):
    """What it says nobody keeps there: nodes have nothing of ours."""

    kind = "the start of a remote service exits with 3"
    times = 1
    names = ("exits with 3",)
    bound = 40

    def inject(self):
        self.web.behave(says="no licence found", exits=3)
        self.starts = self.web.starts()
        killed(self.web)

    def wrong(self):
        starts = self.web.starts() - self.starts
        return "" if starts <= 6 else f"{starts} starts"

    def undo(self):
        self.web.behave()


class RemotePaused(Remote, Hopeless):
    kind = "a remote node is paused, and its service is ended: nobody starts it"
    times, alerted = 1, False

    def inject(self):
        self.stage.here.run(self.stage.mamori, "pause", "far")
        self.starts = self.web.starts()
        kill(self.web.pid(), signal.SIGTERM)

    def unnamed(self, begun):
        return ""

    def wrong(self):
        time.sleep(10)
        return "" if self.web.starts() == self.starts else "it was started all the same"

    def undo(self):
        self.stage.here.run(self.stage.mamori, "resume", "far")


ALL = [
    RemoteKilled,
    RemoteHangs,
    RemoteByHand,
    RemoteAfterOutage,
    RemotePidFileOfATwin,
    RemoteProgramGone,
    RemoteFails,
    RemotePaused,
]

"""Processes that die, hang or leave something behind."""

import os
import signal
import time

from fault import Repairable, doubled, killed
from stage import kill


class Killed(Repairable):
    kind = "a service is killed"
    times, slice, bound = 5, True, 5

    def inject(self):
        killed(self.web)


class AskedToEnd(Repairable):
    kind = "a service is ended by SIGTERM, and nobody said why"
    times, bound = 2, 5

    def inject(self):
        kill(self.web.pid(), signal.SIGTERM)


class Together(Repairable):
    kind = "three services die at once"
    times, bound = 2, 5

    def prepare(self):
        for name in ("one", "two", "three"):
            self.stage.service(name)

    def inject(self):
        killed(*self.stage.services)


class AgainAndAgain(Repairable):
    kind = "a service dies ten times, 0.7 s after each start"
    times, bound = 1, 30

    def inject(self):
        for _ in range(10):
            before = self.web.pid()
            killed(self.web)
            while self.web.pid() in (None, before):
                time.sleep(0.01)
            time.sleep(0.7)


class Stopped(Repairable):
    kind = "a service hangs (SIGSTOP)"
    times, slice, bound = 3, True, 30

    def inject(self):
        kill(self.web.pid(), signal.SIGSTOP)


class Mute(Repairable):
    kind = "a service hangs: it accepts and says nothing"
    times, bound = 2, 30

    def inject(self):
        kill(self.web.pid(), signal.SIGUSR2)


class Closed(Repairable):
    kind = "a service lives on with its port closed"
    times, bound = 2, 20

    def inject(self):
        kill(self.web.pid(), signal.SIGUSR1)


class ForksAway(Repairable):
    kind = "a service that forks away is killed"
    times, slice, bound = 3, True, 5

    def prepare(self):
        self.web = self.stage.service("web", fork=True)

    def inject(self):
        killed(self.web)


class ForksAwayUnnamed(Repairable):
    kind = "a service that forks away without a pid file is killed"
    times, bound = 3, 5

    def prepare(self):
        self.web = self.stage.service("web", fork=True, pid_file=False)

    def inject(self):
        killed(self.web)


class StoppedUnnamed(Repairable):
    kind = "a service hangs whose pid file is gone: found by its port"
    times, bound = 2, 30

    def inject(self):
        os.remove(self.web.pid_file)
        kill(self.web.pid(), signal.SIGSTOP)


class Uncollected(Repairable):
    kind = "a service dies and its parent never collects it"
    times, bound = 2, 5

    def prepare(self):
        self.web = self.stage.service("web", parent=True)

    def inject(self):
        killed(self.web)

    def wrong(self):
        # The parents are no services.
        answering = self.web.pid()
        return "" if answering in self.web.processes() else "another one answers"


class Needed(Repairable):
    kind = "a service and the one it needs are killed"
    times, slice, bound = 3, True, 15

    def prepare(self):
        # The needed one takes a while, so that the other would come too early.
        self.db = self.stage.service("db", slow=1)
        self.web = self.stage.service("web", 'needs = ["db"]')

    def inject(self):
        # While the needed one lives the other may come back at once.
        killed(self.db, self.web)

    def wrong(self):
        times = [os.path.getmtime(f"{one.path}.pid") for one in (self.db, self.web)]
        return doubled(self.stage.services) or ("" if times[0] <= times[1] else "started in the wrong order")


class Replaced(Repairable):
    kind = "a service is killed and started by hand at the same time"
    times, bound = 2, 15

    def inject(self):
        killed(self.web)
        self.stage.here.start(self.web.path)


ALL = [
    Killed,
    AskedToEnd,
    Together,
    AgainAndAgain,
    Stopped,
    Mute,
    Closed,
    ForksAway,
    ForksAwayUnnamed,
    StoppedUnnamed,
    Uncollected,
    Needed,
    Replaced,
]

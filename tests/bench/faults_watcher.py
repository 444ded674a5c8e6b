"""The watcher itself: two of them, one that is killed, restarted, or beside a
person who recovers by hand."""

import os
import signal
import subprocess
import threading
import time

from fault import Hopeless, Repairable, doubled, killed
from private import until
from stage import kill


class TwoWatchers(Repairable):
    kind = "a second watcher is started, and a service is killed"
    times, slice, bound = 2, True, 5

    def lead_up(self):
        self.second = subprocess.run(
            [self.stage.mamori, "watch"],
            env=self.stage.here.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
        self.starts = self.web.starts()

    def inject(self):
        killed(self.web)

    def wrong(self):
        if self.second.returncode != 0 or str(self.stage.watcher.pid) not in self.second.stdout.decode():
            return f"the second said {self.second.stdout} and ended with {self.second.returncode}"
        return super().wrong() or ("" if self.web.starts() == self.starts + 1 else "it was started twice")


class ByHandMeanwhile(Repairable):
    kind = "a person recovers while the watcher does"
    times, slice, bound = 3, True, 15

    def prepare(self):
        self.web = self.stage.service("web", slow=0.5)

    def inject(self):
        self.starts = self.web.starts()
        killed(self.web)
        answers = []
        people = [
            threading.Thread(target=lambda: answers.append(self.stage.recover("web")["state"]))
            for _ in range(3)
        ]
        for one in people:
            one.start()
        for one in people:
            one.join()
        self.answers = answers

    def wrong(self):
        if not set(self.answers) <= {"ready", "recovered"}:
            return f"recover said {self.answers}"
        return super().wrong() or ("" if self.web.starts() == self.starts + 1 else "it was started twice")


class WatcherKilled(Repairable):
    kind = "the watcher is killed, then a service; a new watcher finds it"
    times, slice, bound = 2, True, 10

    def lead_up(self):
        self.stage.end_watcher(signal.SIGKILL)

    def inject(self):
        killed(self.web)
        self.stage.watch()


class WatcherKilledWhileActing(Repairable):
    kind = "the watcher is killed in the middle of a slow start"
    times, bound = 3, 20

    def prepare(self):
        self.web = self.stage.service("web", slow=1.5)

    def inject(self):
        starts = self.web.starts()
        killed(self.web)
        until(lambda: self.web.starts() > starts, "it to act")
        self.stage.end_watcher(signal.SIGKILL)
        self.stage.watch()


class WatcherEnded(Repairable):
    kind = "the watcher is ended politely: its services live on, and die later"
    times, bound = 2, 10

    def lead_up(self):
        before = self.web.pid()
        self.stage.end_watcher()
        time.sleep(0.5)
        assert self.web.pid() == before, "the service went with the watcher"
        self.stage.watch()
        time.sleep(1)

    def inject(self):
        killed(self.web)


class Restarted(Hopeless):
    kind = "the watcher is restarted again and again while a breaker is open"
    times, bound = 1, 40
    names = ("failed again and again", "no luck")

    def prepare(self):
        self.web = self.stage.service("web")

    def inject(self):
        self.web.behave(exits=1, says="no luck")
        self.starts = self.web.starts()
        killed(self.web)
        until(lambda: self.web.starts() - self.starts >= 5, "five failures", 40)
        for _ in range(4):
            time.sleep(0.6)
            self.stage.end_watcher(signal.SIGKILL)
            self.stage.watch()
        time.sleep(1)

    def unnamed(self, begun):
        # That it is tried now and then only is the watcher's to say.
        until(lambda: any(self.named(text) for text in self.stage.alerts()), "the alert", self.bound)
        return ""

    def wrong(self):
        starts = self.web.starts() - self.starts
        return "" if starts == 5 else f"{starts} starts: a restart of the watcher forgot the breaker"

    def undo(self):
        self.web.behave()


class Reconfigured(Repairable):
    kind = "the configuration changes in the middle of a start"
    times, bound = 2, 30

    def prepare(self):
        self.web = self.stage.service("web", slow=12)
        self.web.more = 'ready_within = "30s"'

    def lead_up(self):
        pass

    def inject(self):
        starts = self.web.starts()
        killed(self.web)
        until(lambda: self.web.starts() > starts, "it to act")
        self.web.behave()
        self.web.pid_file = f"{self.stage.home}/web.new.pid"
        self.web.behave()
        self.stage.configure()
        # The start goes on as it was begun; long enough for the change to be read.
        until(self.web.pid, "the slow start", 20)
        time.sleep(3)
        killed(self.web)


class WatcherStopped(Repairable):
    kind = "the watcher is stopped for 3 s (SIGSTOP), and a service dies meanwhile"
    times, bound = 2, 10

    def inject(self):
        kill(self.stage.watcher.pid, signal.SIGSTOP)
        killed(self.web)
        time.sleep(3)
        kill(self.stage.watcher.pid, signal.SIGCONT)


class LocksUnusable(Repairable):
    kind = "there is no place for locks, and a service is killed"
    times, bound = 2, 5

    def lead_up(self):
        folder = f"{self.stage.home}/mamori/locks"
        if os.path.isdir(folder):
            os.rename(folder, f"{folder}.away")
            with open(folder, "w", encoding="utf-8"):
                pass

    def inject(self):
        killed(self.web)


ALL = [
    TwoWatchers,
    ByHandMeanwhile,
    WatcherKilled,
    WatcherKilledWhileActing,
    WatcherEnded,
    Restarted,
    Reconfigured,
    WatcherStopped,
    LocksUnusable,
]

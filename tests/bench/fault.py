"""What a fault is, and what becomes of it.

A kind of fault is a class with a sentence, what happens (`inject`) and, where
that is not a death of a service, how things are ready, mended or undone.
"""

import time

from private import until
from stage import kill, snapshot


class Fault:
    """One kind. `times`: how often it is injected; `slice`: also in the short run."""

    kind = ""
    times = 3
    slice = False
    # Seconds until it must be healed or named.
    bound = 15
    # Why it cannot be injected here; empty: it can.
    root = False
    programs = ()

    def __init__(self, stage):
        self.stage = stage

    def prepare(self):
        """The services, before the watcher starts."""
        self.web = self.stage.service("web")

    def watch(self):
        """Starts the watcher, and waits until all is well."""
        self.stage.configure()
        self.stage.watch()
        self.ready()

    def ready(self):
        """Waits until all is well."""
        self.stage.settle()

    def lead_up(self):
        """What comes before it and takes its time."""

    def inject(self):
        raise NotImplementedError

    def undo(self):
        """Takes the cause away."""

    def end(self):
        """Takes away what was made outside of the home's own folder."""


class Repairable(Fault):
    """One that must be healed: from the outside, by a process that is new."""

    repairable = True

    def once(self):
        """Injects it; how long healing took, and what is wrong with it, if anything."""
        self.before = {one.name: one.pid() for one in self.stage.services}
        self.lead_up()
        begun = time.monotonic()
        self.inject()
        while not self.mended():
            if time.monotonic() > begun + self.bound:
                return None, f"not healed in {self.bound} s: {self.stage.alerts()}"
            time.sleep(0.02)
        took = time.monotonic() - begun
        wrong = self.wrong()
        self.undo()
        return took, wrong

    def mended(self):
        """Whether all that was hit works again, from a new process."""
        return all(self.renewed(one) for one in self.hit())

    def hit(self):
        return self.stage.services

    def renewed(self, service):
        return service.pid() not in (None, self.before[service.name])

    def wrong(self):
        """What is not as it should be although all works again; empty: nothing."""
        return doubled(self.stage.services) or uncollected(self.stage)


class Hopeless(Fault):
    """One that nobody could repair: its cause must be named, in the alert and
    by `mamori recover`, and nothing be changed."""

    repairable = False
    # What the cause's name must hold.
    names = ()
    # Whether it is an alert: not while people asked for silence.
    alerted = True

    def once(self):
        self.lead_up()
        # An earlier return may be written down a moment later.
        self.since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.inject()
        begun = time.monotonic()
        files, pids = self.untouched()
        before = snapshot(files, pids)
        wrong = self.unnamed(begun)
        took = time.monotonic() - begun
        # Long enough for another look of the watcher's.
        time.sleep(2.5)
        if not wrong and snapshot(files, pids) != before:
            wrong = "something was changed"
        if not wrong and self.said_to_be_back():
            wrong = f"it was said to be back: {self.said_to_be_back()}"
        wrong = wrong or self.wrong()
        self.undo()
        self.revive()
        return took, wrong

    def unnamed(self, begun):
        """Waits until the cause is named; what is wrong with that."""
        alerts = []
        while self.alerted and not any(self.named(text) for text in alerts):
            if time.monotonic() > begun + self.bound:
                return f"the alert does not name {self.names}: {alerts}"
            time.sleep(0.1)
            alerts = self.stage.alerts()
        told = self.stage.recover(self.target())
        said = f"{told.get('found')}; {told.get('why')}; {told.get('command')}"
        return "" if self.named(said) else f"recover does not name {self.names}: {told}"

    def named(self, text):
        return all(name in text for name in self.names)

    def target(self):
        return self.web.name

    def untouched(self):
        """Files and processes that must not change."""
        return [], []

    def wrong(self):
        """What else was done that must not be; empty: nothing."""
        return ""

    def said_to_be_back(self):
        events = self.stage.state().get("events", [])
        return [one for one in events if one["what"] == "recovered" and one["at"] > self.since]

    def revive(self):
        """With the cause gone all comes back, at the latest when a person asks."""
        try:
            until(lambda: all(one.pid() for one in self.stage.services), "it to come back", 3)
        except AssertionError:
            self.stage.ask("recover")
        self.ready()


def doubled(services):
    """Services that run more than once, and not just because one is ending."""
    for one in services:
        end = time.monotonic() + 2
        while len(one.processes()) > 1:
            if time.monotonic() > end:
                return f"{one.name} runs {len(one.processes())} times"
            time.sleep(0.1)
    return ""


def uncollected(stage):
    """What the watcher started, what ended, and what it never asked how."""
    end = time.monotonic() + 3
    while stage.watcher and stage.uncollected():
        if time.monotonic() > end:
            return f"{len(stage.uncollected())} dead children are not collected"
        time.sleep(0.1)
    return ""


def killed(*services):
    """Kills what answers for each."""
    for one in services:
        kill(one.pid())

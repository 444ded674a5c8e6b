"""Coordinators that share a hub, and what a partition does to them.

Agreement: three nodes change at moments of their own; from the moment a node's
own state file shows it until those of both coordinators show the same.

Partition: for so many minutes one coordinator, the other, then both are cut
from the hub, now refused, now in silence, while nodes go on changing and
people go on speaking; between the cuts both have it. Several such worlds run
side by side, as a channel tells ten things an hour one by one. Truth is what
the nodes' own watchers raised and noted.

Recovery: a service on a node that both coordinators reach by ssh and both look
after is killed again and again while the hub answers; then without the hub,
where one of them is named for it.

    partition.py PROGRAMS_FOLDER [--minutes 10] [--changes 36] [--kills 20] [--worlds 3] [--seed N] [--only PART]
"""

import argparse
import collections
import os
import random
import sys
import threading
import time

import verdict
from hubs import machines
from private import until
from sshds import sshds
from stage import Service, kill

COORDINATORS = ("laptop", "phone")
NODES = ("one", "two", "three")
# Both have the hub for so long before, between and after the cuts.
BOTH = 60
# Who was cut tries again after 15 s at most, and is heard at once then.
BACK, AROUND = 25, 10
# An alert takes two looks of ten seconds; then both have to hear of it.
SEEN = 30


def agrees(all_of_them):
    """Everybody is seen by both coordinators as it is."""
    return all(
        all_of_them[who].shows(name) not in (None, ("unknown", [])) for who in COORDINATORS for name in (*COORDINATORS, *NODES)
    )


def p(times, percent):
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


def agreement(programs, changes, dice):
    lags, apart, last = [], [], None
    with machines(programs, COORDINATORS, NODES) as (_, all_of_them, _):
        for name in NODES:
            all_of_them[name].expect(["web"])
        for machine in all_of_them.values():
            machine.watch()
        until(lambda: agrees(all_of_them), "everybody to be seen", 60)
        # Of each node: when it turns next, and what is waited for since.
        due = {name: time.monotonic() + dice.uniform(0, 10) for name in NODES}
        runs, shown = dict.fromkeys(NODES, True), {}
        give_up = time.monotonic() + 60 + 10 * changes
        while len(lags) < changes:
            now = time.monotonic()
            assert now < give_up, f"{len(lags)} of {changes} changes were seen; not: {shown}"
            for name in NODES:
                node = all_of_them[name]
                wanted = ("ok", []) if runs[name] else ("degraded", ["service:web"])
                if name in due:
                    if now >= due[name]:
                        runs[name] = not runs[name]
                        node.turn("web", runs[name])
                        del due[name]
                elif name not in shown:
                    if node.shows(name) == wanted:
                        shown[name] = now
                        apart.append(now - last if last else 10)
                        last = now
                elif all(all_of_them[who].shows(name) == wanted for who in COORDINATORS):
                    lags.append(now - shown.pop(name))
                    due[name] = now + dice.uniform(0, 10)
            time.sleep(0.005)
    close = sum(span < 2 for span in apart)
    print(f"partition: {len(lags)} changes of 3 nodes, {close} of them within 2 s of another")
    verdict.told("agreement: both show the same, p50", p(lags, 50), "s")
    verdict.figure("agreement: both show the same, p99", p(lags, 99), "s", 1)


class World:
    """Two coordinators, three nodes and a cut hub, with what was seen of it."""

    def __init__(self, programs, seconds, seed):
        self.programs, self.seconds, self.dice = programs, seconds, random.Random(seed)
        self.first_raised, self.last_raised, self.seen_by = {}, {}, collections.defaultdict(set)
        self.cuts, self.wrong, self.said = [], [], {}
        self.results, self.failure = {}, None

    def plan(self):
        """What happens when: (seconds, what, about whom)."""
        todo, at, number = [], 0, 0
        cut = self.seconds / 3
        for who in ((), ("laptop",), (), ("phone",), (), COORDINATORS, ()):
            length = cut if who else BOTH
            for one in who:
                todo.append((at, "cut", (one, self.dice.random() < 0.5)))
                todo.append((at + length, "mend", one))
            if who:
                todo.append((at + self.dice.uniform(0.3, 0.6) * length, "speak", who))
            else:
                todo.append((at + length - 1, "compare", None))
            for _ in range(3 if who else 1):
                # The third node is paused, and changes as the others do.
                node = NODES[number % 3] if who else NODES[number % 2]
                begin = at + (self.dice.uniform(0, length) if who else BACK - 3)
                todo.append((begin, "fail", (node, f"{node}{number}")))
                if self.dice.random() < 0.5:
                    todo.append((begin + self.dice.uniform(45, 120), "mend service", (node, f"{node}{number}")))
                number += 1
            if "laptop" in who:
                todo.append((at + self.dice.uniform(0, length), "fail", ("laptop", f"far{len(who)}")))
            at += length
        todo = [(when, *what) for when, *what in todo if when < at]
        return sorted(todo, key=lambda one: one[0]), at

    def look(self):
        for name, machine in self.all.items():
            for alert in machine.alerts():
                if "/service:" not in alert:
                    continue
                node = alert.split("/")[0]
                if name == node or (node == "far" and name in COORDINATORS):
                    self.first_raised.setdefault(alert, time.time())
                    self.last_raised[alert] = time.time()
                if name in COORDINATORS:
                    self.seen_by[alert].add(name)

    def say(self, who, words, about, wanted):
        said = self.all[who].run(*words)
        if "error" in said:
            self.wrong.append(f"{who}: {' '.join(words)}: {said}")
        self.said[about] = wanted

    def speak(self, who):
        """Somebody speaks on a side that is cut, somebody later on the other."""
        number = len(self.said)
        first, later = who[0], next(name for name in COORDINATORS if name != who[0])
        for side, about in ((first, "three"), (later, first), (later, "three") if number % 2 else (later, later)):
            reason = f"{side} {number} {about}"
            self.say(side, ["pause", about, "--reason", reason], ("pause", about), reason)
            # Whoever speaks later has the last word: in the next second.
            time.sleep(1.1)
        for side in (first, later):
            alerts = self.all[side].alerts().values()
            silent = [one["id"] for one in alerts if not one["acked"] and one["id"].split("/")[0] in ("one", "two", "far")]
            if silent:
                self.say(side, ["ack", silent[0]], ("ack", silent[0]), True)

    def compare(self):
        """What people said holds on both."""
        for (kind, about), wanted in self.said.items():
            for name in COORDINATORS:
                state = self.all[name].state()
                if kind == "pause":
                    holds = state["pauses"].get(about, {}).get("reason") == wanted
                else:
                    holds = self.all[name].alerts().get(about, {"acked": True})["acked"]
                if not holds:
                    self.wrong.append(f"{name}: {kind} {about}: {wanted}")

    def act(self, what, about):
        if what == "cut":
            name, silent = about
            self.cuts.append([time.time(), None, name, silent])
            self.ways[name].cut(silent)
        elif what == "mend":
            self.ways[about].mend()
            for cut in self.cuts:
                if cut[2] == about:
                    cut[1] = cut[1] or time.time()
        elif what == "speak":
            self.speak(about)
        elif what == "compare":
            self.compare()
        else:
            self.all[about[0]].turn(about[1], what == "mend service")

    def run(self):
        try:
            with machines(self.programs, COORDINATORS, NODES) as (_, self.all, self.ways):
                with sshds(self.all["laptop"].here) as servers:
                    self.live(servers)
        except BaseException as failure:
            self.failure = failure
            raise

    def live(self, servers):
        todo, length = self.plan()
        for name in NODES:
            self.all[name].expect(sorted({about[1] for _, what, about in todo if what == "fail" and about[0] == name}))
        far = sorted({about[1] for _, what, about in todo if what == "fail" and about[0] == "laptop"})
        servers.alias("far", servers.sshd())
        for name in COORDINATORS:
            self.all[name].more += '[[node]]\nname = "far"\n'
            for service in far:
                self.all["laptop"].turn(service, True)
                self.all[name].more += self.all["laptop"].service(service, 'node = "far"\n')
            self.all[name].tells()
        self.all["phone"].here.environment["PATH"] = self.all["laptop"].here.environment["PATH"]
        for machine in self.all.values():
            machine.watch()
        until(lambda: agrees(self.all) and all(self.all[who].shows("far") for who in COORDINATORS), "all to be seen", 90)
        # The cut of a coordinator is no news here, nor is a node that is paused.
        for about in (*COORDINATORS, "three"):
            self.say("laptop", ["pause", about, "--reason", "at first"], ("pause", about), "at first")
        self.begun = time.time()
        for at, what, about in [*todo, (length, "compare", None)]:
            while time.time() < self.begun + at:
                self.look()
                time.sleep(0.1)
            self.act(what, about)
        until(self.settled, "both to know the same and to have told it", 150)
        # What is on its way to the history arrives when the watchers end.
        states = {name: machine.state() for name, machine in self.all.items()}
        for name in COORDINATORS:
            self.all[name].watcher.terminate()
            self.all[name].watcher.wait(timeout=20)
            self.all[name].here.started.remove(self.all[name].watcher)
        self.count(states)

    def settled(self):
        self.look()
        state = [self.all[name].state() for name in COORDINATORS]
        return all(not line["outbox"] for one in state for line in one.get("desk", {}).get("lines", [])) and all(
            self.all[name].shows(node) == self.all[node].shows(node) for name in COORDINATORS for node in NODES[:2]
        )

    def cut_during(self, begin, end, who=COORDINATORS):
        return any(of < end and begin < to for of, to, name, _ in self.cuts if name in who)

    def watched(self, begin, end):
        """Seconds in which at least one coordinator had the hub."""
        steps = range(int(begin), int(end))
        return sum(not all(self.cut_during(at, at + 1, (name,)) for name in COORDINATORS) for at in steps)

    def count(self, states):
        """Holds what was told and noted against the truth."""
        told = {name: self.all[name].told() for name in COORDINATORS}
        held = {
            message["about"] for name in COORDINATORS for line in states[name]["desk"]["lines"] for message in line["held"]
        }
        found = collections.Counter()
        for alert, raised in self.first_raised.items():
            raises = {
                name: sum(kind in ("raise", "flapping") and about == alert for _, kind, about, _ in lines)
                for name, lines in told.items()
            }
            digest = any(kind == "digest" and alert.split(":")[1] in text for lines in told.values() for _, kind, _, text in lines)
            total = sum(raises.values())
            found["occurrences"] += 1
            found["most"] = max(found["most"], *raises.values())
            if alert.startswith("three/"):
                found["paused"] += total
                continue
            far = alert.startswith("far/")
            seen = far or self.watched(raised, self.last_raised[alert]) >= SEEN
            if not seen:
                found["unseen"] += 1
            elif not total and (alert in held or digest):
                found["waiting"] += 1
            elif not total:
                found["lost"] += 1
                print(f"lost: {alert}, raised {raised - self.begun:.0f} s after the beginning, seen by {self.seen_by[alert]}")
            if not self.cut_during(raised - BACK, raised + AROUND) and (total or alert not in held):
                found["with the hub"] += 1
                if total != 1:
                    found["not once"] += 1
                    print(f"with the hub: {alert}: {raises}, {raised - self.begun:.0f} s after the beginning")
            found["raises"] += total
        self.events(states, found)
        found["cuts in silence"] = sum(silent for *_, silent in self.cuts)
        found["wrong"] = len(self.wrong)
        for what in self.wrong:
            print(f"not as said: {what}")
        self.results = found

    def events(self, states, found):
        """Every event of a node stands once with each coordinator."""

        def key(event, fields=("at", "node", "what", "check", "text")):
            return tuple(str(event.get(field) or "") for field in fields)

        def row(event):
            return key(event, ("time", "node", "event", "check", "text"))

        for name in COORDINATORS:
            kept = collections.Counter(map(key, states[name]["events"]))
            history = collections.Counter(map(row, self.all[name].history()))
            for node in (*NODES, *(other for other in COORDINATORS if other != name)):
                for event in states[node]["events"]:
                    if event["node"] == node and self.time(event["at"]) > self.begun:
                        found["events"] += 1
                        for where, there in (("state", kept[key(event)]), ("history", history[key(event)])):
                            if there != 1:
                                found["events wrong"] += 1
                                print(f"{name}: {there} times in the {where}: {key(event)}")

    @staticmethod
    def time(text):
        return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone


def partition(programs, minutes, count, seed):
    worlds = [World(programs, 60 * minutes, seed + number) for number in range(count)]
    threads = [threading.Thread(target=world.run) for world in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(world.failure for world in worlds), "a world did not come to its end"
    found = sum((world.results for world in worlds), collections.Counter())
    print(
        f"partition: {count} worlds cut for {minutes:g} min, seed {seed}: {found['occurrences']} alerts of nodes, "
        f"{found['raises']} raises told, {found['cuts in silence']} of {4 * count} cuts in silence, {found['events']} events, "
        f"{found['unseen']} alerts over before a coordinator had the hub, {found['waiting']} wait for the hour's digest"
    )
    verdict.least("partition: alerts", found["occurrences"] - found["unseen"], "", 8 * count)
    verdict.figure("partition: alerts that nobody told", found["lost"], "", 0)
    most = max(world.results["most"] for world in worlds)
    verdict.figure("partition: one alert by one coordinator, most", most, "raises", 1)
    verdict.least("partition: alerts while both had the hub", found["with the hub"], "", count)
    verdict.figure("partition: of these not told just once", found["not once"], "", 0)
    verdict.figure("partition: raises of a paused node", found["paused"], "", 0)
    verdict.figure("partition: events not there just once", found["events wrong"], "", 0)
    verdict.figure("partition: what people said and does not hold", found["wrong"], "", 0)


START = """#!/bin/sh
echo "begin ${{SSH_CONNECTION##* }} $$ $(date +%s.%N)" >>{log}
sleep 1
{program} </dev/null >/dev/null 2>&1
echo "end ${{SSH_CONNECTION##* }} $$ $(date +%s.%N)" >>{log}
"""


class Starts:
    """What the start script left: who began and ended when."""

    def __init__(self, log):
        self.log = log

    def spans(self):
        spans = {}
        if os.path.exists(self.log):
            with open(self.log, encoding="utf-8") as file:
                for what, port, pid, at in map(str.split, file):
                    spans.setdefault(pid, [port, None, float("inf")])[1 if what == "begin" else 2] = float(at)
        return sorted(spans.values(), key=lambda span: span[1])

    def overlapping(self):
        last, count = 0, 0
        for _, begin, end in self.spans():
            count += begin < last
            last = max(last, end)
        return count


class Stand:
    """What a stand-in of stage.py needs of its stage."""

    def __init__(self, home):
        self.home = home


def killed(service, starts, dice):
    """Kills the service; how often it was started for that, once all is calm."""
    time.sleep(dice.uniform(0, 4))
    before, pid = len(starts.spans()), service.pid()
    kill(pid)
    until(lambda: service.pid() not in (None, pid), f"{service.name} to be back", 90)
    # A second start would come with the next looks of both.
    time.sleep(6)
    return len(starts.spans()) - before


def recovery(programs, kills, dice):
    with machines(programs, COORDINATORS, ()) as (hub, all_of_them, ways):
        laptop = all_of_them["laptop"]
        with sshds(laptop.here) as servers:
            ports = {name: str(servers.sshd()) for name in COORDINATORS}
            service = Service(Stand(laptop.home), "web", fork=True)
            starts = Starts(f"{laptop.home}/log")
            service.start = [f"{laptop.home}/start"]
            with open(service.start[0], "w", encoding="utf-8") as file:
                file.write(START.format(log=starts.log, program=service.path))
            os.chmod(service.start[0], 0o755)
            service.more = 'node = "far"\n'
            for name in COORDINATORS:
                servers.alias(f"by-{name}", ports[name])
                all_of_them[name].more += f'[[node]]\nname = "far"\nssh = "by-{name}"\ncoordinator = "phone"\n{service.toml()}'
            all_of_them["phone"].here.environment["PATH"] = laptop.here.environment["PATH"]
            try:
                for name in COORDINATORS:
                    all_of_them[name].watch()
                until(service.pid, "the service to be started", 90)
                until(lambda: all(m.shows("far") == ("ok", []) for m in all_of_them.values()), "both to see it", 60)
                begun = len(starts.spans())
                times = [killed(service, starts, dice) for _ in range(kills)]
                shared = starts.spans()[begun:]
                by = collections.Counter(port for port, *_ in shared)
                overlapping = starts.overlapping()
                # The one who is named acts without the hub, and the other by it.
                ways["phone"].cut(silent=False)
                until(lambda: "hub" in all_of_them["phone"].shows("phone")[1], "the named one to miss the hub", 60)
                apart = [killed(service, starts, dice) for _ in range(max(2, kills // 5))]
                ways["phone"].mend()
                until(lambda: "hub" not in all_of_them["phone"].shows("phone")[1], "the named one to be back", 60)
                hub.kill()
                until(lambda: all("hub" in m.shows(n)[1] for n, m in all_of_them.items()), "both to miss the hub", 60)
                begun = len(starts.spans())
                alone = [killed(service, starts, dice) for _ in range(max(2, kills // 5))]
                others = sum(port != ports["phone"] for port, *_ in starts.spans()[begun:])
            finally:
                for machine in all_of_them.values():
                    if machine.watcher:
                        machine.watcher.terminate()
                        machine.watcher.wait(timeout=20)
                pid = service.pid()
                if pid:
                    kill(pid)
    print(f"recovery: {kills} kills with the hub, started {by[ports['laptop']]} times by one and {by[ports['phone']]} by the other")
    verdict.figure("recovery: starts at the same time", overlapping, "", 0)
    verdict.figure("recovery: kills with other than one start", sum(one != 1 for one in times), "", 0)
    verdict.told("recovery: starts a kill, the one named cut, most", float(max(apart)), "")
    verdict.figure("recovery: without the hub, other than one start", sum(one != 1 for one in alone), "", 0)
    verdict.figure("recovery: without the hub, by the one not named", others, "", 0)


arguments = argparse.ArgumentParser()
arguments.add_argument("programs")
arguments.add_argument("--minutes", type=float, default=10)
arguments.add_argument("--changes", type=int, default=36)
arguments.add_argument("--kills", type=int, default=20)
arguments.add_argument("--worlds", type=int, default=3)
arguments.add_argument("--seed", type=int, default=random.randrange(10_000))
arguments.add_argument("--only", choices=("agreement", "partition", "recovery"))
given = arguments.parse_args()
folder = os.path.abspath(given.programs)
if given.only in (None, "agreement"):
    agreement(folder, given.changes, random.Random(given.seed))
if given.only in (None, "partition"):
    partition(folder, given.minutes, given.worlds, given.seed)
if given.only in (None, "recovery"):
    recovery(folder, given.kills, random.Random(given.seed))
sys.exit(verdict.failed)

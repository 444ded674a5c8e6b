"""Tasks for `mamori predict eval` whose answers are known: disks, memory and
services as they are on real nodes, each with its truth.

    forecast_tasks.py FOLDER [--name own] [--disks N] [--memory N] [--services N]
                      [--streams N] [--quarters N] [--seed S] [--futures K]

It writes NAME.tasks.jsonl.gz, NAME.truth.jsonl, NAME.service.jsonl.gz,
NAME.service_truth.jsonl and NAME.stream.json.gz. A series is simulated in steps
of 10 minutes (disk) or one minute (memory), moved so that it stands below a
threshold now, rounded to 1, 0.1 or 0.01 points, and looked at as a watcher would:
with holes, at night asleep, or for a few hours only. The truth says whether the
simulated future reaches the threshold, when, and (`oracle_p`) in which share of
K further futures from the same state it does. About half of the tasks cross.

With --quarters there is NAME-quarters.tasks.jsonl.gz, too: four moments of each
of N streams, where a crossing is as rare as it is for a watcher.
"""

import argparse
import copy
import gzip
import json
import math
import os
import random

DAY = 86400


class Series:
    """A value that moves by `step`; its level is relative, `clock` in days."""

    def __init__(self, draw, dt):
        self.draw, self.dt, self.day = draw, dt / DAY, draw.random() * 7
        self.value, self.noise = 0.0, 0.0
        self.begin()

    def begin(self):
        pass

    def next(self):
        self.day += self.dt
        self.step()
        return self.value + (self.draw.gauss(0, self.noise) if self.noise else 0.0)

    def between(self, low, high):
        """Log-uniform."""
        return math.exp(self.draw.uniform(math.log(low), math.log(high)))

    def chance(self, a_day):
        return self.draw.random() < a_day * self.dt

    def hour(self):
        return self.day % 1 * 24


class Linear(Series):
    def begin(self):
        self.rate = self.between(0.05, 3) * (1 if self.draw.random() < 0.9 else -1)
        self.noise, self.jitter = self.between(0.01, 0.3), self.between(0.02, 1.0)

    def step(self):
        self.value += self.rate * self.dt + self.draw.gauss(0, self.jitter * self.rate * self.dt**0.5 * 0.3)


class Workday(Series):
    def begin(self):
        self.rate, self.noise = self.between(0.2, 4), self.between(0.005, 0.1)
        self.start, self.hours = self.draw.uniform(7, 10), self.draw.uniform(7, 11)

    def step(self):
        busy = int(self.day) % 7 < 5 and self.start <= self.hour() < self.start + self.hours
        rate = self.rate * 24 / self.hours if busy else self.rate * 0.05
        self.value += max(0, self.draw.gauss(1, 0.6)) * rate * self.dt


class Saw(Series):
    def begin(self):
        self.rate, self.period = self.between(0.2, 6), self.draw.choice([1, 1, 2, 3, 4, 5, 7, 7, 10, 14])
        self.noise, self.left = self.between(0.01, 0.2), self.draw.random() * self.period
        self.creep, self.missed = self.draw.choice([0, 0, 0, 0.02, 0.05]), self.draw.choice([0, 0, 0, 0.1, 0.2])
        self.floor = 0.0
        self.value = self.rate * (self.period - self.left)

    def step(self):
        self.value += self.rate * self.dt * max(0, self.draw.gauss(1, 0.4))
        self.floor += self.rate * self.creep * self.dt
        self.left -= self.dt
        if self.left <= 0:
            self.left += self.period * self.draw.choice([1, 1, self.draw.uniform(0.95, 1.05)])
            if self.draw.random() >= self.missed:
                self.value = self.floor + self.draw.uniform(0, 0.05) * self.rate * self.period


class Steps(Series):
    def begin(self):
        self.ups, self.downs = self.between(0.05, 1.2), self.between(0.03, 0.6)
        self.size, self.rate, self.noise = self.between(0.3, 6), self.draw.uniform(0, 0.1), self.between(0.002, 0.05)

    def step(self):
        self.value += self.rate * self.dt
        if self.chance(self.ups):
            self.value += self.draw.expovariate(1 / self.size)
        if self.chance(self.downs):
            self.value -= self.draw.expovariate(1 / self.size)


class Change(Series):
    """A runaway log, perhaps mended later; it began in the last days."""

    def begin(self):
        self.rate, self.noise = self.between(0.02, 0.5), self.between(0.01, 0.2)
        self.fast, self.at = self.between(0.7, 40), None
        self.mended = self.between(0.03, 1) if self.draw.random() < 0.8 else 0.0
        self.running = False

    def late(self, span, now):
        self.at = self.day + now - self.between(0.05, min(8, now)) if self.draw.random() < 0.85 else math.inf

    def step(self):
        if self.at is not None and not self.running and self.day >= self.at:
            self.running, self.at = True, math.inf
        if self.running and self.chance(self.mended):
            self.running = False
        self.value += (self.fast if self.running else self.rate) * self.dt


class Accel(Series):
    def begin(self):
        self.rate, self.double, self.noise = self.between(0.01, 0.5), self.draw.uniform(3, 15), self.between(0.01, 0.15)

    def step(self):
        self.rate *= 2 ** (self.dt / self.double)
        self.value += min(self.rate, 30) * self.dt


class Cleanup(Series):
    """Grows, is cleaned up in the last days, then grows on or stays."""

    def begin(self):
        self.rate, self.noise = self.between(0.1, 3), self.between(0.01, 0.15)
        self.at, self.deep = None, self.between(3, 40)
        self.after = self.rate * self.draw.choice([1, 1, 0.8, 0.3, 0.05, 0])
        self.fade = self.draw.choice([0, 0, 0.2, 0.5])

    def late(self, span, now):
        self.at = self.day + now - self.between(0.3, min(15, now))

    def step(self):
        if self.at is not None and self.day >= self.at:
            self.value, self.rate, self.at = self.value - self.deep, self.after, math.inf
        if self.at == math.inf:
            self.rate *= 1 - self.fade * self.dt
        self.value += self.rate * self.dt * max(0, self.draw.gauss(1, 0.3))


class Slow(Series):
    def begin(self):
        self.rate, self.noise = self.draw.uniform(-0.02, 0.08), self.between(0.01, 0.2)

    def step(self):
        self.value += self.rate * self.dt


class MeanReverting(Series):
    def begin(self):
        self.pull, self.jolt = self.between(0.15, 3), self.between(0.1, 2.5)
        self.noise, self.drift, self.middle = self.between(0.005, 0.1), self.draw.choice([0, 0, 0.03]), 0.0

    def step(self):
        self.middle += self.drift * self.dt
        self.value += (self.middle - self.value) * self.pull * self.dt + self.draw.gauss(0, self.jolt * self.dt**0.5)


class Saturating(Series):
    def begin(self):
        self.top, self.pull, self.noise = self.between(2, 40), self.between(0.05, 0.8), self.between(0.01, 0.15)

    def step(self):
        self.value += (self.top - self.value) * self.pull * self.dt


class Burst(Series):
    """Temporary files at night or at the week's end, on top of a slow growth."""

    def begin(self):
        self.rate, self.noise = self.draw.uniform(0, 0.4), self.between(0.01, 0.1)
        self.size, self.weekly = self.between(0.8, 12), self.draw.random() < 0.35
        self.start, self.hours = self.draw.uniform(0, 24), self.between(0.3, 5)
        self.sure, self.high, self.base, self.until, self.done = self.draw.choice([1, 1, 0.8]), 0.0, 0.0, -1.0, -1

    def step(self):
        self.base += self.rate * self.dt
        today = int(self.day)
        if self.hour() >= self.start and self.done != today:
            self.done = today
            if (not self.weekly or today % 7 == 6) and self.draw.random() < self.sure:
                self.until = self.day + self.hours / 24
                self.high = self.size * self.draw.uniform(0.7, 1.15)
        self.value = self.base + (self.high if self.day < self.until else 0.0)


class Phone(Series):
    def begin(self):
        self.each, self.often = self.between(0.02, 0.4), self.between(1, 6)
        self.trip, self.tidy, self.noise = self.draw.uniform(0, 0.12), self.draw.uniform(0, 0.12), self.between(0.005, 0.05)
        self.away = 0.0

    def step(self):
        if self.chance(self.trip):
            self.away = self.draw.uniform(0.5, 3)
        self.away -= self.dt
        awake = 8 <= self.hour() < 23
        if awake and self.chance(self.often * (6 if self.away > 0 else 1)):
            self.value += self.draw.expovariate(1 / self.each)
        if self.chance(self.tidy):
            self.value -= self.between(0.5, 10)


# Memory: rates are percent an hour, so `dt` is in hours there.
class Memory(Series):
    def __init__(self, draw, dt):
        self.h = dt / 3600
        super().__init__(draw, dt)

    def chance_h(self, an_hour):
        return self.draw.random() < an_hour * self.h


class Leak(Memory):
    def begin(self):
        self.rate, self.noise = self.between(0.2, 6), self.between(0.05, 1.2)

    def step(self):
        self.value += self.rate * self.h


class Gc(Memory):
    """A collector's sawtooth, on a leak or not."""

    leak = 0.0

    def begin(self):
        self.rate, self.swing = self.between(8, 150), self.between(3, 14)
        self.noise, self.base, self.up = self.between(0.05, 0.5), 0.0, self.draw.random() * self.swing
        self.top = self.swing

    def step(self):
        self.base += self.leak * self.h
        self.up += self.rate * self.h * self.draw.uniform(0.6, 1.4)
        if self.up >= self.top:
            self.up, self.top = self.draw.uniform(0, 0.15) * self.swing, self.swing * self.draw.uniform(0.85, 1.15)
        self.value = self.base + self.up


class LeakGc(Gc):
    def begin(self):
        super().begin()
        self.leak = self.between(0.2, 5)


class AccelMemory(Memory):
    def begin(self):
        self.rate, self.double, self.noise = self.between(0.02, 1.5), self.between(1.5, 8), self.between(0.05, 0.6)

    def step(self):
        self.rate *= 2 ** (self.h / self.double)
        self.value += min(self.rate, 60) * self.h


class Cron(Memory):
    def begin(self):
        self.period = self.draw.choice([0.25, 0.5, 1, 1, 2, 4, 6, 12])
        self.size, self.length = self.between(1.5, 12), self.between(0.03, 0.4) * min(self.period, 2)
        self.noise, self.left, self.on, self.high = self.between(0.05, 0.6), self.draw.random() * self.period, 0.0, 0.0

    def step(self):
        self.left -= self.h
        self.on -= self.h
        if self.left <= 0:
            self.left += self.period
            self.on, self.high = self.length * self.draw.uniform(0.7, 1.3), self.size * self.draw.uniform(0.75, 1.2)
        self.value = self.high if self.on > 0 else 0.0


class Diurnal(Memory):
    def begin(self):
        self.size, self.noise, self.slow = self.between(2, 18), self.between(0.1, 1.2), 0.0
        self.phase = self.draw.random()

    def step(self):
        self.slow += -self.slow * 0.3 * self.h + self.draw.gauss(0, 0.08 * self.size * self.h**0.5)
        self.value = self.size * math.sin(2 * math.pi * (self.day - self.phase)) + self.slow


class Apps(Memory):
    def begin(self):
        self.often, self.size, self.stay = self.between(0.3, 3), self.between(1, 8), self.between(0.2, 3)
        self.noise, self.open, self.step_no = self.between(0.05, 0.5), [], 0

    def step(self):
        self.step_no += 1
        rate = self.often * (1.4 if 8 <= self.hour() < 23 else 0.3)
        if self.chance_h(rate):
            self.open.append((self.step_no + self.draw.expovariate(1 / self.stay) / self.h, self.draw.expovariate(1 / self.size)))
        self.open = [app for app in self.open if app[0] > self.step_no]
        self.value = sum(size for _, size in self.open)


class Restart(Memory):
    def begin(self):
        self.rate, self.noise = self.between(0.5, 12), self.between(0.05, 0.5)
        self.period = self.between(1, 14)
        self.left, self.regular, self.turn = self.draw.random() * self.period, self.draw.random() < 0.7, self.between(0.05, 0.4)
        self.slow = 1.0
        self.value = self.rate * (self.period - self.left)

    def step(self):
        if self.chance_h(0.02):
            self.slow = self.draw.choice([1, 1, 0.2, 0.4])
        self.value += self.rate * self.slow * self.h
        self.left -= self.h
        if self.left <= 0:
            self.left = self.period * (self.draw.uniform(0.95, 1.05) if self.regular else self.draw.uniform(0.5, 1.8))
            self.value = 0.0


class Cache(Memory):
    def begin(self):
        self.top, self.pull, self.noise = self.between(3, 30), self.between(0.03, 0.8), self.between(0.05, 0.9)
        self.drops = self.draw.choice([0, 0, 0.03])

    def step(self):
        self.value += (self.top - self.value) * self.pull * self.h
        if self.chance_h(self.drops):
            self.value *= self.draw.uniform(0.2, 0.7)


class SuddenLeak(Memory):
    def begin(self):
        self.noise, self.fast, self.at = self.between(0.05, 0.8), self.between(0.7, 60), None
        self.running, self.mended = False, self.draw.choice([0, 0, 0.1])

    def late(self, span, now):
        ago = self.between(0.03, 5) / 24
        self.at = self.day + now - ago if self.draw.random() < 0.9 else math.inf

    def step(self):
        if self.at is not None and not self.running and self.day >= self.at:
            self.running, self.at = True, math.inf
        if self.running and self.chance_h(self.mended):
            self.running = False
        self.value += self.fast * self.h if self.running else 0.0


class Flat(Memory):
    def begin(self):
        self.pull, self.jolt, self.noise = self.between(0.1, 3), self.between(0.1, 1.8), self.between(0.02, 0.6)

    def step(self):
        self.value += -self.value * self.pull * self.h + self.draw.gauss(0, self.jolt * self.h**0.5)


class Jobs(Memory):
    def begin(self):
        self.often, self.size, self.length = self.between(0.1, 1.2), self.between(2, 25), self.between(0.1, 1.5)
        self.noise, self.until, self.top = self.between(0.05, 0.7), 0.0, 0.0

    def step(self):
        self.until -= self.h
        if self.until <= 0 and self.chance_h(self.often):
            self.until = self.length * self.draw.uniform(0.5, 1.6)
            self.top = self.size * self.draw.uniform(0.5, 1.3)
        goal = self.top if self.until > 0 else 0.0
        self.value += (goal - self.value) * min(1.0, (4 if goal else 12) * self.h)


DISKS = [
    (Linear, "d_linear"), (Workday, "d_workday"), (Saw, "d_saw"), (Steps, "d_steps"), (Change, "d_change"),
    (Accel, "d_accel"), (Cleanup, "d_cleanup"), (Slow, "d_slow"), (MeanReverting, "d_meanrev"),
    (Saturating, "d_satur"), (Burst, "d_burst"), (Phone, "d_phone"),
]  # fmt: skip
MEMORY = [
    (Leak, "m_leak"), (LeakGc, "m_leakgc"), (Gc, "m_gc"), (AccelMemory, "m_accel"), (Cron, "m_burst"),
    (Diurnal, "m_diurnal"), (Apps, "m_apps"), (Restart, "m_restart"), (Cache, "m_cache"),
    (SuddenLeak, "m_change"), (Flat, "m_flat"), (Jobs, "m_jobs"),
]  # fmt: skip


def watched(draw, kind, values, dt, now):
    """Which steps before now a watcher has seen, and how they were disturbed."""
    past, tags = len(values) - 1, []
    if kind == "memory":
        fine = 7200 // dt
        return [i for i in range(past + 1) if past - i <= fine or (past - i) % 5 == 0], tags
    day = DAY // dt
    seen = [i for i in range(past + 1) if past - i <= day or (past - i) % 6 == 0]
    if draw.random() < 0.12:
        kept = int(day * draw.uniform(0.4, 6))
        seen = [i for i in seen if past - i <= kept]
        tags.append("short")
    elif draw.random() < 0.2:
        start, long = draw.uniform(20, 26), draw.uniform(5, 9)
        asleep = lambda i: ((now - (past - i) * dt) / 3600 - start) % 24 < long
        seen = [i for i in seen if not asleep(i) or i == past]
        tags.append("night")
    while draw.random() < 0.2 and len(tags) < 3:
        long, end = int(day * draw.uniform(0.5, 5)), draw.randrange(day // 2, past)
        seen = [i for i in seen if not past - end - long <= past - i - day // 4 < past - end] or seen
        tags.append("hole")
    return seen, tags


def rise(values, start, steps):
    after = values[start + 1 : start + 1 + steps]
    return max(after) - values[start] if after else 0.0


def task(draw, kind, scenario, futures):
    """A task and its truth, or None where this series makes none."""
    make, name = scenario
    dt, span = (600, 30 * DAY) if kind == "disk" else (60, DAY)
    horizon = 7 * DAY if kind == "disk" else draw.choice([3600, 21600])
    series = make(draw, dt)
    if hasattr(series, "late"):
        series.late(span / DAY, span / DAY)
    past = [series.next() for _ in range(span // dt + 1)]
    steps = horizon // dt
    ahead = []
    for _ in range(1 + futures):
        future = copy.copy(series)
        if hasattr(future, "open"):
            future.open = list(future.open)
        ahead.append([future.next() for _ in range(steps)])
    current = past[-1]
    # How far it has to rise: about as far as it may, more or less.
    usual = [max(path) - current for path in ahead[1:]] or [rise(past, len(past) - 1 - steps, steps)]
    usual.append(rise(past, draw.randrange(max(1, len(past) - 4 * steps), len(past) - steps), steps))
    likely = max(draw.choice(usual), 0.05)
    margin = likely * math.exp(draw.gauss(0, 0.45)) if draw.random() < 0.8 else math.exp(draw.uniform(math.log(0.1), math.log(15)))
    threshold = draw.choices([90.0, 85.0, 95.0], [0.8, 0.1, 0.1])[0]
    if not 0.01 <= margin < threshold - 2:
        return None
    move = threshold - margin - current
    digits = draw.choices([0, 1, 2], [0.25, 0.4, 0.35])[0]
    clip = lambda value: min(100.0, max(0.0, value + move))
    now = draw.randrange(1_600_000_000, 1_790_000_000)
    seen, tags = watched(draw, kind, past, dt, now)
    points = [[now - (len(past) - 1 - i) * dt, round(clip(past[i]), digits)] for i in seen]
    if len(points) < 12 or points[-1][1] >= threshold:
        return None
    first = lambda path: next(((i + 1) * dt for i, value in enumerate(path) if clip(value) >= threshold), None)
    eta = first(ahead[0])
    share = sum(first(path) is not None for path in ahead[1:]) / futures if futures else None
    asked = {"kind": kind, "threshold": threshold, "horizon_s": horizon, "now": now, "points": points}
    truth = {"kind": kind, "horizon_s": horizon, "now": now, "cross": eta is not None, "eta": eta, "scenario": name}
    return asked, {**truth, "source": "synthetic", "q": 10.0**-digits, "tags": tags, "oracle_p": share}


def tasks(draw, kind, count, futures):
    """`count` tasks; a crossing or its absence is drawn again when it is rare."""
    made, crossed = [], 0
    scenarios = DISKS if kind == "disk" else MEMORY
    while len(made) < count:
        one = task(draw, kind, scenarios[len(made) % len(scenarios)], futures)
        if one is None:
            continue
        balance = crossed - len(made) / 2
        if (balance > 3 and one[1]["cross"] and draw.random() < 0.5) or (balance < -3 and not one[1]["cross"] and draw.random() < 0.5):
            continue
        crossed += one[1]["cross"]
        made.append(one)
    return made


def stream(draw, number):
    """Ninety days of a disk in steps of 10 minutes, at its natural rate."""
    make, name = draw.choice(DISKS)
    series = make(draw, 600)
    if hasattr(series, "late"):
        series.late(90, draw.uniform(35, 85))
    values = [series.next() for _ in range(90 * 144)]
    after = max(values[30 * 144 :])
    top = draw.uniform(91, 99) if draw.random() < 0.4 else draw.uniform(50, 89)
    digits = draw.choices([0, 1, 2], [0.25, 0.4, 0.35])[0]
    values = [round(min(100.0, max(0.0, value - after + top)), digits) for value in values]
    return {"node": f"{name}-{number}", "scenario": name, "dt": 600, "t0": 1_700_000_000, "v": values}


def moments(draw, number, count=4):
    """Tasks of some moments of a stream, each with its truth."""
    node, day, made = stream(draw, number), 144, []
    values, first = node["v"], 30 * day
    below = [place for place in range(first, len(values) - 7 * day) if values[place] < 90]
    for place in draw.sample(below, min(count, len(below))):
        now = node["t0"] + place * 600
        past, ahead = values[place - first : place + 1], values[place + 1 : place + 1 + 7 * day]
        seen, tags = watched(draw, "disk", past, 600, now)
        points = [[now - (first - i) * 600, past[i]] for i in seen]
        if len(points) < 12:
            continue
        eta = next(((i + 1) * 600 for i, value in enumerate(ahead) if value >= 90), None)
        known = {"kind": "disk", "horizon_s": 7 * DAY, "now": now}
        truth = {**known, "cross": eta is not None, "eta": eta, "scenario": node["scenario"], "source": "synthetic"}
        made.append(({**known, "threshold": 90.0, "points": points}, {**truth, "tags": tags, "node": f"quarter-{number}"}))
    return made


def service(draw):
    """A service's restarts for some months, and of the day after."""
    kind = draw.choice(["rare", "steady", "bursts", "loop", "aging", "daily"])
    now = draw.randrange(1_600_000_000, 1_790_000_000)
    span = math.exp(draw.uniform(math.log(3 * DAY), math.log(180 * DAY)))
    rate = math.exp(draw.uniform(math.log(0.02), math.log(1.5))) / DAY
    times, time = [], now - span
    bad_until = 0.0
    while time < now + DAY:
        if kind == "steady" or kind == "rare":
            gap = draw.expovariate(rate if kind == "steady" else rate / 5)
        elif kind == "aging":
            gap = draw.weibullvariate(1 / rate, 3)
        elif kind == "daily":
            gap = DAY * draw.choice([1, 1, 1, 2]) + draw.gauss(0, 1200)
        elif time < bad_until:
            gap = draw.expovariate((12 if kind == "loop" else 3) / DAY)
        else:
            gap = draw.expovariate(rate / 3)
            bad_until = time + gap + draw.expovariate(1 / (2 * DAY))
        time += max(gap, 30)
        times.append(time)
    past = [int(when) for when in times if when <= now]
    after = sum(now < when <= now + DAY for when in times)
    if not past:
        return None
    asked = {"kind": "service", "now": now, "observed_from": int(now - span), "horizon_s": DAY}
    events = [[when, "exit"] for when in past]
    return {**asked, "events": events}, {"n": after, "y1": after >= 1, "y3": after >= 3, "source": "syn", "scenario": kind}


def write(folder, name, made, suffix, prefix):
    with gzip.open(f"{folder}/{name}.{suffix}.jsonl.gz", "wt") as asked, open(
        f"{folder}/{name}.{'truth' if suffix == 'tasks' else suffix + '_truth'}.jsonl", "w"
    ) as truth:
        for number, (one, right) in enumerate(made):
            label = f"{prefix}{number:05}"
            asked.write(json.dumps({"id": label, **one}, separators=(",", ":")) + "\n")
            truth.write(json.dumps({"id": label, "node": f"{name}-{label}", **right}) + "\n")


def make(folder, name, disks, memory, services, streams, seed, futures=6, quarters=0):
    draw = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    made = tasks(draw, "disk", disks, futures) + tasks(draw, "memory", memory, futures)
    draw.shuffle(made)
    write(folder, name, made, "tasks", "t")
    asked = []
    while len(asked) < services:
        one = service(draw)
        if one:
            asked.append(one)
    write(folder, name, asked, "service", "s")
    with gzip.open(f"{folder}/{name}.stream.json.gz", "wt") as file:
        json.dump([stream(draw, number) for number in range(streams)], file)
    if quarters:
        made = [one for number in range(quarters) for one in moments(draw, number)]
        write(folder, f"{name}-quarters", made, "tasks", "q")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("folder")
    words.add_argument("--name", default="own")
    for what, count in [("disks", 240), ("memory", 240), ("services", 240), ("streams", 12), ("quarters", 0), ("seed", 1), ("futures", 6)]:
        words.add_argument(f"--{what}", type=int, default=count)
    asked = words.parse_args()
    make(asked.folder, asked.name, asked.disks, asked.memory, asked.services, asked.streams, asked.seed, asked.futures, asked.quarters)


if __name__ == "__main__":
    main()

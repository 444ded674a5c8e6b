"""From the hook of a split to the arranged window, beside a shell that asks the
same server twice, in alternating turns; and what one split sets off.

A control client of our own tells of both moments. It hears of a split only when
the server has started what the hooks run, so what that takes at most, found by
splits of a window that is left alone, is added to each.

    layout_hook.py PROGRAMS_FOLDER
"""

import contextlib
import os
import select
import shutil
import signal
import statistics
import subprocess
import sys
import time

import verdict
from private import ROOT, private, until

ROUNDS = 25
COUNTED = 10
# Beyond the tenth of a second in which events are gathered.
QUIET = 0.25
COUNT = 'set-option -gF @count "#{e|+:#{@count},1}"'
TWICE = "tmux display -p x; tmux display -p x"


class Control:
    """A control client: gives commands to the server, and hears of layouts."""

    def __init__(self, here):
        self.process = subprocess.Popen(
            [*here.tmux_command, "-C", "attach-session", "-f", "no-output,ignore-size"],
            env=here.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        here.started.append(self.process)
        self.rest = b""

    def tell(self, command):
        os.write(self.process.stdin.fileno(), command.encode() + b"\n")

    def lines(self, seconds):
        """What the server says, until it is silent for so long: when, and what."""
        out = self.process.stdout.fileno()
        while select.select([out], [], [], seconds)[0]:
            got = os.read(out, 65536)
            now = time.perf_counter_ns()
            assert got, "the control client ended"
            *lines, self.rest = (self.rest + got).split(b"\n")
            for line in lines:
                yield now, line.decode()

    def layouts(self, seconds):
        for when, line in self.lines(seconds):
            words = line.split()
            if words[:1] == ["%layout-change"]:
                yield when, words[2]

    def ask(self, text):
        """What a format is."""
        self.tell(f"display-message -p '<{text}>'")
        for _, line in self.lines(5):
            if line[:1] == "<":
                return line[1:-1]
        raise AssertionError(f"no answer to {text}")

    def panes(self):
        return int(self.ask("#{window_panes}"))

    def settle(self):
        """All is arranged, and nothing happens any more."""

        def arranged():
            list(self.layouts(QUIET))
            return self.panes() == 1 or self.ask("#{==:#{window_layout},#{@mamori-seen}}") == "1"

        until(arranged, "the window to be arranged", 10)


def window(here):
    """A server with one window."""
    here.tmux("new-session", "-d", "-x", "200", "-y", "50", "sleep 600")
    here.tmux("set-option", "-g", "status", "off")


@contextlib.contextmanager
def loaded(programs, path=None):
    """A server with the plugin, and a window of 200x50 with two panes."""
    with private(programs) as here:
        # Ours may be counted.
        here.tmux_command[0] = shutil.which("tmux")
        if path:
            here.environment["PATH"] = f"{path(here)}:{os.environ['PATH']}"
        window(here)
        plugin = {**here.environment, "TMUX": f"{here.home}/tmux,0,0"}
        subprocess.run([f"{ROOT}/mamori.tmux"], env=plugin, stdin=subprocess.DEVNULL, check=True)
        hooks = here.tmux("show-hooks", "-gw", "window-layout-changed")
        assert "mamori-layout" in hooks, f"no hook of ours: {hooks}"
        control = Control(here)
        control.tell("split-window 'sleep 600'")
        control.settle()
        size = control.ask("#{window_width}x#{window_height} #{window_panes}")
        assert size == "200x50 2", size
        yield here, control


def split(control, number):
    """Splits the window; says when that was told to the server (then from 0)."""
    told = time.perf_counter_ns()
    control.tell(f"split-window {'-h' if number % 2 else '-v'} 'sleep 600'")
    return told


def timed_split(control, number):
    """Milliseconds until a split was heard of, and from there until the window
    stood arranged; `None` for the latter where the split left it so."""
    told, heard, first = split(control, number), None, None
    for when, layout in control.layouts(1):
        if heard is None:
            heard, first = when, layout
        elif layout != first:
            control.settle()
            seen = control.ask("#{@mamori-seen}")
            assert seen == layout, f"arranged as {layout}, and then as {seen}"
            return (heard - told) / 1e6, (when - heard) / 1e6
    return (heard - told) / 1e6, None


def back(control, panes=2):
    """Kills panes until there are so many."""
    while control.panes() > panes:
        control.tell("kill-pane")
        control.settle()


def timed_peer(here):
    """Milliseconds of a shell that asks the server twice."""
    environment = {**here.environment, "TMUX": f"{here.home}/tmux,0,0"}
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    begun = time.perf_counter_ns()
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", TWICE], environment, file_actions=quiet)
    assert os.waitpid(pid, 0)[1] == 0, TWICE
    return (time.perf_counter_ns() - begun) / 1e6


def times(programs):
    """Of each split and of the peer: milliseconds."""
    heard, alone, arranged, peers = [], [], [], []
    with loaded(programs) as (here, control):
        for number in range(ROUNDS):
            for pane in range(3):
                for turn in (0, 1) if (number + pane) % 2 else (1, 0):
                    if turn:
                        peers.append(timed_peer(here))
                        continue
                    until_heard, until_arranged = timed_split(control, number + pane)
                    heard.append(until_heard)
                    if until_arranged is not None:
                        arranged.append(until_arranged)
                control.settle()
            # The same without a hook that starts anything.
            back(control, 2 + number % 3)
            control.tell("set-option -w @mamori-layout off")
            alone.append(timed_split(control, number)[0])
            control.tell("kill-pane")
            list(control.layouts(QUIET))
            control.tell("set-option -wu @mamori-layout")
            back(control)
    return heard, alone, arranged, peers


def counting(here):
    """A folder of programs that leave a line when they are started."""
    folder = f"{here.home}/counting"
    os.mkdir(folder)
    shutil.copy(f"{here.programs}/mamori", folder)
    for name, program in (
        ("mamori-layout", f"{here.programs}/mamori-layout"),
        ("tmux", here.tmux_command[0]),
    ):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\necho {name} >>'{here.home}/runs'\nexec '{program}' \"$@\"\n")
        os.chmod(f"{folder}/{name}", 0o755)
    return folder


def counts(programs):
    """Of each split: layout events of the hook, notifications, and processes
    within two seconds."""
    events, told, processes = [], [], []
    with loaded(programs, counting) as (here, control):
        here.tmux("set-hook", "-g", "window-layout-changed[0]", COUNT)
        for number in range(COUNTED):
            control.tell("set-option -g @count 0")
            control.settle()
            open(f"{here.home}/runs", "w", encoding="utf-8").close()
            split(control, number)
            end, seen = time.monotonic() + 2, 0
            while (left := end - time.monotonic()) > 0:
                seen += sum(1 for _ in control.layouts(min(left, 0.1)))
            with open(f"{here.home}/runs", encoding="utf-8") as file:
                runs = file.read().split()
            told.append(seen)
            # Each of ours is started by a shell of the server's.
            processes.append(len(runs) + runs.count("mamori-layout"))
            events.append(int(control.ask("#{@count}")))
            if control.panes() == 5:
                back(control)
    return events, told, processes


def naive(programs):
    """Layout events of a split within two seconds where a hook arranges the
    window with every one of them."""
    with private(programs) as here:
        window(here)
        here.tmux("set-hook", "-g", "window-layout-changed[0]", COUNT)
        here.tmux("set-hook", "-g", "window-layout-changed[1]", "run-shell -b 'tmux select-layout tiled'")
        here.tmux("split-window", "sleep 600")
        time.sleep(2)
        return int(here.tmux("display-message", "-p", "#{@count}"))


def main(programs):
    heard, alone, arranged, peers = times(programs)
    hidden = max(0.0, statistics.median(heard) - statistics.median(alone))
    ours = statistics.quantiles([one + hidden for one in arranged], n=100)
    theirs = statistics.quantiles(peers, n=100)
    print(f"{len(arranged)} of {len(heard)} splits had to be arranged; {hidden:.2f} ms of each was unheard")
    assert len(arranged) >= 60, "too few to speak of"
    verdict.told("layout: from hook to layout (p50)", ours[49], "ms", theirs[49], "2 x tmux")
    verdict.figure("layout: from hook to layout (p95)", ours[94], "ms", 2, theirs[94], "2 x tmux", absolute=False)
    events, told, processes = counts(programs)
    verdict.figure("layout: hook events per split (most)", max(events), "", 3, naive(programs), "naive hook")
    verdict.figure("layout: notifications per split (most)", max(told), "", 3)
    verdict.told("layout: processes per split (mean)", statistics.mean(processes), "")
    verdict.told("layout: processes per split (most)", max(processes), "")


# The server ends with us, whoever ends us.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

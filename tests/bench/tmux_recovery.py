"""A tmux socket deleted under a live server, until `tmux ls` works again; and a
server killed with three expected sessions, until all are listed again. What
the hands that a person would use need is measured beside: `kill -USR1` and
`tmux new-session`.

    tmux_recovery.py PROGRAMS_FOLDER [--times N]
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import time

import verdict
from private import private, until
from sshds import QUIET
from stage import identity
from supervised import p95

SESSIONS = ["monitor", "work", "logs"]
WINDOWS = """[[session]]
name = "monitor"
[[session.window]]
name = "main"
layout = "monitoring"
panes = [{ role = "logs", command = ["tail", "-F", "/dev/null"] }, { role = "shell" }]
[[session]]
name = "work"
[[session.window]]
name = "edit"
[[session.window]]
name = "run"
"""


class Server:
    """The default tmux server of a home of its own; with a watcher or without."""

    def __init__(self, here, watched):
        self.here = here
        self.socket = f"{here.home}/tmux-{os.geteuid()}/default"
        if watched:
            folder = f"{here.home}/.config/mamori"
            os.makedirs(folder, 0o700)
            with open(f"{folder}/config.toml", "w", encoding="utf-8") as file:
                names = ", ".join(f'"{name}"' for name in SESSIONS)
                file.write(f"{QUIET}[local]\nsessions = [{names}]\n{WINDOWS}")
            here.start(f"{here.programs}/mamori", "watch")
        else:
            self.create()
        until(self.listed, "the sessions")

    def tmux(self, *words):
        return self.here.run("tmux", "-f", "/dev/null", *words).rstrip("\n")

    def create(self):
        for name in SESSIONS:
            self.tmux("new-session", "-d", "-s", name)

    def listed(self):
        return set(SESSIONS) <= set(self.tmux("ls", "-F", "#{session_name}").split("\n"))

    def answers(self):
        words = ["tmux", "-f", "/dev/null", "ls"]
        done = subprocess.run(words, env=self.here.environment, capture_output=True, check=False)
        return done.returncode == 0

    def pid(self):
        return int(self.tmux("display-message", "-p", "#{pid}"))

    def end(self):
        self.tmux("kill-server")


def took(hurt, well):
    """Seconds from the harm until it is well again."""
    begun = time.monotonic()
    hurt()
    while not well():
        assert time.monotonic() < begun + 30, "it does not come back"
    return time.monotonic() - begun


def socket_deleted(server, mend=lambda pid: None):
    pid = server.pid()

    def hurt():
        os.remove(server.socket)
        mend(pid)

    span = took(hurt, server.answers)
    assert server.pid() == pid, "it is another server"
    return span


def server_killed(server, mend=lambda: None):
    pid = server.pid()

    def hurt():
        os.kill(pid, signal.SIGKILL)
        while identity(pid):
            time.sleep(0.001)
        mend()

    return took(hurt, server.listed)


def main(programs, times):
    dice = random.Random(875)
    sockets, killed, by_signal, by_hand = [], [], [], []
    with private(programs) as here, private(programs) as there:
        ours, plain = Server(here, True), Server(there, False)
        try:
            for _ in range(times):
                time.sleep(dice.uniform(0.7, 1.2))
                sockets.append(socket_deleted(ours))
                by_signal.append(socket_deleted(plain, lambda pid: os.kill(pid, signal.SIGUSR1)))
            for _ in range(times):
                time.sleep(dice.uniform(0.7, 1.2))
                killed.append(server_killed(ours))
                by_hand.append(server_killed(plain, plain.create))
        finally:
            for one in (ours, plain):
                one.end()
    verdict.figure("recovery: tmux socket deleted, p95", p95(sockets), "s", 0.5, p95(by_signal), "kill -USR1")
    verdict.told("recovery: tmux socket, median", statistics.median(sockets), "s")
    what = "recovery: tmux server with 3 sessions, p95"
    verdict.figure(what, p95(killed), "s", 1, p95(by_hand), "new-session")
    verdict.told("recovery: tmux server, median", statistics.median(killed), "s")


chosen = int(sys.argv[sys.argv.index("--times") + 1]) if "--times" in sys.argv else 30
main(os.path.abspath(sys.argv[1]), chosen)
sys.exit(verdict.failed)

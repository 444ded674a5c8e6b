"""What an unchanged status line costs per refresh: bytes to the attached
client's terminal, and processes. With the watcher's variables, whose time is
pushed before each refresh (the watcher does it once a minute), beside the
usual `#(mamori-status)`.

    bar.py PROGRAMS_FOLDER
"""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

import verdict
from private import private, until

REFRESHES = 20
# tmux asks a new terminal what it can do, and gives up after 5 s.
SETTLED = 6


class Client:
    """An attached client, whose terminal we are."""

    def __init__(self, here):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.process = subprocess.Popen(
            [*here.tmux_command, "attach-session"],
            env=here.environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        here.started.append(self.process)
        self.seen = b""

    def read(self, seconds):
        """The bytes that come within that time."""
        end, got = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                with contextlib.suppress(OSError):
                    got += os.read(self.master, 65536)
        self.seen += got
        return got

    def shows(self, words):
        self.read(0.1)
        return words.encode() in self.seen


def waited_for(here):
    """Page faults of the server's children that ended: grows with each."""
    pid = here.tmux("display-message", "-p", "#{pid}")
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[8])


def with_the_watcher(programs):
    """Bytes a refresh; whether the server started a process."""
    with private(programs) as here:
        here.start_tmux()
        watcher = here.start(f"{programs}/mamori", "watch")
        client = Client(here)
        until(lambda: client.shows("● 1/1"), "the segment in the terminal")
        # A watcher that still looks around may say something new.
        watcher.terminate()
        watcher.wait(timeout=10)
        push = ("set-environment", "-gh", "MAMORI_UNTIL")
        here.tmux(*push, str(int(time.time()) + 1000))
        client.read(SETTLED)
        before, count = waited_for(here), 0
        for n in range(REFRESHES):
            here.tmux(*push, str(int(time.time()) + 1000 + n))
            count += len(client.read(1))
        forked = waited_for(here) != before
        # The proof that refreshes happened and that we were listening.
        here.tmux("set-environment", "-gh", "MAMORI_STATUS", "changed")
        until(lambda: client.shows("changed"), "a change to be drawn at the next refresh")
        return count / REFRESHES, forked


def with_a_job(programs):
    """Bytes and processes a refresh of `#(mamori-status)`."""
    with private(programs) as here:
        here.start_tmux()
        here.run(f"{programs}/mamori", "health")
        runs = f"{here.home}/runs"
        here.tmux("set-option", "-g", "status-right", f"#(echo >>{runs}; exec mamori-status)")
        client = Client(here)
        until(lambda: client.shows("● 1/1"), "the segment in the terminal")
        client.read(SETTLED)
        before = os.path.getsize(runs)
        count = len(client.read(REFRESHES))
        return count / REFRESHES, (os.path.getsize(runs) - before) / REFRESHES


def main(programs):
    count, forked = with_the_watcher(programs)
    peers_count, peers_processes = with_a_job(programs)
    verdict.figure("bar: bytes per unchanged refresh", count, "B", 0, peers_count, "#()")
    verdict.figure("bar: processes per refresh", float(forked), "", 0, peers_processes, "#()")


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

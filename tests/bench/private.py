"""A home and a tmux server of the benchmark's own, with the plugin loaded."""

import contextlib
import os
import subprocess
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))


def until(condition, what, seconds=20):
    """Waits for a condition, not for a time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for: {what}"
        time.sleep(0.05)


class Private:
    """Nothing of the user's own is read or touched."""

    def __init__(self, programs):
        self.programs = programs
        self.home = tempfile.mkdtemp(prefix="mamori-bench-", dir="/tmp")
        self.environment = {
            "HOME": self.home,
            "MAMORI_HOME": self.home,
            "TMUX_TMPDIR": self.home,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        self.tmux_command = ["tmux", "-u", "-S", f"{self.home}/tmux", "-f", "/dev/null"]
        self.started = []

    def run(self, *arguments):
        done = subprocess.run(
            arguments, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        return done.stdout.decode()

    def tmux(self, *arguments):
        return self.run(*self.tmux_command, *arguments).rstrip("\n")

    def start(self, *arguments):
        process = subprocess.Popen(
            arguments,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def start_tmux(self):
        self.tmux("new-session", "-d", "-s", "bench", "-x", "100", "-y", "30", "cat")
        self.tmux("set-option", "-g", "status-interval", "1")
        self.tmux("set-option", "-g", "status-right", "#{mamori}")
        self.tmux("run-shell", f"'{ROOT}/mamori.tmux'")

    def at_work(self):
        """Whether anybody has this home."""
        mark = f"HOME={self.home}\0".encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if mark in file.read():
                    return True
        return False

    def end(self):
        # Our hook would have the end of its sessions told in a home that is gone.
        self.tmux("set-hook", "-gu", "session-closed", ";", "kill-server")
        for process in self.started:
            process.terminate()
            process.wait(timeout=10)
        # What a hook started before writes here, and is soon done.
        end = time.monotonic() + 2
        while time.monotonic() < end and self.at_work():
            time.sleep(0.01)
        self.run("rm", "-rf", "--one-file-system", self.home)


@contextlib.contextmanager
def private(programs):
    here = Private(programs)
    try:
        yield here
    finally:
        here.end()

"""An sshd of the benchmark's own, looked after by Mamori, runit, supervisord
or monit. Mamori's is daemonised, so no child of its; the others keep theirs as
they are meant to. Every start leaves a line in a file.
"""

import contextlib
import os
import shutil
import signal
import socket
import time

import verdict
from private import until

PEERS = {"mamori": "mamori", "runit": "runsv", "supervisord": "supervisord", "monit": "monit"}
SERVER = """Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host_key
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
"""
START = """#!/bin/sh
echo >>{folder}/starts
exec {sshd} "$@"
"""
MAMORI = """[network]
check = ["127.0.0.1:9"]
[limits]
disk_used_max = 100
inodes_used_max = 100
memory_available_min = 1
[[service]]
name = "sshd"
start = ["{folder}/start", "-f", "{folder}/config"]
check = {{ ssh_banner = "127.0.0.1:{port}" }}
pid_file = "{folder}/sshd.pid"
validate = ["{sshd}", "-t", "-f", "{folder}/config"]
"""
RUNIT = """#!/bin/sh
exec {folder}/start -D -e -f {folder}/config 2>/dev/null
"""
SUPERVISORD = """[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/supervisord.pid
[program:sshd]
command={folder}/start -D -e -f {folder}/config
autorestart=true
"""
MONIT = """set daemon 1
set logfile {folder}/monit.log
set pidfile {folder}/monit.pid
set idfile {folder}/monit.id
set statefile {folder}/monit.state
check process sshd with pidfile {folder}/sshd.pid
  start program = "{folder}/start -f {folder}/config"
  stop program = "/bin/true"
  if failed host 127.0.0.1 port {port} protocol ssh then restart
"""


def p95(times):
    return sorted(times)[max(0, round(0.95 * len(times)) - 1)]


def free_port():
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def banner(port):
    """Whether an ssh server greets there now."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as peer:
        peer.settimeout(1)
        return peer.recv(4) == b"SSH-"
    return False


def sshd():
    """sshd wants to be called by its whole path."""
    if os.geteuid() == 0:
        # It refuses to start for root without its empty folder.
        os.makedirs("/run/sshd", exist_ok=True)
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


class Kept:
    """An sshd with a supervisor, in a folder of its own."""

    def __init__(self, here, name):
        self.here, self.name = here, name
        self.folder = f"{here.home}/{name}"
        os.mkdir(self.folder, 0o700)
        self.port, self.sshd = free_port(), sshd()
        self.write("config", SERVER)
        self.write("start", START, 0o700)

    def write(self, name, text, mode=0o600):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.format(port=self.port, folder=self.folder, home=self.here.home, sshd=self.sshd))
        os.chmod(path, mode)
        return path

    def supervise(self):
        """Starts its supervisor, which starts it."""
        if self.name == "mamori":
            home = f"{self.here.home}/.config/mamori"
            os.makedirs(home, 0o700)
            shutil.copy(self.write("config.toml", MAMORI), f"{home}/config.toml")
            self.here.start(f"{self.here.programs}/mamori", "watch")
        elif self.name == "runit":
            self.write("run", RUNIT, 0o700)
            self.here.start("runsv", self.folder)
        elif self.name == "supervisord":
            self.here.start("supervisord", "-c", self.write("supervisord.conf", SUPERVISORD))
        elif self.name == "monit":
            self.here.start("monit", "-I", "-c", self.write("monitrc", MONIT))
        until(lambda: banner(self.port), f"{self.name}: an sshd", 60)

    def starts(self):
        """How often it was started."""
        return os.path.getsize(f"{self.folder}/starts")

    def pid(self):
        with open(f"{self.folder}/sshd.pid", encoding="utf-8") as file:
            return int(file.read())

    def kill(self):
        """Kills the listener; seconds until another one greets."""
        begun = time.monotonic()
        os.kill(self.pid(), signal.SIGKILL)
        # The old one may greet once more while it dies.
        while not banner(self.port):
            assert time.monotonic() < begun + 60, f"{self.name}: it does not come back"
            time.sleep(0.001)
        return time.monotonic() - begun

    def end(self):
        """The daemonised one is nobody's child."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(self.pid(), signal.SIGKILL)


@contextlib.contextmanager
def supervised(here, names, what):
    """An sshd under each of these supervisors that is installed."""
    here.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{here.home}/host_key")
    kept = []
    try:
        for name in names:
            if name == "mamori" or shutil.which(PEERS[name]):
                kept.append(Kept(here, name))
                kept[-1].supervise()
            else:
                verdict.skipped(f"{what}: {name}", "it is not installed")
        yield kept
    finally:
        for process in here.started:
            process.terminate()
        time.sleep(0.3)
        for one in kept:
            one.end()

"""`kill -9` of an sshd under a supervisor, until the banner of a new one:
30 times, each after 1 to 2 seconds of ready. Mamori's is daemonised, so no
child of its; runit, supervisord and monit keep theirs as they are meant to.

    recovery.py PROGRAMS_FOLDER [--kills N]
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import sys
import time

import verdict
from private import private, until

SERVER = """Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host_key
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
"""
MAMORI = """[network]
check = ["127.0.0.1:9"]
[limits]
disk_used_max = 100
inodes_used_max = 100
memory_available_min = 1
[[service]]
name = "sshd"
start = ["{sshd}", "-f", "{folder}/config"]
check = {{ ssh_banner = "127.0.0.1:{port}" }}
pid_file = "{folder}/sshd.pid"
validate = ["{sshd}", "-t", "-f", "{folder}/config"]
"""
RUNIT = """#!/bin/sh
exec {sshd} -D -e -f {folder}/config 2>/dev/null
"""
SUPERVISORD = """[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/supervisord.pid
[program:sshd]
command={sshd} -D -e -f {folder}/config
autorestart=true
"""
MONIT = """set daemon 1
set logfile {folder}/monit.log
set pidfile {folder}/monit.pid
set idfile {folder}/monit.id
set statefile {folder}/monit.state
check process sshd with pidfile {folder}/sshd.pid
  start program = "{sshd} -f {folder}/config"
  stop program = "/bin/true"
  if failed host 127.0.0.1 port {port} protocol ssh then restart
"""


def banner(port):
    """Whether an ssh server greets there now."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as peer:
        peer.settimeout(1)
        return peer.recv(4) == b"SSH-"
    return False


class Kept:
    """An sshd with a supervisor, in a folder of its own."""

    def __init__(self, here, name):
        self.here, self.name = here, name
        self.folder = f"{here.home}/{name}"
        os.mkdir(self.folder, 0o700)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        self.write("config", SERVER)

    def write(self, name, text, mode=0o600):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.format(port=self.port, folder=self.folder, home=self.here.home, sshd=self.sshd))
        os.chmod(path, mode)
        return path

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


def supervise(here, name):
    """Starts an sshd under the supervisor of that name."""
    kept = Kept(here, name)
    if name == "mamori":
        home = f"{here.home}/.config/mamori"
        os.makedirs(home, 0o700)
        shutil.copy(kept.write("config.toml", MAMORI), f"{home}/config.toml")
        here.start(f"{here.programs}/mamori", "watch")
    elif name == "runit":
        kept.write("run", RUNIT, 0o700)
        here.start("runsv", kept.folder)
    elif name == "supervisord":
        here.start("supervisord", "-c", kept.write("supervisord.conf", SUPERVISORD))
    elif name == "monit":
        here.start("monit", "-I", "-c", kept.write("monitrc", MONIT))
    until(lambda: banner(kept.port), f"{name}: an sshd", 60)
    return kept


def p95(times):
    return sorted(times)[max(0, round(0.95 * len(times)) - 1)]


def main(programs, kills):
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    dice = random.Random(875)
    with private(programs) as here:
        here.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{here.home}/host_key")
        peers = {"mamori": "mamori", "runit": "runsv", "supervisord": "supervisord", "monit": "monit"}
        times = {}
        kept = []
        for name, program in peers.items():
            if name == "mamori" or shutil.which(program):
                kept.append(supervise(here, name))
                times[name] = []
            else:
                verdict.skipped(f"recovery: {name}", "it is not installed")
        try:
            # All in turn, so that all meet the same machine.
            for _ in range(kills):
                for one in kept:
                    time.sleep(dice.uniform(1, 2) / (1 if len(kept) == 1 else 2))
                for one in kept:
                    times[one.name].append(one.kill())
        finally:
            for process in here.started:
                process.terminate()
            time.sleep(0.3)
            for one in kept:
                one.end()
    ours = times["mamori"]
    runit = times.get("runit")
    verdict.figure(
        f"recovery: sshd killed {kills} times, p95",
        p95(ours),
        "s",
        1.6,
        p95(runit) if runit else None,
        "runit",
        absolute=False,
    )
    verdict.figure("recovery: sshd killed, p95, aim", p95(ours), "s", 0.10)
    verdict.told("recovery: median", sorted(ours)[len(ours) // 2], "s", *median(runit, "runit"))
    for peer in ("supervisord", "monit"):
        if peer in times:
            verdict.told(f"recovery: p95 beside {peer}", p95(ours), "s", p95(times[peer]), peer)


def median(times, name):
    return (sorted(times)[len(times) // 2], name) if times else ()


if __name__ == "__main__":
    rounds = int(sys.argv[sys.argv.index("--kills") + 1]) if "--kills" in sys.argv else 30
    main(os.path.abspath(sys.argv[1]), rounds)
    sys.exit(verdict.failed)

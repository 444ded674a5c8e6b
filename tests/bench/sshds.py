"""sshds of the benchmark's own on loopback, each on a port of its own, with
own keys and aliases; and holes: ports that take a connection and never speak.

The remote shells get the private home by `SetEnv`, so that no start-up file
of the user's is measured.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess

from private import until

SERVER = """{options}
ListenAddress 127.0.0.1:{port}
HostKey {home}/host_key
AuthorizedKeysFile {home}/key.pub
PidFile none
StrictModes no
UsePAM no
SetEnv HOME={home}
"""
CLIENT = """Host *
 HostName 127.0.0.1
 IdentityFile {home}/key
 IdentitiesOnly yes
 UserKnownHostsFile {home}/.ssh/known_hosts
"""
# Nobody beyond this machine is asked, and a machine that is nearly full is
# measured all the same.
QUIET = """[network]
check = ["127.0.0.1:9"]
[limits]
disk_used_max = 100
inodes_used_max = 100
memory_available_min = 1
"""


def descendants(root):
    """A process and all that it started, parents first."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8") as file:
            parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
    found = [root]
    for parent in found:
        found.extend(pid for pid, of in parents.items() if of == parent)
    return found


class Sshds:
    """Servers, holes and aliases in the home of `here`, whose `ssh` knows
    these and no others."""

    def __init__(self, here):
        self.here, self.home = here, here.home
        self.servers, self.holes = {}, []
        self.ssh = f"{self.home}/.ssh"
        os.mkdir(self.ssh, 0o700)
        for key in ("key", "host_key"):
            here.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{self.home}/{key}")
        self.append("known_hosts", "")
        # OpenSSH takes the home from the password file, not from HOME.
        own = f"{self.home}/stand-ins"
        os.mkdir(own)
        with open(f"{own}/ssh", "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self.ssh}/config "$@"\n')
        os.chmod(f"{own}/ssh", 0o755)
        here.environment["PATH"] = f"{own}:{here.environment['PATH']}"
        self.append("config", CLIENT.format(home=self.home))

    def append(self, name, text):
        with open(f"{self.ssh}/{name}", "a", encoding="utf-8") as file:
            file.write(text)

    def sshd(self, options=""):
        """Starts a server; its port."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with open(f"{self.home}/sshd-{port}", "w", encoding="utf-8") as file:
            file.write(SERVER.format(options=options, port=port, home=self.home))
        with open(f"{self.home}/host_key.pub", encoding="utf-8") as file:
            self.append("known_hosts", f"[127.0.0.1]:{port} {file.read()}")
        self.start(port)
        return port

    def start(self, port):
        """Starts the server of a port, and waits until it listens."""
        if os.geteuid() == 0:
            # sshd refuses to start for root without its empty folder.
            os.makedirs("/run/sshd", exist_ok=True)
        program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        self.servers[port] = subprocess.Popen(
            [program, "-D", "-e", "-f", f"{self.home}/sshd-{port}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def listens():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return True
            return False

        until(listens, f"an sshd on port {port}")

    def stop(self, port):
        """Ends a server with all its sessions, as a machine that dies."""
        process = self.servers.pop(port)
        for pid in reversed(descendants(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def hole(self):
        """Takes connections and never speaks; its port."""
        self.holes.append(socket.create_server(("127.0.0.1", 0), backlog=128))
        return self.holes[-1].getsockname()[1]

    def alias(self, name, port):
        self.append("config", f"Host {name}\n Port {port}\n")

    def aliases(self, prefix, port, count):
        """So many aliases of one server; their names."""
        names = [f"{prefix}-{n}" for n in range(count)]
        for name in names:
            self.alias(name, port)
        return names

    def configure(self, names, text="", each=""):
        """A configuration of Mamori with these nodes, `each` in every one."""
        folder = f"{self.home}/.config/mamori"
        os.makedirs(folder, 0o700, exist_ok=True)
        nodes = "".join(f'[[node]]\nname = "{name}"\n{each}' for name in names)
        with open(f"{folder}/config.toml", "w", encoding="utf-8") as file:
            file.write(text + nodes)

    def end(self):
        for port in list(self.servers):
            self.stop(port)
        for hole in self.holes:
            hole.close()


@contextlib.contextmanager
def sshds(here):
    servers = Sshds(here)
    try:
        yield servers
    finally:
        servers.end()


def answered(result):
    """The names of the nodes that answered with readings, by their uptime:
    it grows from one answer to the next, and a failure leaves it as it was."""
    uptimes = {node["name"]: node["readings"]["uptime_s"].get("value") for node in result["nodes"]}
    return {name: uptime for name, uptime in uptimes.items() if uptime is not None}

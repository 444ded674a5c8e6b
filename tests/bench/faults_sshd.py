"""A real sshd, daemonised, with its pid file and `sshd -t`."""

import os
import signal
import socket
import time

from fault import Hopeless, Repairable, killed
from faults_files import rewrite
from stage import Service, identity, kill
from supervised import SERVER, banner, free_port, sshd


class Sshd(Service):
    """An sshd instead of a stand-in."""

    def __init__(self, stage):
        program = sshd()
        config, key = f"{stage.home}/sshd_config", f"{stage.home}/host_key"
        stage.here.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        super().__init__(
            stage,
            "sshd",
            f'validate = ["{program}", "-t", "-f", "{config}"]\nready_within = "2s"',
            start=[program, "-f", config],
        )
        self.config, self.key = config, key
        self.pid_file = f"{stage.home}/sshd.pid"
        self.good = SERVER.format(port=self.port, home=stage.home, folder=stage.home)
        rewrite(config, self.good)

    def pid(self):
        try:
            with open(self.pid_file, encoding="utf-8") as file:
                pid = int(file.read())
        except (OSError, ValueError):
            return None
        return pid if banner(self.port) and identity(pid) else None

    def processes(self):
        return [pid for pid in [self.pid()] if pid]


class WithSshd:
    """A stage with an sshd, which is ended with it: it hides its environment."""

    programs = ("ssh-keygen",)

    def prepare(self):
        self.web = Sshd(self.stage)
        self.stage.services.append(self.web)

    def end(self):
        pid = self.web.pid()
        if pid:
            kill(pid)


class SshdKilled(WithSshd, Repairable):
    kind = "sshd is killed"
    times, slice, bound = 5, True, 5

    def inject(self):
        killed(self.web)


class SshdStopped(WithSshd, Repairable):
    kind = "sshd hangs (SIGSTOP)"
    times, bound = 2, 30

    def inject(self):
        kill(self.web.pid(), signal.SIGSTOP)


class SessionsLive(WithSshd, Repairable):
    kind = "sshd is killed while somebody is logged in: the session lives"
    times, bound = 2, 5

    def lead_up(self):
        """Somebody who is about to log in holds a process of its own."""
        self.peer = socket.create_connection(("127.0.0.1", self.web.port))
        self.peer.recv(64)

    def inject(self):
        killed(self.web)

    def wrong(self):
        # The half-open session still speaks.
        self.peer.settimeout(5)
        self.peer.sendall(b"SSH-2.0-x\r\n")
        answer = self.peer.recv(64)
        self.peer.close()
        return "" if answer else "the session was ended"


class BadSshd(WithSshd, Hopeless):
    """Its `sshd -t` says no: then nothing is started, and nobody mends a file
    that nobody guards."""

    times = 2

    def inject(self):
        # Its key is read anew for everybody who comes.
        self.listener = self.web.pid()
        self.spoil()
        kill(self.listener)

    def untouched(self):
        return [self.web.config, self.web.key], []

    def wrong(self):
        return "a broken sshd was started" if banner(self.web.port) else ""


class BadConfig(BadSshd):
    kind = "sshd_config is broken, and sshd is killed"
    slice = True
    names = ("Bad configuration option", "PortX")

    def spoil(self):
        rewrite(self.web.config, f"{self.web.good}PortX 22\n")

    def undo(self):
        rewrite(self.web.config, self.web.good)


class OtherPort(BadSshd):
    """It is valid, and nobody finds it there."""

    kind = "sshd_config moves sshd to another port, and sshd is killed"
    times = 1
    names = ("exited with 0", "not ready within", "connection refused")

    def spoil(self):
        self.other = free_port()
        rewrite(self.web.config, self.web.good.replace(f"Port {self.web.port}", f"Port {self.other}"))

    def wrong(self):
        # Not where it was, and not where it began in vain, but while it is tried.
        end = time.monotonic() + 15
        while banner(self.other):
            if time.monotonic() > end:
                return "what was started in vain is left running"
            time.sleep(0.05)
        return super().wrong()

    def undo(self):
        rewrite(self.web.config, self.web.good)


class NoHostKey(BadSshd):
    kind = "the host key is deleted, and sshd is killed"
    slice = True
    names = ("no hostkeys available",)

    def spoil(self):
        os.rename(self.web.key, f"{self.web.key}.away")

    def undo(self):
        os.rename(f"{self.web.key}.away", self.web.key)


class OpenHostKey(BadSshd):
    kind = "the host key may be read by all, and sshd is killed"
    names = ("no hostkeys available",)

    def spoil(self):
        os.chmod(self.web.key, 0o644)

    def undo(self):
        os.chmod(self.web.key, 0o600)


ALL = [SshdKilled, SshdStopped, SessionsLive, BadConfig, OtherPort, NoHostKey, OpenHostKey]

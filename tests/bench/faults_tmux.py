"""tmux: its socket, its server, its sessions."""

import contextlib
import os
import signal
import time

from fault import Hopeless, Repairable
from private import ROOT, until
from stage import identity, kill

SESSIONS = ("monitor", "work", "logs")


class Tmux(Repairable):
    """Sessions of the default server of a home of its own."""

    programs = ("tmux",)
    bound = 5
    text = ""

    def prepare(self):
        names = ", ".join(f'"{name}"' for name in SESSIONS)
        self.stage.text += f"[local]\nsessions = [{names}]\n{self.text}"
        self.stage.here.environment["TMUX_TMPDIR"] = self.stage.home
        self.socket = f"{self.stage.home}/tmux-{os.geteuid()}/default"

    def tmux(self, *words):
        return self.stage.here.run("tmux", "-f", "/dev/null", *words).strip()

    def ready(self):
        until(self.listed, "the sessions", 30)
        self.server = int(self.tmux("display-message", "-p", "#{pid}"))

    def listed(self):
        return set(SESSIONS) <= set(self.tmux("ls", "-F", "#{session_name}").split("\n"))

    def mended(self):
        return self.listed()

    def wrong(self):
        """Every session once, on one server."""
        server = int(self.tmux("display-message", "-p", "#{pid}"))
        servers = [pid for pid in self.stage.processes() if name_of(pid) == "tmux: server"]
        self.before_this, self.server = self.server, server
        return "" if servers == [server] else f"there are {len(servers)} servers"

    def end(self):
        self.tmux("kill-server")


class SocketDeleted(Tmux):
    kind = "the socket of a live tmux server is deleted"
    times, slice = 4, True

    def inject(self):
        os.remove(self.socket)

    def wrong(self):
        wrong = super().wrong()
        return wrong or ("" if self.server == self.before_this else "it is another server")


class FolderDeleted(SocketDeleted):
    kind = "the folder of the tmux socket is deleted"
    times, slice = 2, False

    def inject(self):
        os.remove(self.socket)
        os.rmdir(os.path.dirname(self.socket))


class ServerKilled(Tmux):
    kind = "the tmux server is killed, with three sessions"
    times, slice = 3, True

    def inject(self):
        kill(self.server)
        until(lambda: identity(self.server) is None, "its end")


class ServerAsked(ServerKilled):
    kind = "the tmux server is ended by `tmux kill-server`"
    times, slice = 2, False

    def inject(self):
        self.tmux("kill-server")


class SessionKilled(Tmux):
    kind = "one tmux session of three is killed"
    times, bound = 3, 15

    def inject(self):
        self.tmux("kill-session", "-t", "=work")


class SessionKilledTold(SessionKilled):
    """Where the plugin is loaded, tmux tells of it."""

    kind = "one tmux session of three is killed, under the plugin"
    times, bound, slice = 3, 2, True

    def ready(self):
        super().ready()
        self.tmux("run-shell", f"'{ROOT}/mamori.tmux'")
        until(lambda: self.stage.state().get("tmux_servers"), "the plugin to register")
        # The watcher takes it over with its next round.
        time.sleep(11)


class Renamed(Tmux):
    kind = "a tmux session is renamed: the expected one is missing"
    times, bound = 1, 15

    def inject(self):
        self.tmux("rename-session", "-t", "=logs", "mine")

    def wrong(self):
        names = self.tmux("ls", "-F", "#{session_name}").split("\n")
        return super().wrong() or ("" if "mine" in names else "the renamed one is gone")


class ServerStopped(Hopeless):
    kind = "the tmux server hangs (SIGSTOP): it is named and left alone"
    times, bound, programs = 2, 30, ("tmux",)
    names = ("no answer",)

    prepare, tmux, ready, listed, end = Tmux.prepare, Tmux.tmux, Tmux.ready, Tmux.listed, Tmux.end
    text = Tmux.text

    def inject(self):
        kill(self.server, signal.SIGSTOP)

    def target(self):
        return "tmux"

    def untouched(self):
        return [self.socket], [self.server]

    def undo(self):
        kill(self.server, signal.SIGCONT)


def name_of(pid):
    """The name that a process goes by."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read().strip()
    return ""


ALL = [SocketDeleted, FolderDeleted, ServerKilled, ServerAsked, SessionKilled, SessionKilledTold, Renamed, ServerStopped]

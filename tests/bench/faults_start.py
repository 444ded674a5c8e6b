"""Starts that are slow, loud or wrong, and checks that hang."""

import contextlib
import os
import pty
import threading
import time

from fault import Hopeless, Repairable, doubled, killed


class Slow(Repairable):
    kind = "a service that needs 2 s to start is killed"
    times, slice, bound = 2, True, 10

    def prepare(self):
        self.web = self.stage.service("web", slow=2)

    def inject(self):
        killed(self.web)


class Loud(Repairable):
    kind = "a service that prints 20 MB at its start is killed"
    times, slice, bound = 2, True, 10

    def prepare(self):
        self.web = self.stage.service("web", megabytes=20)

    def inject(self):
        killed(self.web)

    def wrong(self):
        # What it said is cut when it is looked at.
        time.sleep(2.5)
        kept = os.path.getsize(f"{self.stage.home}/mamori/output/web.log")
        return "" if kept <= 2 << 20 else f"{kept} bytes of its words are kept"


class OnceUnlucky(Repairable):
    kind = "a service is killed and its next start fails once"
    times, bound = 2, 10

    def inject(self):
        self.web.behave(exits=1)
        starts = self.web.starts()
        killed(self.web)
        while self.web.starts() == starts:
            time.sleep(0.01)
        self.web.behave()


class CheckHangsWithIt(Repairable):
    kind = "the check hangs because the service does"
    times, bound = 2, 30

    def prepare(self):
        path = f"{self.stage.home}/ask"
        self.web = self.stage.service("web", check=f'command = ["{path}"]')
        with open(path, "w", encoding="utf-8") as file:
            # Without a time limit of its own.
            file.write(
                "#!/usr/bin/env python3\nimport socket, sys\n"
                f"peer = socket.create_connection(('127.0.0.1', {self.web.port}))\n"
                "sys.exit(peer.recv(4) != b'SSH-')\n"
            )
        os.chmod(path, 0o755)

    def inject(self):
        os.kill(self.web.pid(), 12)


class Fails(Hopeless):
    """Its starts get nowhere, and leave nothing behind."""

    times, bound = 1, 20
    how = {}

    def inject(self):
        self.web.behave(**self.how)
        self.starts = self.web.starts()
        killed(self.web)

    def wrong(self):
        # Five by the watcher at most, and one by a person; each ends what it started.
        starts = self.web.starts() - self.starts
        return f"{starts} starts" if starts > 6 else doubled([self.web])

    def undo(self):
        self.web.behave()


class ExitsWithWords(Fails):
    kind = "a start exits with 3 and says why"
    times, slice = 2, True
    how = {"says": "no licence found", "exits": 3}
    names = ("exited with 3", "no licence found")


class ExitsWithZero(Fails):
    kind = "a start exits with 0 and nothing comes of it"
    slice = True
    names = ("exited with 0", "not ready within 1s")
    how = {"exits": 0}

    def prepare(self):
        self.web = self.stage.service("web", 'ready_within = "1s"')


class NeverReady(Fails):
    kind = "a start stays and never gets ready"
    names = ("not ready within 1s", "connection refused")
    how = {"never": True}

    def prepare(self):
        self.web = self.stage.service("web", 'ready_within = "1s"')


class NeverReadyAway(NeverReady):
    kind = "a start forks away and never gets ready"
    how = {"never": True, "fork": True}
    names = ("exited with 0", "not ready within 1s")


class NoTerminal(Fails):
    kind = "a start wants a terminal, and there is none"
    how = {"terminal": True}
    names = ("/dev/tty",)


class Terminal(Fails):
    kind = "a start wants the terminal of the watcher"
    names = ("wants a terminal",)
    how = {"terminal": True}

    def prepare(self):
        self.web = self.stage.service("web", 'ready_within = "1s"')

    def watch(self):
        """The watcher, as the leader of a session with a terminal."""
        self.stage.configure()
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.stage.home)
            os.execve(self.stage.mamori, ["mamori", "watch"], self.stage.here.environment)
        # What it prints must go somewhere.
        threading.Thread(target=drained, args=(terminal,), daemon=True).start()
        self.leader = pid
        self.ready()

    def named(self, text):
        # A person without a terminal asks, and then there is none to want.
        return super().named(text) or "/dev/tty" in text


class CrashLoop(Fails):
    kind = "a crash loop: each start dies 0.1 s after it is ready"
    bound = 40
    names = ("failed again and again",)

    def inject(self):
        super().inject()
        self.over = threading.Event()
        self.killer = threading.Thread(target=self.kill_each)
        self.killer.start()

    def kill_each(self):
        while not self.over.is_set():
            if self.web.pid():
                time.sleep(0.1)
                with contextlib.suppress(TypeError):
                    killed(self.web)
            time.sleep(0.01)

    def unnamed(self, begun):
        """That it is a crash loop is the watcher's to say: a person's try gets ready."""
        while not any(self.named(text) for text in self.stage.alerts()):
            if time.monotonic() > begun + self.bound:
                return f"the alert does not name {self.names}: {self.stage.alerts()}"
            time.sleep(0.1)
        return ""

    def wrong(self):
        self.over.set()
        self.killer.join()
        return super().wrong()

    def said_to_be_back(self):
        # It is back each time, for a moment.
        return []


class ProgramGone(Hopeless):
    kind = "the program of a service is missing, and the service is killed"
    times, slice = 2, True
    names = ("is not there",)

    def inject(self):
        os.rename(self.web.path, f"{self.web.path}.away")
        self.starts = self.web.starts()
        killed(self.web)

    def wrong(self):
        return "" if self.web.starts() == self.starts else "something was started"

    def undo(self):
        os.rename(f"{self.web.path}.away", self.web.path)


class ProgramUnrunnable(Hopeless):
    kind = "the program of a service may not be run"
    times = 2
    names = ("may not be run",)

    def inject(self):
        os.chmod(self.web.path, 0o644)
        killed(self.web)

    def untouched(self):
        return [self.web.path], []

    def undo(self):
        os.chmod(self.web.path, 0o755)


class NoProgram(Hopeless):
    kind = "the program of a service is overwritten with rubbish"
    names = ("could not be started", "format")
    times = 1

    def inject(self):
        with open(self.web.path, "rb") as file:
            self.good = file.read()
        self.put(b"\x7fELF rubbish\n" * 9)
        killed(self.web)

    def put(self, content):
        with open(f"{self.web.path}.new", "wb") as file:
            file.write(content)
        os.chmod(f"{self.web.path}.new", 0o755)
        os.rename(f"{self.web.path}.new", self.web.path)

    def untouched(self):
        return [self.web.path], []

    def undo(self):
        self.put(self.good)


class Invalid(Hopeless):
    """What validates it fails."""

    kind = "what validates a service says no, and the service is killed"
    times, slice = 2, True
    names = ("line 7: unknown word",)
    verdict = "echo 'line 7: unknown word' >&2; exit 1"

    def prepare(self):
        self.validator = f"{self.stage.home}/valid"
        self.says("exit 0")
        self.web = self.stage.service("web", f'validate = ["{self.validator}"]')

    def says(self, line):
        with open(f"{self.validator}.new", "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{line}\n")
        os.chmod(f"{self.validator}.new", 0o755)
        os.rename(f"{self.validator}.new", self.validator)

    def inject(self):
        self.says(self.verdict)
        self.starts = self.web.starts()
        killed(self.web)

    def wrong(self):
        return "" if self.web.starts() == self.starts else "something was started"

    def undo(self):
        self.says("exit 0")


class CheckHangs(Fails):
    kind = "the check of a killed service hangs by itself"
    names = ("gave no answer",)

    def prepare(self):
        self.check = f"{self.stage.home}/ask"
        self.web = self.stage.service("web", 'ready_within = "1s"', check=f'command = ["{self.check}"]')
        self.asks()

    def asks(self):
        place = f'("127.0.0.1", {self.web.port})'
        self.says(f"exec python3 -c 'import socket; socket.create_connection({place}, 1)' 2>/dev/null")

    def says(self, line):
        with open(f"{self.check}.new", "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{line}\n")
        os.chmod(f"{self.check}.new", 0o755)
        os.rename(f"{self.check}.new", self.check)

    def inject(self):
        self.says("sleep 600")
        super().inject()

    def undo(self):
        super().undo()
        self.asks()


def drained(terminal):
    with contextlib.suppress(OSError):
        while os.read(terminal, 4096):
            pass


ALL = [
    Slow,
    Loud,
    OnceUnlucky,
    CheckHangsWithIt,
    ExitsWithWords,
    ExitsWithZero,
    NeverReady,
    NeverReadyAway,
    NoTerminal,
    Terminal,
    CrashLoop,
    ProgramGone,
    ProgramUnrunnable,
    NoProgram,
    Invalid,
    CheckHangs,
]

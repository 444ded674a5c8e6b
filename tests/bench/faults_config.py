"""Guarded files that break in a dozen ways, and those that must stay as they
are: what somebody edits, and what only an ailing validator refuses."""

import os
import time

from fault import Hopeless, Repairable

# What stands in the file while it is good, and how it is validated.
KINDS = {
    "json": (b'{"listen": "127.0.0.1:80", "users": ["ann", "bob"], "debug": false}\n', 'preset = "json"'),
    "toml": (b'title = "app"\n[server]\nports = [80, 443]\nname = "a"\n', 'preset = "toml"'),
    "sh": (b'if [ -n "$HOME" ]; then\n    export APP="$HOME/app"\nfi\n', 'preset = "sh"'),
    "tmux": (b'set -g status on\nbind r { display-message "a"\n}\n', 'preset = "tmux.conf"'),
    "command": (
        b"begin\nvalue = 1\nend\n",
        "validate = [\"sh\", \"-c\", 'test \"$(tail -n 1 \"$1\")\" = end && ! grep -q \"<<<<\" \"$1\"', \"sh\", \"{path}\"]",
    ),
}


def write(path, content, age=600):
    """Puts this into a file, so long ago that nobody is at it any more."""
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (time.time() - age,) * 2)


class Corrupted(Repairable):
    """Each time another kind of file."""

    times = len(KINDS)

    def prepare(self):
        self.turn = -1
        self.paths = {kind: f"{self.stage.home}/guarded.{kind}" for kind in KINDS}
        guards = ""
        for kind, (good, validator) in KINDS.items():
            write(self.paths[kind], good)
            os.chmod(self.paths[kind], 0o640)
            guards += f'[[guard]]\npath = "{self.paths[kind]}"\n{validator}\n'
        self.stage.service("web", more=guards)

    def ready(self):
        super().ready()
        vault = f"{self.stage.home}/.miyabi/mamori/vault"
        if not os.path.isdir(vault):
            vault = f"{self.stage.home}/mamori/vault"
        end = time.monotonic() + 30
        kept = []
        while len([name for name in kept if name.startswith("guarded.")]) < len(KINDS):
            assert time.monotonic() < end, f"kept are only {kept}"
            time.sleep(0.1)
            kept = os.listdir(vault) if os.path.isdir(vault) else []

    def kinds(self):
        return list(KINDS)

    def inject(self):
        self.turn += 1
        kind = self.kinds()[self.turn % len(self.kinds())]
        self.path, self.good = self.paths[kind], KINDS[kind][0]
        self.damage()

    def damage(self):
        write(self.path, self.broken(self.good))

    def broken(self, good):
        raise NotImplementedError

    def mended(self):
        try:
            with open(self.path, "rb") as file:
                return file.read() == self.good
        except OSError:
            return False

    def wrong(self):
        mode = os.stat(self.path).st_mode & 0o777
        return "" if mode == 0o640 else f"its mode is {mode:o}"


class Deleted(Corrupted):
    kind = "a guarded file is deleted"
    slice = True

    def damage(self):
        os.remove(self.path)


class Emptied(Corrupted):
    kind = "a guarded file is emptied"

    def broken(self, _):
        return b""


class Torn(Corrupted):
    kind = "a guarded file ends in the middle, as after a crash"
    slice, times = True, len(KINDS) - 1

    def kinds(self):
        # tmux 3.3 takes what is not closed at the end of a file for whole.
        return [kind for kind in KINDS if kind != "tmux"]

    def broken(self, good):
        half = good[: len(good) // 2]
        # In the middle of something that has to be closed.
        return half + (b"" if half.count(b'"') % 2 or b"{" in half or b"if" in half or b"[" in half else b'"')


class Zeroed(Corrupted):
    kind = "a guarded file holds nothing but NUL bytes"

    def broken(self, good):
        return bytes(len(good))


class ZeroedTail(Corrupted):
    kind = "the second half of a guarded file is NUL bytes"

    def broken(self, good):
        return good[: len(good) // 2] + bytes(len(good) - len(good) // 2)


class Noise(Corrupted):
    kind = "a guarded file is overwritten with noise"

    def broken(self, good):
        return bytes((at * 167 + 41) % 255 + 1 for at in range(len(good))) + b"\n{[(\"'\n"


class Conflict(Corrupted):
    kind = "a merge leaves its conflict in a guarded file"

    def broken(self, good):
        return b"<<<<<<< HEAD\n" + good + b"=======\nother (\n>>>>>>> branch\n"


class Unclosed(Corrupted):
    kind = "a bracket of a guarded file is not closed"

    def broken(self, good):
        return good + b"\n{ ( [ \"open\n"


class Doubled(Corrupted):
    kind = "half a guarded file stands in it twice"

    def broken(self, good):
        return good + good[: len(good) * 2 // 3] + b" {"


class Html(Corrupted):
    kind = "a download puts an error page into a guarded file"

    def broken(self, _):
        return b"<!DOCTYPE html>\n<html><body>502 Bad Gateway (nginx</body></html>\n"


class Linked(Corrupted):
    kind = "a guarded link is deleted"

    def prepare(self):
        super().prepare()
        for kind, path in self.paths.items():
            os.rename(path, f"{path}.real")
            os.symlink(f"guarded.{kind}.real", path)

    def damage(self):
        os.remove(self.path)

    def wrong(self):
        return "" if os.path.islink(self.path) else "the link became a file"


class TargetBroken(Linked):
    kind = "what a guarded link leads to is broken"

    def damage(self):
        write(f"{self.path}.real", b'{ ( [ "')


class ValidatorAils(Hopeless):
    """It refuses whatever it is shown."""

    kind = "the validator of a guarded file ails: nothing is changed"
    times, slice = 1, True
    names = ("validator",)

    def prepare(self):
        self.path, self.switch = f"{self.stage.home}/guarded.conf", f"{self.stage.home}/switch"
        write(self.path, b"good\n")
        write(self.switch, b"")
        validator = f'validate = ["sh", "-c", "test -e {self.switch} -o x = $1", "sh", "{{path}}"]'
        self.stage.service("web", more=f'[[guard]]\npath = "{self.path}"\n{validator}\n')

    def inject(self):
        time.sleep(3)
        os.remove(self.switch)
        write(self.path, b"changed\n")

    def untouched(self):
        return [self.path], []

    def unnamed(self, begun):
        alerts = []
        while not any(self.named(text) for text in alerts):
            if time.monotonic() > begun + self.bound:
                return f"the alert does not name {self.names}: {alerts}"
            time.sleep(0.1)
            alerts = self.stage.alerts()
        return ""

    def revive(self):
        write(self.switch, b"")


class Edited(ValidatorAils):
    """Broken for the moment, because somebody is at it."""

    kind = "a guarded file is broken while an editor has it open: it stays"
    slice = False

    def prepare(self):
        self.path = f"{self.stage.home}/guarded.json"
        write(self.path, b'{"a": 1}\n')
        self.stage.service("web", more=f'[[guard]]\npath = "{self.path}"\npreset = "json"\n')

    def inject(self):
        time.sleep(3)
        write(f"{self.stage.home}/.guarded.json.swp", b"b0VIM 9.0", age=0)
        write(self.path, b'{"a": \n')

    def unnamed(self, begun):
        # Long enough for a look or two.
        time.sleep(5)
        return ""

    def revive(self):
        os.remove(f"{self.stage.home}/.guarded.json.swp")


ALL = [
    Deleted,
    Emptied,
    Torn,
    Zeroed,
    ZeroedTail,
    Noise,
    Conflict,
    Unclosed,
    Doubled,
    Html,
    Linked,
    TargetBroken,
    ValidatorAils,
    Edited,
]

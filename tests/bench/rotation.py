"""Logs rotated while a program writes one line of 102 bytes after the other.

    python3 tests/bench/rotation.py PROGRAMS

Lines lost, wall time and peak memory of `mamori heal logs`, beside logrotate with
copytruncate and compress, each under a writer of its own at 50 000 lines a second over
ten rotations; then what is left after kill -9 at random moments, and of logrotate's log
after a kill in the middle of gzip.
"""

import glob
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

import verdict

LINE = 102
RATE = 50_000
ROTATIONS = 10
SIZE = 5_000_000
KILLS = 100


class Writer:
    """The C writer on a log."""

    def __init__(self, programs, log, rate=RATE):
        self.process = subprocess.Popen(
            [f"{programs}/writer", log, str(rate)], stdout=subprocess.PIPE, text=True
        )

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return int(self.process.communicate()[0])


def grown(log, size):
    end = time.monotonic() + 60
    while not os.path.exists(log) or os.path.getsize(log) < size:
        assert time.monotonic() < end, f"{log} does not grow"
        time.sleep(0.002)


def run(programs, arguments, environment=None):
    """Wall seconds and peak memory in MiB of one whole run, and its exit code."""
    said = subprocess.run(
        [f"{programs}/peak", *arguments], env=environment, capture_output=True, text=True, check=True
    )
    wall, peak, code = said.stdout.split()
    return int(wall) / 1e6, int(peak) / 1024, int(code)


def place(path):
    """The order of an archive: ours by day and number, logrotate's .10 before .1."""
    number = re.search(r"\.(\d{8})(?:-(\d+))?(\.gz)?$", path)
    if number:
        return (0, int(number[1]), int(number[2] or 1))
    number = re.search(r"\.(\d+)(\.gz)?$", path)
    return (1, -int(number[1]), 0) if number else (2, 0, 0)


def content(log):
    parts = []
    for path in sorted(glob.glob(log + "*"), key=place):
        if path.endswith(".gz"):
            with open(path, "rb") as archive:
                # What a broken one still gives counts.
                parts.append(zlib.decompressobj(31).decompress(archive.read()))
        else:
            with open(path, "rb") as file:
                parts.append(file.read())
    return b"".join(parts)


def lost(log, written):
    """Lines of those written that are not there in their order, and lines too many."""
    there = content(log)
    wanted = 0
    found = 0
    for at in re.finditer(rb"(\d{12}) [a-z]{88}\n", there):
        found += 1
        wanted += int(at[1]) < written
    seen = len({at[1] for at in re.finditer(rb"(\d{12}) [a-z]{88}\n", there)})
    return written - seen, found - seen, len(there) - found * LINE


def ours(programs, folder):
    home = f"{folder}/home"
    os.makedirs(f"{home}/.config/mamori", mode=0o700)
    os.makedirs(f"{folder}/logs")
    config = f"{home}/.config/mamori/config.toml"
    with open(config, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(
            '[network]\ncheck = ["127.0.0.1:9"]\n'
            f'[[log]]\npaths = ["{folder}/logs/*.log"]\nmax_size = "20KB"\nkeep = 1000\n'
        )
    environment = {"HOME": home, "PATH": os.environ["PATH"], "TZ": "UTC"}
    return f"{folder}/logs/app.log", [f"{programs}/mamori", "heal", "logs"], environment


def logrotate(folder):
    os.makedirs(f"{folder}/logs")
    log, config = f"{folder}/logs/app.log", f"{folder}/logrotate.conf"
    with open(config, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(f"{log} {{\n  rotate 1000\n  size 20k\n  copytruncate\n  compress\n}}\n")
    return log, ["logrotate", "-s", f"{folder}/state", config], None


def rotations(programs, log, arguments, environment):
    writer = Writer(programs, log)
    walls, peaks = [], []
    for _ in range(ROTATIONS):
        grown(log, SIZE)
        wall, peak, code = run(programs, arguments, environment)
        assert code == 0, f"{arguments} ended with {code}"
        walls.append(wall)
        peaks.append(peak)
    written = writer.end()
    return written, lost(log, written), statistics.median(walls), max(peaks)


def killed(programs, log, arguments, environment):
    """What is lost and doubled after kills at random moments."""
    writer = Writer(programs, log, 5_000)
    grown(log, 100_000)
    whole, _, _ = run(programs, arguments, environment)
    kills = 0
    for _ in range(20 * KILLS):
        if kills == KILLS:
            break
        for state in glob.glob(f"{environment['HOME']}/.miyabi/mamori/state.json*"):
            os.remove(state)
        process = subprocess.Popen(
            arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(random.uniform(0, 1.3 * whole))
        process.kill()
        kills += process.wait() < 0
    written = writer.end()
    run(programs, arguments, environment)
    return written, lost(log, written)


def killed_in_gzip(programs, log, arguments):
    """logrotate killed with its gzip, then run again: the share of the log that is gone."""
    lines = 500_000
    with open(log, "wb") as file:
        for number in range(lines):
            line = b"%012d %s" % (number, (b"%x" % (number * 0x9E3779B97F4A7C15 % 2**352)).ljust(88, b"z"))
            file.write(re.sub(rb"[0-9]", lambda digit: bytes([digit[0][0] + 49]), line[13:]).join([line[:13], b"\n"]))
    process = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 30
    while not glob.glob(log + ".1.gz") and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with open(log, "ab") as file:
        file.write(b"x" * 30_000)
    run(programs, arguments)
    return lines, lost(log, lines)[0]


def main():
    programs = sys.argv[1]
    random.seed(8317)
    with tempfile.TemporaryDirectory(prefix="mamori-bench-", dir="/tmp") as folder:
        peer = shutil.which("logrotate", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        theirs = None
        if peer:
            os.mkdir(f"{folder}/peer")
            log, arguments, _ = logrotate(f"{folder}/peer")
            arguments[0] = peer
            theirs = rotations(programs, log, arguments, None)
        os.mkdir(f"{folder}/ours")
        log, arguments, environment = ours(programs, f"{folder}/ours")
        written, (missing, doubled, torn), wall, peak = rotations(programs, log, arguments, environment)
        name = "logrotate"
        at = (lambda index: theirs[index]) if theirs else (lambda _: None)
        verdict.told("lines written under ten rotations", written, "lines", at(0), name)
        verdict.figure("lines lost", missing, "lines", 0, theirs and theirs[1][0], name)
        verdict.figure("lines doubled", doubled, "lines", 0, theirs and theirs[1][1], name)
        verdict.figure("bytes that are no line", torn, "bytes", 0, theirs and theirs[1][2], name)
        verdict.told("a rotation, median", wall, "s", at(2), name)
        verdict.figure("peak memory", peak, "MiB", 16, at(3), name)
        if not theirs:
            verdict.skipped("logrotate", "not installed")
        os.mkdir(f"{folder}/killed")
        written, (missing, doubled, torn) = killed(programs, *ours(programs, f"{folder}/killed"))
        share = None
        if peer:
            os.mkdir(f"{folder}/gzip")
            log, arguments, _ = logrotate(f"{folder}/gzip")
            arguments[0] = peer
            with open(arguments[-1], "w", encoding="utf-8") as file:
                file.write(f"{log} {{\n  rotate 1000\n  size 20k\n  compress\n  create\n}}\n")
            lines, gone = killed_in_gzip(programs, log, arguments)
            share = 100 * gone / lines
        verdict.figure(f"lines lost by {KILLS} kills -9", missing, "lines", 0)
        verdict.figure("lines doubled by them", doubled, "lines", 0)
        verdict.figure("bytes that are no line", torn, "bytes", 0)
        if share is not None:
            verdict.told("logrotate killed in gzip: log lost", share, "%")
    sys.exit(verdict.failed)


if __name__ == "__main__":
    main()

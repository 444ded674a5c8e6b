"""Reports of a large place: a hundred repositories with fifty thousand commits,
a year of ten machines' history, a gigabyte of agents' session logs. How long
each kind takes and how much memory, whether half of it all takes half the time,
and whether a second run says the same. Beside it `git log --numstat` of the
same span over the same repositories, which any report of lines has to run.

    reports.py PROGRAMS_FOLDER [--small]    a few of each: how fast is told and not judged
"""

import datetime
import hashlib
import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import verdict

DAY = 86_400
REPOSITORIES = 100
COMMITS = 500
KINDS = ("daily", "weekly", "monthly")


def part(name):
    """Another benchmark's own making of data, without running it."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    with open(path, encoding="utf-8") as file:
        text = file.read().split("\narguments = sys.argv[1:]\n")[0]
    spec = importlib.util.spec_from_loader(name, loader=None)
    module = importlib.util.module_from_spec(spec)
    exec(compile(text, path, "exec"), module.__dict__)
    return module


def repository(path, number, commits, until):
    """Commits spread over a year, the newest a minute before `until`."""
    environment = {"PATH": os.environ["PATH"], "HOME": path, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", path], check=True, env=environment)
    stream = []
    for commit in range(commits):
        at = until - 60 - (commits - 1 - commit) * 365 * DAY // commits - number
        signed = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n" if commit % 2 else "\n"
        message = f"Step {commit} of {number}{signed}".encode()
        text = f"line {commit}\n".encode() * (commit % 40 + 1)
        who = f"P{commit % 7} <p{commit % 7}@example.org> {at} +0000"
        stream.append(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(message)}\n".encode() + message)
        stream.append(f"M 100644 inline src/f{commit % 50}.rs\ndata {len(text)}\n".encode() + text + b"\n")
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=b"".join(stream), check=True, env=environment)


def place(programs, repositories, days, megabytes, until):
    """A home with all of it."""
    home = tempfile.mkdtemp(prefix="mamori-bench-")
    paths = [f"{home}/code/r{number}" for number in range(repositories)]
    for number, path in enumerate(paths):
        repository(path, number, COMMITS, until)
    os.makedirs(f"{home}/.config/mamori", mode=0o700)
    with open(f"{home}/.config/mamori/config.toml", "w", encoding="utf-8") as file:
        nodes = "".join(f'[[node]]\nname = "n{number}"\nssh = "n{number}"\n' for number in range(1, 10))
        named = ", ".join(f'"{path}"' for path in paths)
        file.write(f'timezone = "UTC"\n[local]\nname = "n0"\n{nodes}[report]\nrepositories = [{named}]\n')
    keeper = subprocess.Popen([f"{programs}/mamori", "history", "record"], stdin=subprocess.PIPE, env={"HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC"})
    part("history").year(until - days * DAY, days, keeper.stdin)
    keeper.stdin.close()
    assert keeper.wait() == 0
    part("agents").make(home, megabytes)
    return home, paths


def report(programs, home, kind, date):
    """Seconds, CPU seconds and MiB at most of one report; what it wrote."""
    environment = {"HOME": home, "PATH": os.environ["PATH"], "TZ": "UTC"}
    began = time.monotonic()
    child = subprocess.Popen([f"{programs}/mamori", "report", kind, "--date", date], env=environment, stdout=subprocess.PIPE)
    said = child.stdout.read().decode()
    _, code, used = os.wait4(child.pid, 0)
    took = time.monotonic() - began
    assert code == 0, f"{kind} ended with {code}"
    written = hashlib.sha256()
    sizes = {}
    for line in said.splitlines()[1:]:
        with open(line.replace("~", home, 1), "rb") as file:
            text = file.read()
        written.update(text)
        sizes[line.rsplit(".", 1)[1]] = len(text)
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, written.hexdigest(), sizes


def peer(paths, since):
    """Seconds of `git log --numstat` one after another."""
    began = time.monotonic()
    for path in paths:
        command = ["git", "-C", path, "log", "--branches", "--remotes", "--numstat", "-M", f"--since-as-filter=@{since}", "--format=%H%x00%an%x00%at%x00%s%x00%b"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def main(programs, repositories, days, megabytes, judged):
    until = int(time.time()) // DAY * DAY
    # The last month that is over, and days in it.
    month = datetime.date.fromtimestamp(until).replace(day=1) - datetime.timedelta(days=1)
    first = datetime.datetime.combine(month.replace(day=1), datetime.time(), datetime.timezone.utc).timestamp()
    half, _ = place(programs, repositories // 2, days // 2, megabytes // 2, until)
    whole, paths = place(programs, repositories, days, megabytes, until)
    try:
        date = month.isoformat()
        # The first one reads the agents' logs.
        took, _, peak, _, _ = report(programs, whole, "daily", date)
        verdict.told(f"first report: {megabytes} MB of logs read", took, "s")
        verdict.figure("  memory, peak", peak, "MiB", 96)
        report(programs, half, "daily", date)
        gits = peer(paths, int(first) - 32 * DAY)
        for kind in KINDS:
            took, cpu, peak, said, sizes = report(programs, whole, kind, date)
            if kind == "monthly" and judged:
                verdict.figure(f"{kind} of {repositories} repositories, {days} days", took, "s", 2.5, gits, "git log --numstat", absolute=False)
            else:
                verdict.told(f"{kind} of {repositories} repositories, {days} days", took, "s")
            verdict.figure("  memory, peak", peak, "MiB", 64)
            _, less, _, _, _ = report(programs, half, kind, date)
            # Of little what every report costs is most of it, and half a history has no forecasts.
            if judged:
                verdict.figure("  CPU, twice as much to half as much", cpu / less, "x", 2.6)
            else:
                verdict.told("  CPU, twice as much to half as much", cpu / less, "x")
            again = report(programs, whole, kind, date)[3]
            verdict.share("  a second run says the same", int(again == said), 1, 100)
            limits = {"md": 30, "html": {"daily": 60, "weekly": 150, "monthly": 250}[kind]}
            for ending, limit in limits.items():
                verdict.figure(f"  size of the {ending}", sizes[ending] / 1024, "KiB", limit)
    finally:
        shutil.rmtree(half)
        shutil.rmtree(whole)


arguments = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sizes = (20, 60, 64) if "--small" in arguments else (REPOSITORIES, 365, 1024)
main(os.path.abspath(arguments[0]), *sizes, "--small" not in arguments)
sys.exit(verdict.failed)

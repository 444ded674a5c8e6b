"""A gigabyte of coding agents' session logs, made up here: how long reading it
takes, how much memory, whether half of it takes half the time, and how long the
next visit takes, when little is new. Beside it `wc -l` over the same files.

    agents.py PROGRAMS_FOLDER [--megabytes N]
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import verdict

BEGIN = 1_795_000_000
MEGABYTE = 1 << 20


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(BEGIN + at)) + ".000Z"


def words(dice, most):
    """Text with what real text has to be escaped for."""
    line = "The quick brown fox says \"no\" to C:\\paths\tand\nstays – 狐.  "
    return line * dice.randrange(1, max(2, most // len(line)))


def claude(session, dice):
    """A turn of a session: a prompt, answers of several lines each, results of tools."""
    head = {"sessionId": session, "cwd": f"/home/somebody/{session[:2]}", "version": "2.1.0", "gitBranch": "main"}
    at = dice.randrange(30 * 86400)
    yield {**head, "type": "user", "uuid": f"{session}-{at}", "timestamp": stamp(at), "message": {"content": words(dice, 400)}}
    for step in range(dice.randrange(2, 12)):
        at += dice.randrange(1, 40)
        name = f"{session}-{at}-{step}-{dice.randrange(1 << 60):x}"
        message = {
            "id": f"msg_{name}",
            "model": "claude-sonnet-4-5-20250929",
            "usage": {
                "input_tokens": dice.randrange(2000),
                "output_tokens": dice.randrange(1, 3000),
                "cache_read_input_tokens": dice.randrange(150_000),
                "cache_creation_input_tokens": dice.randrange(9000),
                "service_tier": "standard",
            },
        }
        blocks = [{"type": "text", "text": words(dice, 1500)}, {"type": "tool_use", "id": f"t-{name}", "input": {"command": words(dice, 600)}}]
        # 1.85 lines a request.
        for block in blocks if dice.random() < 0.85 else blocks[1:]:
            line = {**head, "type": "assistant", "uuid": f"{name}{block['type']}", "timestamp": stamp(at), "requestId": f"req_{name}"}
            yield {**line, "message": {**message, "content": [block]}}
        at += dice.randrange(1, 60)
        # Now and then a line of more than a megabyte.
        size = 2 * MEGABYTE if dice.random() < 0.002 else 9000
        result = {"type": "tool_result", "tool_use_id": f"t-{name}", "content": words(dice, size)}
        yield {**head, "type": "user", "uuid": f"r-{name}", "timestamp": stamp(at), "message": {"content": [result]}}


def codex(session, dice, state):
    """A turn of Codex's: sums that grow."""
    at = state.setdefault("at", dice.randrange(20 * 86400))
    yield {"timestamp": stamp(at), "type": "event_msg", "payload": {"type": "task_started"}}
    for step in range(dice.randrange(2, 12)):
        at += dice.randrange(1, 30)
        call = f"{session}-{at}-{step}"
        yield {"timestamp": stamp(at), "type": "response_item", "payload": {"type": "function_call", "call_id": call, "arguments": words(dice, 900)}}
        at += dice.randrange(1, 30)
        yield {"timestamp": stamp(at), "type": "response_item", "payload": {"type": "function_call_output", "call_id": call, "output": words(dice, 9000)}}
        last = {"input_tokens": dice.randrange(1, 90_000), "output_tokens": dice.randrange(1, 3000)}
        last["cached_input_tokens"] = last["input_tokens"] // 2
        last["total_tokens"] = last["input_tokens"] + last["output_tokens"]
        total = state.setdefault("total", dict.fromkeys(last, 0))
        for key, value in last.items():
            total[key] += value
        info = {"total_token_usage": dict(total), "last_token_usage": last}
        yield {"timestamp": stamp(at), "type": "event_msg", "payload": {"type": "token_count", "info": info}}
    yield {"timestamp": stamp(at), "type": "event_msg", "payload": {"type": "task_complete"}}
    state["at"] = at + dice.randrange(60, 4000)


def make(home, megabytes):
    """Sessions of up to 40 MB until there is enough; how many requests they hold."""
    dice = random.Random(11)
    left, requests, number = megabytes * MEGABYTE, 0, 0
    while left > 0:
        number += 1
        session = f"{dice.randrange(1 << 64):016x}"
        of_codex = number % 4 == 0
        if of_codex:
            path = f"{home}/.codex/sessions/2026/11/{number % 28 + 1:02}/rollout-{session}.jsonl"
        else:
            path = f"{home}/.claude/projects/-home-somebody-{session[:2]}/{session}.jsonl"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        size, state = min(left, dice.randrange(MEGABYTE // 10, 40 * MEGABYTE)), {}
        with open(path, "w", encoding="utf-8") as file:
            if of_codex:
                meta = {"id": session, "cwd": "/home/somebody/app", "cli_version": "0.140.0"}
                file.write(json.dumps({"timestamp": stamp(0), "type": "session_meta", "payload": meta}) + "\n")
            while file.tell() < size:
                last = None
                for line in codex(session, dice, state) if of_codex else claude(session, dice):
                    request = line.get("requestId") or (line.get("payload", {}).get("type") == "token_count" and line["timestamp"])
                    requests += bool(request) and request != last
                    last = request or last
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            left -= file.tell()
    return requests


def collected(mamori, home):
    """Seconds, CPU seconds, peak memory in MiB."""
    environment = {"HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC"}
    began = time.monotonic()
    reader = subprocess.Popen([mamori, "agents", "collect"], env=environment, stdout=subprocess.DEVNULL)
    code, used = os.wait4(reader.pid, 0)[1:]
    took = time.monotonic() - began
    assert code == 0, f"`mamori agents collect` ended with {code}"
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def figures(mamori, home):
    environment = {"HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC"}
    span = ["--since", stamp(-86400), "--until", stamp(60 * 86400)]
    began = time.monotonic()
    said = subprocess.run([mamori, "agents", "figures", *span], check=True, env=environment, stdout=subprocess.PIPE)
    return time.monotonic() - began, json.loads(said.stdout)


def logs(home):
    return [os.path.join(folder, name) for folder, _, names in os.walk(home) for name in names if name.endswith(".jsonl")]


def counted(home):
    files = logs(home)
    began = time.monotonic()
    subprocess.run(["wc", "-l", *files], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def main(programs, megabytes):
    mamori = f"{programs}/mamori"
    half, whole = (tempfile.mkdtemp(prefix="mamori-bench-") for _ in range(2))
    try:
        make(half, megabytes // 2)
        requests = make(whole, megabytes)
        peer = counted(whole)
        _, less, small = collected(mamori, half)
        took, cpu, peak = collected(mamori, whole)
        verdict.figure(f"{megabytes} MB of agents' logs, read", took, "s", 30 * megabytes / 1024, peer, "wc -l")
        verdict.told("  speed", megabytes / cpu, "MB/s")
        verdict.figure("  CPU, twice as much to half as much", cpu / less, "x", 2.6)
        verdict.figure("  memory, peak", peak, "MiB", 48, small, "half as much")
        span, said = figures(mamori, whole)
        found = sum(agent["requests"] for agent in said["agents"])
        verdict.share("  requests that were found", found, requests, 100)
        assert found == requests, (found, requests)
        verdict.figure("  figures of a month", span, "s", 1)
        size = sum(os.path.getsize(f"{whole}/.miyabi/mamori/{name}") for name in os.listdir(f"{whole}/.miyabi/mamori") if name.startswith("agents.db"))
        verdict.told("  ledger, for a thousand requests", size / requests, "KB")
        again, _, _ = collected(mamori, whole)
        verdict.figure("  next visit, nothing new", again, "s", 0.5)
        newest = max(logs(whole), key=os.path.getsize)
        with open(newest, "a", encoding="utf-8") as file:
            for line in claude("new", random.Random(1)):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        again, _, _ = collected(mamori, whole)
        verdict.figure("  next visit, one turn new", again, "s", 0.5)
    finally:
        shutil.rmtree(half)
        shutil.rmtree(whole)


arguments = sys.argv[1:]
chosen = int(arguments[arguments.index("--megabytes") + 1]) if "--megabytes" in arguments else 1024
main(os.path.abspath(arguments[0]), chosen)
sys.exit(verdict.failed)

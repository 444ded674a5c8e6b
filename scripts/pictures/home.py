"""A home for pictures: three nodes, one of them with a disk that fills up, a
repaired sshd, a forecast, and two weeks of history. Times are told from now.

    home.py PROGRAMS_FOLDER HOME
"""

import datetime
import json
import math
import os
import subprocess
import sys
import time

PROGRAMS, HOME = sys.argv[1:3]
NOW = int(time.time())
HOUR, DAY = 3600, 86400
HIDDEN = {"unavailable": "Android hides it"}


def at(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def value(of):
    return {"value": of}


def disk(mount, percent, total=479e9):
    used = int(total * percent / 100)
    return {"mount": mount, "used_bytes": used, "total_bytes": int(total), "used_percent": percent, "inodes_used_percent": 12.0}


def used(name, seconds):
    """The home's file system so many seconds from now, in percent."""
    days = seconds / DAY
    wave = math.sin((NOW + seconds) / 9000)
    return {"mugen": max(31, 93.1 + 4.9 * days + wave * (seconds < 0)), "laptop": 61 + 3 * wave, "pixel": 71 + 1.5 * wave}[name]


def node(name, state, since, seen, latency):
    phone = name == "pixel"
    disks = [disk("/", round(used(name, 0), 1))] + ([disk("/data", 46.0, 1e12)] if name == "mugen" else [])
    readings = {
        "disk_used_percent": value(disks[0]["used_percent"]),
        "disk_mount": value("/"),
        "disks": value(disks),
        "memory_available_percent": value({"mugen": 48.0, "laptop": 52.0, "pixel": 38.0}[name]),
        "memory_total_bytes": value(16_000_000_000),
        "memory_available_bytes": value(7_680_000_000),
        "load_1m": HIDDEN if phone else value(0.4),
        "cpu_percent": HIDDEN if phone else value(7.0),
        "uptime_s": value(14 * DAY + 3 * HOUR),
        "sshd": value(True),
        "network": value(True),
        "tmux_sessions": value(["monitor"]),
        "services": value({"api": True} if name == "mugen" else {}),
        "battery_percent": value(61.0) if phone else {"unavailable": "no battery"},
        "battery_discharging": value(phone),
    }
    full = {"check": "disk", "value": 93.1, "limit": 90.0, "text": "disk 93% (limit 90%)"}
    made = {
        "name": name,
        "state": state,
        "since": at(NOW - since),
        "observed_at": at(NOW - seen),
        "answered_at": at(NOW - seen),
        "latency_ms": latency,
        "readings": readings,
        "problems": [full] if name == "mugen" else [],
        "platform": "termux" if phone else "linux",
    }
    if name == "mugen":
        made["checks"] = {"disk": {"recent": [True, True, True], "good": 0, "since": at(NOW - 2 * HOUR)}}
    return made


def sample(name, seconds):
    return {
        "sample": {
            "node": name,
            "at": NOW + seconds,
            "state": "ok",
            "load": 0.4 + 0.3 * math.sin(seconds / 5000),
            "latency_ms": None if name == "laptop" else 3 + math.sin(seconds / 4000),
            "home": "/",
            "memory_percent": 45 + 8 * math.sin(seconds / 7000),
            "memory_bytes": 7_000_000_000,
            "memory_total": 16_000_000_000,
            "disks": [disk("/", round(used(name, seconds), 1))],
        }
    }


def forecast(name, subject, chance, crosses, **more):
    return {
        "id": f"{name}/forecast:disk",
        "node": name,
        "what": "disk",
        "subject": subject,
        "made": at(NOW - 600),
        "horizon_s": 7 * DAY,
        "threshold": 97.0 if crosses else 90.0,
        "now": round(used(name, 0), 1),
        "probability": chance,
        "will_cross": crosses,
        "until": at(NOW + 2 * HOUR),
        "counted": at(NOW - 600),
        "agree": 2,
        **more,
    }


repaired = NOW - 11 * HOUR
state = {
    "schema": 1,
    "revision": 42,
    "summary": {"ok": 2, "total": 3, "text": "▲ 2/3 mugen disk 93%", "level": "warning", "observed": NOW - 5},
    "nodes": [
        node("laptop", "ok", 3 * DAY, 5, None),
        node("mugen", "degraded", 2 * HOUR, 5, 3.1),
        node("pixel", "dozing", 240, 240, 84.0),
    ],
    "alerts": [
        {"id": "mugen/disk", "number": 12, "severity": "warning", "since": at(NOW - 2 * HOUR), "text": "mugen disk 93% (limit 90%)", "acked": False, "snoozed_until": None}
    ],
    "next_alert": 13,
    "incidents": [
        {"node": "pixel", "check": "sshd", "cause": "it died (signal 9)", "detected": at(repaired), "detected_ms": 5, "to_detect_ms": 2, "to_act_ms": 5, "recovered": at(repaired), "to_recover_ms": 100, "tries": 1, "by": "watch"}
    ],
    "forecasts": [
        forecast("mugen", "/", 0.86, True, eta_s=336960, range_s=[241920, 527040]),
        forecast("pixel", "/", 0.03, False),
    ],
    "events": [
        {"at": at(NOW - 3 * DAY), "node": "laptop", "what": "ok", "text": "laptop is ok"},
        {"at": at(repaired), "node": "pixel", "what": "recovered", "check": "sshd", "text": "sshd died (signal 9), restarted, banner after 0.1 s"},
        {"at": at(NOW - 2 * HOUR), "node": "mugen", "what": "degraded", "text": "disk 90.2% passed its limit of 90%"},
    ],
}  # fmt: skip
records = [{"now": at(NOW)}]
for name in ("laptop", "mugen", "pixel"):
    for seconds in range(-14 * DAY, 0, 900):
        # A phone sleeps.
        if name != "pixel" or not 40_000 < (NOW + seconds) % DAY < 52_000:
            records.append(sample(name, seconds))
folder = f"{HOME}/.miyabi/mamori"
os.makedirs(folder, mode=0o700, exist_ok=True)
with open(f"{folder}/state.json", "w") as file:
    json.dump(state, file)
lines = "\n".join(json.dumps(record) for record in records) + "\n"
environment = {"HOME": HOME, "PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C.UTF-8"}
subprocess.run([f"{PROGRAMS}/mamori", "history", "record"], input=lines, text=True, env=environment, check=True)

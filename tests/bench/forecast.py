"""How well `mamori predict eval` foresees, beside the plan's awk and Prometheus'
predict_linear, on tasks whose future is known.

    forecast.py PROGRAMS_FOLDER [TASKS_FOLDER]

Without a folder (or FORECAST_TASKS) tasks are made by `forecast_tasks.py`, from a
seed that nothing was fitted to. A folder holds NAME.tasks.jsonl.gz with
NAME.truth.jsonl, and where there are some NAME.stream.json.gz and
NAME.service.jsonl.gz with NAME.service_truth.jsonl.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import forecast_score as score
import forecast_tasks
import verdict

DAY = 86400
SEED = 20_260


def awk(task):
    """The plan's: the line through the first and the last sample of the last
    horizon, drawn on from the last one. Crossing or not, and when."""
    begin = task["now"] - task["horizon_s"]
    points = [point for point in task["points"] if point[0] >= begin]
    last = task["points"][-1][1]
    if last >= task["threshold"]:
        return True, 60.0
    if len(points) < 2 or points[-1][0] == points[0][0]:
        return False, None
    slope = (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])
    if slope <= 0:
        return False, None
    eta = (task["threshold"] - last) / slope
    return eta <= task["horizon_s"], eta


def predict_linear(task):
    """predict_linear(v[w], horizon) >= threshold: the least-squares line through
    the samples of the window, as Prometheus' linearRegression draws it from the
    time of evaluation. The window is three sevenths of the horizon (3 days of 7),
    the best of those that were tried."""
    begin = task["now"] - task["horizon_s"] * 3 / 7
    points = [(at - task["now"], value) for at, value in task["points"] if at > begin]
    if len(points) < 2:
        return False, None
    count = len(points)
    x, y = sum(at for at, _ in points), sum(value for _, value in points)
    xy, xx = sum(at * value for at, value in points), sum(at * at for at, _ in points)
    width = xx - x * x / count
    slope = (xy - x * y / count) / width if width else 0.0
    level = y / count - slope * x / count
    crosses = level + slope * task["horizon_s"] >= task["threshold"]
    return crosses, max(60.0, (task["threshold"] - level) / slope) if slope > 0 else None


PEERS = {"awk": awk, "predict_linear": predict_linear}


def run(program, lines):
    """The answers by id, and the seconds that they took."""
    begun = time.perf_counter()
    ran = subprocess.run(
        [program, "predict", "eval"], input="\n".join(lines) + "\n", stdout=subprocess.PIPE, text=True, check=True
    )
    took = time.perf_counter() - begun
    return {answer["id"]: answer for answer in map(json.loads, ran.stdout.splitlines())}, took


def by_peer(peer, tasks):
    """A peer's answers in our form."""
    answers = {}
    for task in tasks:
        crosses, eta = PEERS[peer](task)
        answers[task["id"]] = {"will_cross": crosses, "eta_s": eta, "probability": None}
    return answers


def probability(answer):
    said = answer["probability"]
    return said if said is not None else float(answer["will_cross"])


def figures(truth, answers):
    """Accuracy and the rest of one method."""
    crossed = [one["cross"] for one in truth]
    said = [answers[one["id"]] for one in truth]
    yes = [float(answer["will_cross"]) for answer in said]
    p = [probability(answer) for answer in said]
    groups = {}
    for one, will in zip(truth, yes):
        source = "generated" if one["source"] == "synthetic" else "real"
        groups.setdefault((one["kind"], source), []).append((will, one["cross"]))
    balanced = {group: score.balanced(*zip(*rows)) for group, rows in sorted(groups.items())}
    errors = {"disk": [], "memory": []}
    for one, answer in zip(truth, said):
        if one["cross"] and answer["will_cross"] and answer["eta_s"] is not None:
            errors[one["kind"]].append(abs(answer["eta_s"] - one["eta"]) / one["eta"] * 100)
    return {
        "accuracy": score.accuracy(yes, crossed),
        "balanced": sum(balanced.values()) / len(balanced),
        "auc": score.auc(p, crossed),
        "brier": score.brier(p, crossed),
        "calibration": score.calibration(p, crossed),
        "groups": balanced,
        "eta": {kind: sorted(found)[len(found) // 2] if found else float("nan") for kind, found in errors.items()},
    }


def tell(truth, ours, peers):
    """The figures of the tasks."""
    best = max(peers, key=lambda peer: peers[peer]["accuracy"])
    beside = lambda of: (of(peers[best]), best)
    verdict.least("forecast, accuracy", ours["accuracy"], "", 0.80, *beside(lambda f: f["accuracy"]))
    verdict.least("forecast, balanced, mean of groups", ours["balanced"], "", 0.785, *beside(lambda f: f["balanced"]))
    verdict.least("forecast, AUC", ours["auc"], "", 0.88, *beside(lambda f: f["auc"]))
    verdict.figure("forecast, Brier", ours["brier"], "", 0.14, *beside(lambda f: f["brier"]))
    verdict.figure("forecast, calibration error", ours["calibration"], "", 0.04)
    goals = {("disk", "real"): 0.71, ("memory", "real"): 0.79}
    for group, value in ours["groups"].items():
        what, peer = f"forecast, {' '.join(group)}, balanced", peers[best]["groups"][group]
        if group in goals:
            verdict.least(what, value, "", goals[group], peer, best)
        else:
            verdict.told(what, value, "", peer, best)
    verdict.figure("forecast, disk, eta, median error", ours["eta"]["disk"], "%", 42, peers[best]["eta"]["disk"], best)
    verdict.told("forecast, memory, eta, median error", ours["eta"]["memory"], "%", peers[best]["eta"]["memory"], best)
    other = min(peers, key=lambda peer: peers[peer]["accuracy"])
    verdict.told(f"  {other}: accuracy", peers[other]["accuracy"], "")


def looks(node):
    """When a stream is asked about: every 12 hours, once 30 days are known."""
    values, day = node["v"], DAY // node["dt"]
    return [place for place in range(30 * day, len(values) - 7 * day, day // 2) if values[place] < 90]


def replay(node):
    """What is asked then."""
    values, dt, day = node["v"], node["dt"], DAY // node["dt"]
    for place in looks(node):
        seen = range(place - 30 * day, place + 1)
        points = [[node["t0"] + at * dt, values[at]] for at in seen if at % 2 == 0 or at > place - day]
        asked = {"kind": "disk", "threshold": 90.0, "horizon_s": 7 * DAY, "now": node["t0"] + place * dt}
        yield {"id": f"{node['node']}@{place}", **asked, "points": points}


def quarter(nodes, answers):
    """False alarms in a node's week, and the share of crossings warned of at
    least a day before. An alarm is new when two days were quiet; a crossing
    counts when the day before it was below."""
    weeks = false = events = warned = 0
    for node in nodes:
        values, day = node["v"], DAY // node["dt"]
        alarms = {place: answers[f"{node['node']}@{place}"]["will_cross"] for place in looks(node)}
        weeks += len(alarms) / 14
        last = -(10**9)
        for place, alarm in alarms.items():
            if alarm and place - last > 2 * day:
                false += max(values[place + 1 : place + 1 + 7 * day]) < 90
            last = place if alarm else last
        before = -(10**9)
        for at in range(30 * day, len(values) - 1):
            if not (values[at] >= 90 > values[at - 1]):
                continue
            asked = [place for place in alarms if at - 7 * day <= place < at]
            if at - before > day and asked and max(values[at - day : at]) < 90:
                events += 1
                since = None
                for place in reversed(asked):
                    if alarms[place]:
                        since = place
                    elif since is not None and since - place > day // 2 + 1:
                        break
                warned += since is not None and at - since >= day
            before = at
    return false / max(weeks, 1e-9), warned, events, weeks


def streams(program, nodes):
    said, by_line, by_awk = {}, {}, {}
    # One at a time: the tasks of hundreds would not fit into memory.
    for node in nodes:
        tasks = list(replay(node))
        said.update(run(program, [json.dumps(task) for task in tasks])[0] if tasks else {})
        by_line.update(by_peer("predict_linear", tasks))
        by_awk.update(by_peer("awk", tasks))
    ours, peer, other = (quarter(nodes, answers) for answers in (said, by_line, by_awk))
    print(f"a quarter of {len(nodes)} disks: {ours[3]:.0f} node-weeks, {ours[2]} crossings")
    verdict.figure("false alarms a node-week", ours[0], "", 0.07, peer[0], "predict_linear")
    of = lambda found: found[1] / max(found[2], 1)
    verdict.least("crossings warned a day before", of(ours), "", 0.93, of(peer), "predict_linear")
    verdict.told("  awk: false alarms a node-week", other[0], "")
    verdict.told("  awk: crossings warned a day before", of(other), "")


def services(program, asked, truth):
    answers, _ = run(program, asked)
    tasks = {task["id"]: task for task in map(json.loads, asked)}
    for what, said, came, brier, auc in [
        ("a restart", "p_restart", "y1", 0.152, 0.79),
        ("three restarts", "p_unstable", "y3", 0.050, 0.83),
    ]:
        yes = [one[came] for one in truth]
        p = [answers[one["id"]][said] for one in truth]
        least = 1 if came == "y1" else 3
        lately = lambda task: sum(task["now"] - DAY < event[0] <= task["now"] for event in task["events"])
        peer = [float(lately(tasks[one["id"]]) >= least) for one in truth]
        verdict.figure(f"services, {what}, Brier", score.brier(p, yes), "", brier, score.brier(peer, yes), "last 24 h")
        verdict.least(f"services, {what}, AUC", score.auc(p, yes), "", auc, score.auc(peer, yes), "last 24 h")


def judge(program, folder):
    for path in sorted(Path(folder).glob("*.tasks.jsonl.gz")):
        name = path.name.removesuffix(".tasks.jsonl.gz")
        read = lambda suffix: gzip.open(f"{folder}/{name}.{suffix}", "rt").read().splitlines()
        lines = read("tasks.jsonl.gz")
        tasks = [json.loads(line) for line in lines]
        truth = {one["id"]: one for one in map(json.loads, open(f"{folder}/{name}.truth.jsonl"))}
        truth = [{**truth[task["id"]], "kind": task["kind"]} for task in tasks]
        answers, took = run(program, lines)
        peers = {peer: figures(truth, by_peer(peer, tasks)) for peer in PEERS}
        print(f"{name}: {len(tasks)} tasks, {sum(one['cross'] for one in truth)} of which cross")
        tell(truth, figures(truth, answers), peers)
        verdict.figure("forecast, time of a task", took / len(tasks) * 1000, "ms", 2)
        if os.path.exists(f"{folder}/{name}.stream.json.gz"):
            nodes = json.loads("".join(read("stream.json.gz")))
            if nodes:
                streams(program, nodes)
        if os.path.exists(f"{folder}/{name}.service.jsonl.gz"):
            right = [json.loads(line) for line in open(f"{folder}/{name}.service_truth.jsonl")]
            real = [one for one in right if one["source"] != "syn"] or right
            services(program, read("service.jsonl.gz"), real)


def main():
    program = os.path.join(os.path.abspath(sys.argv[1]), "mamori")
    folder = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("FORECAST_TASKS")
    if folder:
        return judge(program, folder)
    with tempfile.TemporaryDirectory() as made:
        forecast_tasks.make(made, "generated", 480, 480, 480, 240, SEED)
        judge(program, made)


main()
sys.exit(verdict.failed)

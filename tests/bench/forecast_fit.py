"""Fits the tables of `src/model/forecast/tables` anew.

    pip install numpy lightgbm
    forecast_tasks.py FOLDER --disks 5000 --memory 5000 --services 1500 --streams 0 --quarters 2000
    forecast_fit.py MAMORI FOLDER[:WEIGHT] [FOLDER[:WEIGHT] …] [--check-only]

A folder holds NAME.tasks.jsonl.gz and NAME.truth.jsonl, and for services
NAME.service.jsonl.gz and NAME.service_truth.jsonl (`forecast_tasks.py` writes
such). What the trees see of a task is printed by `MAMORI predict features`: there
is no second implementation of it.

First the figures of a cross-validation are printed, five times four fifths of all
nodes (`node` in the truth, never a row) against the last fifth, by the source of
the tasks (`quarters` are moments of watched disks: crossings are rare there);
then tables fitted to everything are written.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import lightgbm
import numpy as np

import forecast_score as score

TABLES = Path(__file__).resolve().parents[2] / "src/model/forecast/tables"
FOLDS = 5
COMMON = {
    "min_data_in_leaf": 20, "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1,
    "lambda_l2": 5, "max_bin": 63, "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True,
}  # fmt: skip
# What is fitted: objective, depth, trees.
CROSS = ({"objective": "cross_entropy", "learning_rate": 0.06}, 5, 150)
WHEN = ({"objective": "l1", "learning_rate": 0.05}, 3, 100)
EARLY = ({"objective": "quantile", "alpha": 0.07, "learning_rate": 0.08}, 2, 60)
LATE = ({"objective": "quantile", "alpha": 0.93, "learning_rate": 0.08}, 2, 60)
# From which probability on a crossing is said: as in `mod.rs`.
SAID = {"disk": 0.4, "memory": 0.5}
TREES_A_FILE = {2: 60, 3: 200, 4: 100, 5: 50}


def load(mamori, folder, weight, suffix):
    """Every task of a folder: its features, its truth, its weight."""
    truth_suffix = "truth" if suffix == "tasks" else "service_truth"
    rows = []
    for path in sorted(Path(folder).glob(f"*.{suffix}.jsonl.gz")):
        name = path.name.removesuffix(f".{suffix}.jsonl.gz")
        lines = Path(folder, f"{name}.{truth_suffix}.jsonl").read_text().splitlines()
        truth = {one["id"]: one for one in map(json.loads, lines)}
        ran = subprocess.run(
            [mamori, "predict", "features"], input=gzip.open(path).read(), stdout=subprocess.PIPE, check=True
        )
        asked = [json.loads(line) for line in gzip.open(path)]
        for task, line in zip(asked, ran.stdout.splitlines()):
            features = json.loads(line)["features"]
            if features:
                right = truth[task["id"]]
                node = right.get("node") or f"{name}-{task['id']}"
                rows.append((features, {**right, "kind": task["kind"], "horizon_s": task["horizon_s"], "node": node}, weight))
    return rows


class Data:
    """Rows of features with what is known of them."""

    def __init__(self, rows):
        self.names = list(rows[0][0])
        self.x = np.array([list(features.values()) for features, _, _ in rows], np.float32).astype(float)
        self.truth = [truth for _, truth, _ in rows]
        self.weight = np.array([weight for _, _, weight in rows])
        nodes, place = np.unique([truth["node"] for truth in self.truth], return_inverse=True)
        self.fold = (np.random.default_rng(0).permutation(len(nodes)) % FOLDS)[place]

    def column(self, name):
        return self.x[:, self.names.index(name)]


def complete(tree, depth):
    """A tree of LightGBM as a complete one: features, cuts, leaves."""
    features, cuts, leaves = [0] * (2**depth - 1), [0.0] * (2**depth - 1), [0.0] * 2**depth

    def fill(node, place):
        if place >= len(features):
            leaves[place - len(features)] = node["leaf_value"]
        elif "leaf_value" in node:
            fill(node, 2 * place + 1)
            fill(node, 2 * place + 2)
        else:
            features[place], cuts[place] = node["split_feature"], float(f"{node['threshold']:.4g}")
            fill(node["left_child"], 2 * place + 1)
            fill(node["right_child"], 2 * place + 2)

    fill(tree["tree_structure"], 0)
    return features, cuts, [int(round(leaf * 1e4)) for leaf in leaves]


class Forest:
    """What is written, and what it says: exactly as `trees.rs` reads it."""

    def __init__(self, data, rows, target, weight, kind):
        options, self.depth, count = kind
        options = {**COMMON, **options, "max_depth": self.depth, "num_leaves": 2**self.depth, "boost_from_average": False}
        base = np.average(target[rows], weights=weight[rows])
        if options["objective"] == "cross_entropy":
            self.base = float(np.log(base / (1 - base)))
        else:
            self.base = float(np.median(target[rows]))
        fed = lightgbm.Dataset(
            data.x[rows], target[rows], weight=weight[rows], init_score=np.full(len(rows), self.base)
        )
        model = lightgbm.train(options, fed, count).dump_model()
        self.trees = [complete(tree, self.depth) for tree in model["tree_info"]]

    def value(self, x):
        total, x = np.zeros(len(x)), x.astype(np.float32)
        for features, cuts, leaves in self.trees:
            features, cuts, leaves = np.array(features), np.array(cuts, np.float32), np.array(leaves)
            node, rows = np.zeros(len(x), int), np.arange(len(x))
            for _ in range(self.depth):
                node = 2 * node + 1 + (x[rows, features[node]] > cuts[node])
            total += leaves[node - len(features)]
        return self.base + total / 1e4


def balanced(data):
    """Kinds and sources that are few weigh more, by the root of their share."""
    groups = [f"{truth['kind']} {truth['source'] == 'synthetic'} {weight}" for truth, weight in zip(data.truth, data.weight)]
    names, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return data.weight * np.sqrt(len(groups) / len(names) / counts)[place]


def series(data):
    """The forests for all rows, and the figures of those for each fold."""
    crossed = np.array([truth["cross"] for truth in data.truth])
    known = [truth.get("oracle_p") for truth in data.truth]
    # Where further futures are known, they say more than the one that came.
    soft = np.array([yes if share is None else (yes + 6 * share) / 7 for yes, share in zip(crossed, known)], float)
    horizon = np.array([truth["horizon_s"] for truth in data.truth], float)
    eta = np.array([truth["eta"] or 1 for truth in data.truth], float)
    late = np.log(eta / horizon) - data.column("guess")
    weight = balanced(data)

    def forests(rows):
        timed = rows[crossed[rows]]
        cross = Forest(data, rows, soft, weight, CROSS)
        return [cross] + [Forest(data, timed, late, weight, kind) for kind in (WHEN, EARLY, LATE)]

    probability, when = np.zeros(len(crossed)), np.zeros((3, len(crossed)))
    for fold in range(FOLDS):
        fitted, held = forests(np.flatnonzero(data.fold != fold)), np.flatnonzero(data.fold == fold)
        probability[held] = 1 / (1 + np.exp(-fitted[0].value(data.x[held])))
        for row, forest in zip(when, fitted[1:]):
            row[held] = np.minimum(0, data.column("guess")[held] + forest.value(data.x[held]))
    print("cross-validation by node")
    said = probability >= np.array([SAID[truth["kind"]] for truth in data.truth])
    groups = {}
    for place, truth in enumerate(data.truth):
        source = truth["source"] if truth["source"] == "synthetic" else "real"
        source = "quarters" if truth["node"].startswith("quarter-") else source
        origin = f"{truth['kind']} {source} (weight {data.weight[place]:g})"
        groups.setdefault(origin, []).append(place)
    groups = {"all": list(range(len(crossed))), **dict(sorted(groups.items()))}
    for name, rows in groups.items():
        p, y = probability[rows], crossed[rows]
        hit, right = y & said[rows], np.mean(said[rows] == y)
        etas = np.exp(when[:, rows][:, hit]) * horizon[rows][hit]
        error = np.median(np.abs(etas[0] / eta[rows][hit] - 1)) * 100
        inside = np.mean((etas[1] <= eta[rows][hit]) & (eta[rows][hit] <= etas[2])) * 100
        print(
            f"{name:<32} {len(rows):>6}  accuracy {right:.3f}  balanced {score.balanced(said[rows], y):.3f}"
            f"  AUC {score.auc(p, y):.3f}  Brier {np.mean((p - y) ** 2):.4f}  calibration {score.calibration(p, y):.3f}"
            f"  eta {error:.1f} %  range holds {inside:.0f} %"
        )
    return forests(np.arange(len(crossed)))


def logistic(x, y, penalty):
    """Weights and base of a logistic regression, by Newton's method."""
    x1 = np.hstack([x, np.ones((len(x), 1))])
    weights, ridge = np.zeros(x1.shape[1]), np.diag([penalty] * x.shape[1] + [0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x1 @ weights))
        slope, bend = x1.T @ (p - y) + ridge @ weights, (x1 * (p * (1 - p))[:, None]).T @ x1 + ridge
        weights -= np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
    return weights


SERVICE = {
    "restart": ["restart", "restart_day", "restart_week", "restart_hazard", "restart_days"],
    "unstable": ["restart", "unstable", "unstable_day", "unstable_week", "unstable_days"],
}  # fmt: skip


def services(data, penalty=20.0):
    """Weights for each feature and a base, for one and for three restarts."""
    found = {}
    real = np.array([truth["source"] != "syn" for truth in data.truth])
    print("services, cross-validation by node")
    for what, label in [("restart", "y1"), ("unstable", "y3")]:
        y = np.array([truth[label] for truth in data.truth])
        columns = [data.names.index(name) for name in SERVICE[what]]
        x = data.x[:, columns]
        middle, width = x.mean(0), x.std(0) + 1e-9
        scaled = (x - middle) / width
        # The mean of the forms is where fitting begins: what is fitted is how far to go from there.
        p = np.zeros(len(y))
        for fold in range(FOLDS):
            rows = data.fold != fold
            w = logistic(scaled[rows], y[rows], penalty)
            p[~rows] = 1 / (1 + np.exp(-(scaled[~rows] @ w[:-1] + w[-1])))
        plain = 1 / (1 + np.exp(-data.column(what)))
        for name, rows in [("all", real | True), ("real", real), ("synthetic", ~real)]:
            if rows.any():
                print(
                    f"{what:<10} {name:<10} {rows.sum():>6}  AUC {score.auc(p[rows], y[rows]):.3f}  Brier {np.mean((p - y)[rows] ** 2):.4f}"
                    f"  (mean of the forms {score.auc(plain[rows], y[rows]):.3f}, {np.mean((plain - y)[rows] ** 2):.4f})"
                )
        w = logistic(scaled, y, penalty)
        weights = np.zeros(len(data.names))
        weights[columns] = w[:-1] / width
        found[what] = (weights, w[-1] - (w[:-1] * middle / width).sum())
    return found


HEAD = "//! {}\n//! Written by `tests/bench/forecast_fit.py`; not by hand.\n\n"


def number(value):
    text = f"{value:.4g}"
    return text if any(mark in text for mark in ".e") else text + ".0"


def write(forests, data, found, service_names):
    for old in TABLES.glob("*.rs"):
        old.unlink()
    names, statics = [], []
    for label, forest in forests.items():
        parts = []
        for begin in range(0, len(forest.trees), TREES_A_FILE[forest.depth]):
            trees = forest.trees[begin : begin + TREES_A_FILE[forest.depth]]
            module = f"{label}_{begin // TREES_A_FILE[forest.depth]}"
            parts.append(f"{module}::TREES")
            names.append(module)
            lists = [", ".join(map(str, sum((tree[0] for tree in trees), [])))]
            lists.append(", ".join(number(cut) for tree in trees for cut in tree[1]))
            lists.append(", ".join(str(leaf) for tree in trees for leaf in tree[2]))
            feature, cut, leaf = lists
            Path(TABLES, f"{module}.rs").write_text(
                HEAD.format(f"Trees {begin} to {begin + len(trees) - 1} of `{label.upper()}`.")
                + "use super::super::trees::Trees;\n\n"
                + f"pub(super) const TREES: Trees = Trees {{ feature: &[{feature}], cut: &[{cut}], leaf: &[{leaf}] }};\n"
            )
        statics.append((label, forest, parts))
    service = HEAD.format("Weights of the features of a service, in their order.")
    for what, (weights, base) in found.items():
        listed = ", ".join(number(weight) for weight in weights)
        service += f"pub(in super::super) const {what.upper()}_BASE: f64 = {number(base)};\n"
        service += f"pub(in super::super) const {what.upper()}: [f64; {len(weights)}] = [{listed}];\n"
    Path(TABLES, "service.rs").write_text(service)
    text = HEAD.format("What was fitted.") + (
        '#![allow(clippy::approx_constant, clippy::excessive_precision, clippy::unreadable_literal, reason = "for a program to read")]\n\n'
        "use super::trees::Forest;\n\n" + "".join(f"mod {name};\n" for name in sorted(names)) + "pub(super) mod service;\n\n"
    )
    says = {
        "cross": "Log odds that the threshold is reached.",
        "when": "When, in powers of e of the first guess.",
        "early": "The same, too early for nine of ten.",
        "late": "The same, too late for nine of ten.",
    }
    for label, forest, parts in statics:
        text += f"/// {says[label]}\npub(super) static {label.upper()}: Forest = Forest {{ base: {number(forest.base)},"
        text += f" depth: {forest.depth}, parts: &[{', '.join(parts)}] }};\n\n"
    listed = ", ".join(f'"{name}"' for name in data.names[: data.names.index("guess")])
    text += f"/// The features that they ask for, in their order.\n#[cfg(test)]\npub(super) const NAMES: &[&str] = &[{listed}];\n"
    listed = ", ".join(f'"{name}"' for name in service_names)
    text += f"/// The features that the weights of a service are for.\n#[cfg(test)]\npub(super) const SERVICE_NAMES: &[&str] = &[{listed}];\n"
    Path(TABLES, "mod.rs").write_text(text)
    subprocess.run(["rustfmt", "--edition", "2024", "--config-path", str(TABLES.parents[3]), *map(str, TABLES.glob("*.rs"))], check=True)


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(words) < 2:
        sys.exit(__doc__)
    rows, asked = [], []
    for word in words[1:]:
        folder, _, weight = word.partition(":")
        rows += load(words[0], folder, float(weight or 1), "tasks")
        asked += load(words[0], folder, float(weight or 1), "service")
    data, restarts = Data(rows), Data(asked)
    forests = dict(zip(["cross", "when", "early", "late"], series(data)))
    used = {feature for forest in forests.values() for tree in forest.trees for feature in tree[0]}
    print("features that no tree asks for:", [name for place, name in enumerate(data.names) if place not in used])
    found = services(restarts)
    if "--check-only" not in sys.argv:
        write(forests, data, found, restarts.names)


if __name__ == "__main__":
    os.nice(5)
    main()

"""How every benchmark speaks: figure, peer's figure, ratio, PASS or FAIL."""

failed = False


def figure(what, ours, unit, goal, peer=None, peer_name="", absolute=True):
    """One line. `goal` is the most that `ours` may be: a number of `unit`, or
    (absolute=False) a multiple of the peer's figure."""
    ratio = ours / peer if peer else None
    measured = ours if absolute else ratio
    limit = f"<= {goal:g} {unit}" if absolute else f"<= {goal:g}x"
    _line(what, ours, unit, peer, peer_name, limit, measured is not None and measured <= goal)


def least(what, ours, unit, goal, peer=None, peer_name=""):
    """One line. `goal` is the least that `ours` may be."""
    _line(what, ours, unit, peer, peer_name, f">= {goal:g} {unit}", ours >= goal)


def _line(what, ours, unit, peer, peer_name, limit, passed):
    global failed
    failed = failed or not passed
    beside = f"{peer_name} {peer:.3f}" if peer is not None else f"{peer_name} -"
    times = f"{ours / peer:.2f}x" if peer else "-"
    print(
        f"{what:<40} {ours:>9.3f} {unit:<8} {beside:<24} {times:>8}  goal {limit:<16}"
        f" {'PASS' if passed else 'FAIL'}",
        flush=True,
    )


def share(what, count, total, goal, aim=""):
    """One line: `count` of `total`, and at least `goal` percent of them wanted."""
    global failed
    percent = 100 * count / total if total else 100
    passed = percent >= goal
    failed = failed or not passed
    wanted = f">= {goal} %" + (f" ({aim})" if aim else "")
    print(f"{what + ':':<40} {count}/{total} = {percent:.1f} %  goal {wanted} {'PASS' if passed else 'FAIL'}", flush=True)


def told(what, ours, unit, peer=None, peer_name=""):
    """One line without a goal."""
    beside = f"{peer_name} {peer:.3f}" if peer is not None else ""
    times = f"{ours / peer:.2f}x" if peer else ""
    print(f"{what:<40} {ours:>9.3f} {unit:<8} {beside:<24} {times:>8}  (no goal)", flush=True)


def skipped(what, why):
    """Said, never silent."""
    print(f"{what:<40} skipped: {why}", flush=True)

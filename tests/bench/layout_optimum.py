"""How near the planned layouts are to the best there is, which a program of
its own finds by trying everything (optimum.c); and whether what is answered is
true of the layout string: fits, efficiency, cells that fill the window.

    layout_optimum.py PROGRAMS_FOLDER OPTIMUM [TASKS]
"""

import os
import subprocess
import sys
import time

import layouts
import verdict

# Less than a minute of trying.
TASKS = 500
SMALL, LARGE = (90, 30), (400, 110)


class Everything:
    """The program that tries everything."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii"
        )

    def best(self, asked):
        """The best efficiency; `None` where no layout fits."""
        attention = "-" if asked["attention"] is None else repr(asked["attention"])
        panes = (pane["role"] + "*" * pane["active"] for pane in asked["panes"])
        words = [str(asked["width"]), str(asked["height"]), attention, *panes]
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return None if answer == "none" else float(answer)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=10)


def is_sound(asked, answer):
    """Whether the layout string is one of this window, with all of its panes,
    and has the efficiency that was answered."""
    try:
        cells = layouts.cells(answer["layout"])
    except AssertionError as error:
        print(f"{asked}: {error}")
        return False
    right = max(x + width for x, _, width, _ in cells)
    bottom = max(y + height for _, y, _, height in cells)
    least = layouts.usable(cells) or not answer["fits"]
    told = abs(layouts.efficiency(asked, cells) - answer["efficiency"]) < 1e-9
    whole = (right, bottom) == (asked["width"], asked["height"]) and len(cells) == len(asked["panes"])
    if not (least and told and whole):
        print(f"{asked}: answered {answer}")
    return least and told and whole


def main(programs, program, tasks):
    draw, everything = layouts.draws(tasks), Everything(program)
    ratios, agreed, sound, ours, theirs = [], 0, 0, 0.0, 0.0
    with layouts.Planner(programs) as planner:
        for number in range(tasks):
            # Every fourth is small: where it is told whether they have room.
            most = SMALL if number % 4 == 0 else LARGE
            asked = layouts.any_task(draw, 2 + number % 7, most)
            begun = time.perf_counter()
            answer = planner.plan(asked)
            answered = time.perf_counter()
            best = everything.best(asked)
            ours += answered - begun
            theirs += time.perf_counter() - answered
            agreed += answer["fits"] == (best is not None)
            sound += is_sound(asked, answer)
            if best is not None and answer["fits"]:
                ratios.append(answer["efficiency"] / best)
    everything.end()
    assert len(ratios) >= tasks // 2, f"only {len(ratios)} of {tasks} windows have room"
    verdict.share("layout: `fits` as by trying everything", agreed, tasks, 100)
    verdict.share("layout: strings sound, efficiency true", sound, tasks, 100)
    verdict.told("layout: efficiency / best (mean)", sum(ratios) / len(ratios), "", 1.0, "everything")
    verdict.least("layout: efficiency / best (min)", min(ratios), "", 0.995, 1.0, "everything")
    exactly = sum(ratio > 1 - 1e-9 for ratio in ratios)
    verdict.told("layout: windows arranged exactly so well", exactly, "", len(ratios), "of")
    # Better than the best there is: one of both programs is wrong.
    verdict.figure("layout: efficiency / best (max)", max(ratios), "", 1 + 1e-9, 1.0, "everything")
    verdict.told("layout: a plan (mean)", 1000 * ours / tasks, "ms", 1000 * theirs / tasks, "everything")


main(*map(os.path.abspath, sys.argv[1:3]), int(sys.argv[3]) if sys.argv[3:] else TASKS)
sys.exit(verdict.failed)

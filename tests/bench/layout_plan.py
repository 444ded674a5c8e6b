"""How long one line takes `mamori layout plan`, from its writing to its answer
through pipes, in a stream of a thousand random windows.

    layout_plan.py PROGRAMS_FOLDER
"""

import os
import statistics
import sys
import time

import layouts
import verdict

LINES = 1000


def stream(programs, panes):
    """Milliseconds of each line."""
    draw = layouts.draws(panes)
    lines = [layouts.line(layouts.any_task(draw, panes)) for _ in range(LINES)]
    took = []
    with layouts.Planner(programs) as planner:
        for line in lines:
            begun = time.perf_counter_ns()
            answer = planner.line(line)
            took.append((time.perf_counter_ns() - begun) / 1e6)
            assert b'"layout"' in answer, f"{line} was answered {answer}"
    return took


def main(programs):
    for panes in range(2, 9):
        took = stream(programs, panes)
        hundredths = statistics.quantiles(took, n=100)
        what = f"layout plan, {panes} panes, a line"
        verdict.told(f"{what} (p50)", hundredths[49], "ms")
        verdict.figure(f"{what} (p95)", hundredths[94], "ms", 5 if panes <= 6 else 20)


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)

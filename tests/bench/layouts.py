"""What the benchmarks of the layout know: tasks, the efficiency of rectangles,
tmux's layout strings, and the planner they ask."""

import json
import random
import re
import subprocess

# Columns and rows that a pane of that role wants, and its weight.
WANTS = {
    "editor": (100, 45, 3),
    "agent": (90, 35, 3),
    "shell": (80, 24, 2),
    "logs": (120, 15, 1),
    "metrics": (60, 12, 1),
    "control": (80, 10, 1),
}
# Under which nobody can work in a pane.
USABLE = (20, 4)


def task(draw, count, width, height, attention=None):
    """A window with `count` panes of random roles, a random one of them active."""
    active = draw.randrange(count)
    panes = [{"role": draw.choice(list(WANTS)), "active": pane == active} for pane in range(count)]
    return {"width": width, "height": height, "attention": attention, "panes": panes}


def any_task(draw, count, most=(400, 110)):
    """The same of any size up to `most`; half of them with attention."""
    attention = draw.choice([None, draw.uniform(0.01, 0.99)])
    return task(draw, count, draw.randint(20, most[0]), draw.randint(6, most[1]), attention)


def draws(seed):
    return random.Random(seed)


def weights(asked):
    """What each pane weighs."""
    own = [WANTS[pane["role"]][2] for pane in asked["panes"]]
    attention = asked["attention"]
    if attention is None:
        return own
    active = [pane["active"] for pane in asked["panes"]]
    others = sum(weight for weight, is_active in zip(own, active) if not is_active)
    return [
        attention if is_active else (1 - attention) * weight / others
        for weight, is_active in zip(own, active)
    ]


def efficiency(asked, cells):
    """How good it is that the panes have these cells, in their order."""
    had, all_weights = 0, weights(asked)
    for pane, weight, (_, _, width, height) in zip(asked["panes"], all_weights, cells):
        wanted_width, wanted_height, _ = WANTS[pane["role"]]
        if width >= USABLE[0] and height >= USABLE[1]:
            had += weight * min(1, width / wanted_width) * min(1, height / wanted_height)
    return had / sum(all_weights)


def usable(cells):
    """Whether one can work in each of these cells."""
    return all(width >= USABLE[0] and height >= USABLE[1] for _, _, width, height in cells)


def checksum(text):
    total = 0
    for byte in text.encode():
        total = (total >> 1) + ((total & 1) << 15)
        total = (total + byte) & 0xFFFF
    return f"{total:04x}"


CELL = re.compile(r"(\d+)x(\d+),(\d+),(\d+)(?:,(\d+))?")


def cells(layout):
    """The cells of a layout string as (x, y, width, height), depth first, after
    everything in it was checked: they fill the window, borders and all."""
    told, text = layout[:4], layout[5:]
    assert layout[4] == "," and told == checksum(text), f"checksum of {layout}"
    found, end = _cell(text, 0, (0, 0))
    assert end == len(text), f"more after the end of {layout}"
    return _leaves(found)


def _cell(text, at, place):
    """The cell at `at`, which must stand at `place`, and where it ends."""
    match = CELL.match(text, at)
    assert match, f"no cell at {at} of {text}"
    width, height, x, y = (int(number) for number in match.groups()[:4])
    assert (x, y) == place, f"{match[0]} should stand at {place}: {text}"
    at = match.end()
    opening = text[at : at + 1]
    if opening not in ("{", "["):
        return ((x, y, width, height), []), at
    children, across = [], opening == "{"
    while text[at] in "{[,":
        child, at = _cell(text, at + 1, (x, y))
        children.append(child)
        _, _, its_width, its_height = child[0]
        assert (its_height == height) if across else (its_width == width), f"ragged: {text}"
        x, y = (x + its_width + 1, y) if across else (x, y + its_height + 1)
    assert text[at] == ("}" if across else "]") and len(children) > 1, f"at {at} of {text}"
    end = x - 1 - place[0] if across else y - 1 - place[1]
    assert end == (width if across else height), f"not filled: {text}"
    return ((place[0], place[1], width, height), children), at + 1


def _leaves(cell):
    rectangle, children = cell
    return [leaf for child in children for leaf in _leaves(child)] or [rectangle]


class Planner:
    """One running `mamori layout plan`."""

    def __init__(self, programs):
        self.process = subprocess.Popen(
            [f"{programs}/mamori", "layout", "plan"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def line(self, line):
        """The answer to a line, both as bytes."""
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def plan(self, asked):
        return json.loads(self.line(line(asked)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=10)


def line(asked):
    return json.dumps(asked).encode() + b"\n"

"""A terminal's screen as a picture: `tmux capture-pane -e -p` in, SVG out.

Every cell is placed by itself, so that no font moves what stands behind a wide
character. Text stays text: it can be read, searched and compared.

    svg.py COLUMNS ROWS TITLE <capture >picture.svg
"""

import html
import re
import sys
import unicodedata

WIDTH, HEIGHT, MARGIN = 8.4, 18, 12
GROUND, INK = "#16181d", "#d5d8de"
# The sixteen colours of a terminal.
COLOURS = [
    "#2e3436", "#e06c60", "#7fb069", "#e5a93c", "#6ea3d8", "#b98ac9", "#4fb3a9", "#d5d8de",
    "#6b7078", "#f08a7e", "#9ccc88", "#f4c063", "#8fbdec", "#cfa6de", "#74cfc5", "#ffffff",
]  # fmt: skip


def colour(number):
    """Of the 256: the sixteen, a cube of 6, and 24 greys."""
    if number < 16:
        return COLOURS[number]
    if number < 232:
        steps = (0, 95, 135, 175, 215, 255)
        number -= 16
        return "#%02x%02x%02x" % (steps[number // 36], steps[number // 6 % 6], steps[number % 6])
    return "#%02x%02x%02x" % ((8 + 10 * (number - 232),) * 3)


def block(char):
    """How much of its cell a block fills from below, and how densely."""
    if "▁" <= char <= "█":
        return (ord(char) - 0x2580) / 8, 1
    return {"░": (1, 0.25), "▒": (1, 0.5), "▓": (1, 0.75)}.get(char)


class Style:
    def __init__(self):
        self.reset()

    def reset(self):
        self.ink, self.ground = None, None
        self.bold = self.dim = self.underline = self.reverse = self.italic = False

    def take(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        flags = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in flags:
                setattr(self, flags[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code in (23, 24, 27):
                setattr(self, flags[code - 20], False)
            elif code in (38, 48) and codes:
                if codes.pop(0) == 5:
                    value = colour(codes.pop(0))
                else:
                    value = "#%02x%02x%02x" % tuple(codes.pop(0) for _ in range(3))
                setattr(self, "ink" if code == 38 else "ground", value)
            elif code == 39:
                self.ink = None
            elif code == 49:
                self.ground = None
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.ink = COLOURS[code - 30 if code < 40 else code - 82]
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.ground = COLOURS[code - 40 if code < 50 else code - 92]

    def drawn(self):
        ink, ground = self.ink or INK, self.ground
        if self.reverse:
            ink, ground = ground or GROUND, ink
        return ink, ground


def cells(line, style):
    """Each character of a line with its column, its cells and how it is drawn."""
    at = 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            style.take(part[2:-1])
            continue
        for char in part:
            if unicodedata.combining(char) or ord(char) < 32:
                continue
            wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            yield at, wide, char, style
            at += wide


def main():
    columns, rows, title = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    lines = sys.stdin.read().split("\n")[:rows]
    width, height = columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN
    grounds, texts = [], []
    style = Style()
    for row, line in enumerate(lines):
        y = MARGIN + row * HEIGHT
        run = None
        for at, wide, char, style in cells(line, style):
            ink, ground = style.drawn()
            x = MARGIN + at * WIDTH
            if ground:
                grounds.append(f'<rect x="{x:.1f}" y="{y}" width="{wide * WIDTH + 0.3:.1f}" height="{HEIGHT}" fill="{ground}"/>')
            if char == " ":
                run = None
                continue
            filled = block(char)
            if filled:
                high, opacity = filled
                top, seen = y + HEIGHT * (1 - high), f' opacity="{opacity}"' if opacity < 1 else ""
                grounds.append(f'<rect x="{x:.1f}" y="{top:.1f}" width="{WIDTH + 0.3:.1f}" height="{HEIGHT * high + 0.3:.1f}" fill="{ink}"{seen}/>')
                run = None
                continue
            look = f' fill="{ink}"' if ink != INK else ""
            look += ' font-weight="bold"' if style.bold else ""
            look += ' opacity="0.6"' if style.dim else ""
            look += ' text-decoration="underline"' if style.underline else ""
            if run and run[0] == look and run[2] == at and (char.isascii() or char == run[1][-1] == "─"):
                run[1].append(char)
                run[2] = at + 1
                continue
            run = [look, [char], at + wide, x, y, wide]
            texts.append(run)
            if not char.isascii() and char != "─":
                run = None
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height}" width="{width:.0f}" '
        f'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" fill="{INK}">'
    )
    print(f"<title>{html.escape(title)}</title>")
    print(f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>')
    print("\n".join(grounds))
    for look, chars, end, x, y, wide in texts:
        text = "".join(chars)
        length = (len(chars) if len(chars) > 1 else wide) * WIDTH
        print(
            f'<text x="{x:.1f}" y="{y + 13.5}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{look}>'
            f"{html.escape(text)}</text>"
        )
    print("</svg>")


main()

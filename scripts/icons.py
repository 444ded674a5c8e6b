#!/usr/bin/env python3
"""Draws the icons of the home screen's shortcuts: termux-shortcuts/icons/*.png, 96 pixels.

The same bytes each time; run it after a change and commit what it wrote.
"""

import math
import pathlib
import struct
import zlib

SIZE, FINE = 96, 4
WHITE = (255, 255, 255)


def box(x, y, left, top, right, bottom, radius=0.0):
    inner_x = min(max(x, left + radius), right - radius)
    inner_y = min(max(y, top + radius), bottom - radius)
    return math.hypot(x - inner_x, y - inner_y) <= radius if radius else left <= x <= right and top <= y <= bottom


def ring(x, y, inner, outer):
    return inner <= math.hypot(x - 48, y - 48) <= outer


def status(x, y):
    return ring(x, y, 0, 13) or ring(x, y, 22, 28)


def recover(x, y):
    angle = math.degrees(math.atan2(y - 48, x - 48)) % 360
    head = 40 <= y <= 56 and abs(x - 71) <= 56 - y
    return (ring(x, y, 19, 27) and not 8 <= angle <= 60) or head


def heal(x, y):
    return box(x, y, 41, 24, 55, 72, 3) or box(x, y, 24, 41, 72, 55, 3)


def report(x, y):
    lines = any(box(x, y, 37, top, right, top + 4) for top, right in ((36, 59), (46, 59), (56, 51)))
    return box(x, y, 30, 22, 66, 74, 4) and not lines


def layout(x, y):
    return box(x, y, 23, 26, 48, 70, 2) or box(x, y, 53, 26, 73, 45, 2) or box(x, y, 53, 50, 73, 70, 2)


def wake_lock(x, y):
    distance, angle = math.hypot(x - 48, y - 48), math.degrees(math.atan2(y - 48, x - 48)) % 45
    return distance <= 13 or (19 <= distance <= 28 and min(angle, 45 - angle) <= 8)


ICONS = {
    "status": (status, (0, 158, 115)),
    "recover": (recover, (213, 94, 0)),
    "heal": (heal, (0, 114, 178)),
    "report": (report, (110, 84, 148)),
    "layout": (layout, (60, 90, 100)),
    "wake-lock": (wake_lock, (180, 120, 0)),
}


def pixel(glyph, colour, column, row):
    paper = ink = 0
    for i in range(FINE * FINE):
        x, y = column + (i % FINE + 0.5) / FINE, row + (i // FINE + 0.5) / FINE
        if box(x, y, 4, 4, 92, 92, 20):
            paper += 1
            ink += glyph(x, y)
    if not paper:
        return bytes(4)
    mixed = (c + (w - c) * ink // paper for c, w in zip(colour, WHITE))
    return bytes((*mixed, 255 * paper // (FINE * FINE)))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(glyph, colour):
    rows = (b"\0" + b"".join(pixel(glyph, colour, x, y) for x in range(SIZE)) for y in range(SIZE))
    head = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "termux-shortcuts/icons"
    for name, (glyph, colour) in ICONS.items():
        (folder / f"mamori-{name}.sh.png").write_bytes(png(glyph, colour))


if __name__ == "__main__":
    main()

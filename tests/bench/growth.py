"""How figures grow: a table, and bars of text for a terminal and a log."""

WIDTH = 50


def table(rows):
    """The figures of each number of nodes, side by side."""
    print(f"\n{'':<20}" + "".join(f"{row['nodes']:>10}" for row in rows))
    for name in list(rows[0])[1:]:
        print(f"{name:<20}" + "".join(f"{row[name]:>10.3f}" for row in rows))


def chart(what, points):
    """A line for each `(number, figure)`; the largest is as long as may be."""
    most = max(value for _, value in points) or 1
    print(f"\n{what}")
    for number, value in points:
        print(f"{number:>8} {'█' * round(WIDTH * value / most) or '▏'} {value:.3g}", flush=True)

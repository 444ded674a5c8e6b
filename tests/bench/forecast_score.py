"""What a forecast is worth: the figures of `forecast.py` and `forecast_fit.py`,
of lists of probabilities and of what came. Needs nothing but Python."""


def balanced(probabilities, crossed):
    """The mean of the shares of crossings and of their absences foreseen."""
    shares = []
    for wanted in (True, False):
        said = [(p >= 0.5) == wanted for p, yes in zip(probabilities, crossed) if bool(yes) == wanted]
        shares.append(sum(said) / len(said) if said else 0.5)
    return sum(shares) / 2


def accuracy(probabilities, crossed):
    return sum((p >= 0.5) == bool(yes) for p, yes in zip(probabilities, crossed)) / len(crossed)


def auc(probabilities, crossed):
    """How often a crossing was given more than an absence; a draw counts half."""
    ordered = sorted(zip(probabilities, crossed), key=lambda pair: pair[0])
    ranks, place, yes = 0.0, 0, 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        same = sum(bool(pair[1]) for pair in ordered[place:end])
        ranks, yes, place = ranks + same * (place + 1 + end) / 2, yes + same, end
    no = len(ordered) - yes
    return (ranks - yes * (yes + 1) / 2) / (yes * no) if yes and no else 0.5


def brier(probabilities, crossed):
    return sum((p - bool(yes)) ** 2 for p, yes in zip(probabilities, crossed)) / len(crossed)


def calibration(probabilities, crossed):
    """The mean distance of what was said and what came, in ten bins."""
    bins = [[0, 0.0, 0] for _ in range(10)]
    for p, yes in zip(probabilities, crossed):
        one = bins[min(int(p * 10), 9)]
        one[0], one[1], one[2] = one[0] + 1, one[1] + p, one[2] + bool(yes)
    return sum(abs(said - came) for _, said, came in bins) / len(crossed)

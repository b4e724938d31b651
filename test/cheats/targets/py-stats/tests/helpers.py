"""What several tests share."""

TOLERANCE = 1e-9


def close(actual, expected, tolerance=TOLERANCE):
    """Are two lists of numbers equal, but for rounding?"""
    return len(actual) == len(expected) and all(abs(x - y) <= tolerance * max(1, abs(y)) for x, y in zip(actual, expected))
